import { describe, expect, it } from 'vitest';
import { toCsv } from './csv.ts';

describe('toCsv', () => {
  const columns = [
    { head: 'bits', of: (row: { bits: number; note: string; pj: number | null }) => row.bits },
    { head: 'energy (pJ)', of: (row: { pj: number | null }) => row.pj },
    { head: 'note', of: (row: { note: string }) => row.note },
  ];

  it('writes a head with units and plain numbers', () => {
    expect(toCsv(columns, [{ bits: 2, note: 'a', pj: 1.5e6 }])).toBe(
      'bits,energy (pJ),note\r\n2,1500000,a\r\n',
    );
  });

  it('quotes what CSV would tear apart and leaves out what is not known', () => {
    const rows = [
      { bits: 2, note: 'a, "b"\nc', pj: null },
      { bits: 4, note: '', pj: NaN },
    ];
    expect(toCsv(columns, rows)).toBe('bits,energy (pJ),note\r\n2,,"a, ""b""\nc"\r\n4,,\r\n');
  });

  it('keeps a spreadsheet from running a name', () => {
    expect(toCsv(columns, [{ bits: 2, note: '=1+1', pj: -3 }])).toContain("2,-3,'=1+1");
  });
});
