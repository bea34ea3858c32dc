import { describe, expect, it } from 'vitest';
import {
  formatAmount,
  formatBytes,
  formatCount,
  formatCycles,
  formatDuration,
  formatEdp,
  formatEnergy,
  formatPercent,
  formatPoints,
  formatRate,
  formatRatio,
  formatTick,
  UNKNOWN,
  formatPower,
} from './format.ts';

/** No-break spaces read as plain ones. */
const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

describe('format', () => {
  it('groups the digits of whole numbers by thousands', () => {
    expect([0, 999, 1000, -6000, 12_345.6, 1_234_567, 1e24, -0.2, NaN].map(formatCount)).toEqual([
      '0',
      '999',
      '1,000',
      '-6,000',
      '12,346',
      '1,234,567',
      '999,999,999,999,999,983,222,784', // the double nearest to 10²⁴
      '0',
      UNKNOWN,
    ]);
  });

  it('climbs the SI prefixes of the joule from pJ', () => {
    expect(
      [0.5, 12, 999.4, 999.6, 3110, 3.11e6, 4.2e9, 8.05e12].map((pj) => plain(formatEnergy(pj))),
    ).toEqual([
      '0.50 pJ',
      '12.0 pJ',
      '999 pJ',
      '1.00 nJ',
      '3.11 nJ',
      '3.11 µJ',
      '4.20 mJ',
      '8.05 J',
    ]);
  });

  it('writes cycles whole below a thousand and with a prefix above', () => {
    expect([12, 999, 1000, 421_300, 2.5e6].map((c) => plain(formatCycles(c)))).toEqual([
      '12 cycles',
      '999 cycles',
      '1.00 k cycles',
      '421 k cycles',
      '2.50 M cycles',
    ]);
  });

  it('puts the prefix of EDP on the joule', () => {
    // 1e6 pJ × 1e5 cycles = 1e11 pJ·cycles = 0.1 J·cycles
    expect(plain(formatEdp(1e11))).toBe('100 mJ·cycles');
  });

  it('writes shares, differences and ratios', () => {
    expect(plain(formatPercent(0.8134))).toBe('81.3 %');
    expect(plain(formatPoints(-0.012))).toBe('−1.2 pts');
    expect(plain(formatPoints(0.0001))).toBe('±0.0 pts');
    expect(formatRatio(0.314)).toBe('0.31×');
    expect(formatRatio(12.41)).toBe('12.4×');
  });

  it('writes amounts, bytes, rates and durations', () => {
    expect(formatAmount(950)).toBe('950');
    expect(plain(formatAmount(4_632_000))).toBe('4.63 M');
    expect(plain(formatBytes(18_432_000))).toBe('18.4 MB');
    expect(plain(formatRate(612.3, 'images'))).toBe('612 images/s');
    expect(plain(formatRate(1.44, 'images'))).toBe('1.4 images/s');
    expect([4, 65, 7860].map((s) => plain(formatDuration(s)))).toEqual([
      '4 s',
      '1 min 05 s',
      '2 h 11 min',
    ]);
  });

  it('drops empty decimals on an axis', () => {
    const tick = formatTick(formatEnergy);
    expect([5e6, 2.5e6, 1e7, 2e8].map((pj) => plain(tick(pj)))).toEqual([
      '5 µJ',
      '2.5 µJ',
      '10 µJ',
      '200 µJ',
    ]);
  });

  it('shows a dash for what is not known', () => {
    expect([formatEnergy(NaN), formatDuration(Infinity), formatPercent(NaN)]).toEqual([
      UNKNOWN,
      UNKNOWN,
      UNKNOWN,
    ]);
  });
});

it('powers of ten', () => {
  expect([0, 11, 11.5, 12.0000001].map(formatPower)).toEqual(['10⁰', '10¹¹', '10¹¹·⁵', '10¹²']);
});
