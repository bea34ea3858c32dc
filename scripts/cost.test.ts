import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { smallCase } from '../src/testing/small-cases.ts';
import { main } from './cost.ts';

const folder = mkdtempSync(join(tmpdir(), 'cost-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('cost', () => {
  let out = '';
  let said = '';
  beforeEach(() => {
    out = said = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((said += String(text)), true));
  });
  afterEach(() => vi.restoreAllMocks());

  /** The exit status of the command on a file of this text. */
  const cost = (text: string): Promise<number> => {
    const file = join(folder, 'case.json');
    writeFileSync(file, text);
    return main([file]);
  };
  const small = (capacityWords: number): unknown =>
    smallCase({ dims: { P: 5, R: 3 }, inner: [['R', 3]], outer: [['P', 5]], capacityWords });

  it('prints the result of one case, or of all in the same order', async () => {
    expect(await cost(JSON.stringify(small(7)))).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ name: 'small', result: { cycles: 15 } });
    out = '';
    // the second does not fit: that is a result
    expect(await cost(JSON.stringify({ cases: [small(7), small(6)] }))).toBe(0);
    expect(JSON.parse(out)).toMatchObject([
      { result: { cycles: 15 } },
      { result: { ok: false, reason: 'capacity', level: 'Buffer' } },
    ]);
    expect(said).toBe('');
  });

  it('exits 2 with one sentence for bad input', async () => {
    const refusals = [
      [JSON.stringify(small(0)), 'case "small": accelerator.levels[0].capacityWords: expected'],
      [JSON.stringify([small(7), null]), 'case 1: expected an object, got null'],
      [JSON.stringify(small(7)).replace('"wordBits":16', '"wordBits":NaN'), 'accelerator.wordBits'],
      ['{', 'expected JSON'],
    ] as const;
    for (const [text, sentence] of refusals) {
      said = '';
      expect(await cost(text)).toBe(2);
      expect(said).toContain(sentence);
      expect(said.trimEnd().split('\n')).toHaveLength(1);
    }
    expect(await main([join(folder, 'none.json')])).toBe(2);
    expect(await main([])).toBe(2);
    expect(out).toBe('');
  });
});
