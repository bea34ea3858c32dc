import { describe, expect, it } from 'vitest';
import { smallCase } from '../testing/small-cases.ts';
import { readCase } from './case.ts';
import { runCase } from './case-result.ts';
import type { CaseResult } from './case-result.ts';
import type { Cost } from './cost.ts';
import { evaluate } from './evaluate.ts';

/** The result of a case that is feasible. */
function resultOf(json: unknown): CaseResult {
  const { result } = runCase(readCase(json, 'case'));
  if ('ok' in result) throw new Error(result.message);
  return result;
}

function costOf(json: unknown): Cost {
  const { shape, bits, accelerator, mapping } = readCase(json, 'case');
  const cost = evaluate(shape, bits, accelerator, mapping);
  if (!cost.ok) throw new Error(JSON.stringify(cost));
  return cost;
}

describe('evaluate', () => {
  it('counts a pointwise layer: weights stay while P runs, outputs leave once', () => {
    // 2·3·4 = 24 MACs. Weights: 3 words for each of 2 K. Inputs: 3 words for each P and K.
    // Outputs: 8, each summed up over C inside the buffer: 24 updates, the first of each unread.
    const result = resultOf(
      smallCase({
        dims: { K: 2, C: 3, P: 4 },
        inner: [['C', 3]],
        outer: [
          ['P', 4],
          ['K', 2],
        ],
      }),
    );
    expect(result.accesses).toEqual({
      Buffer: {
        Weights: { reads: 24, fills: 6, updates: 0 },
        Inputs: { reads: 24, fills: 24, updates: 0 },
        Outputs: { reads: 16, fills: 0, updates: 24 },
      },
      DRAM: {
        Weights: { reads: 6, fills: 0, updates: 0 },
        Inputs: { reads: 24, fills: 0, updates: 0 },
        Outputs: { reads: 0, fills: 0, updates: 8 },
      },
    });
    expect(result.cycles).toBe(24);
    // MACs 24·1; Buffer (24 + 24 + 16)·1 + (6 + 24 + 24)·2; DRAM 30·10 + 8·20
    expect(result.energyPj.total).toBe(24 + 64 + 108 + 300 + 160);
    expect(result.energyPj.byDataspace).toEqual({
      Weights: 24 + 12 + 60,
      Inputs: 24 + 48 + 240,
      Outputs: 16 + 48 + 160,
    });
  });

  it('slides a window: 3 taps over 5 outputs read 7 inputs once', () => {
    const json = smallCase({ dims: { P: 5, R: 3 }, inner: [['R', 3]], outer: [['P', 5]] });
    const { accesses } = resultOf(json);
    expect(accesses.DRAM?.Inputs?.reads).toBe(7);
    expect(accesses.Buffer?.Weights?.fills).toBe(3);
    // stride 2: 3 + 4·2 = 11 inputs
    json.problem.stride.w = 2;
    expect(resultOf(json).accesses.DRAM?.Inputs?.reads).toBe(11);
  });

  it('forgets the window when a loop in between wraps', () => {
    // R outside P: 5 inputs; then P goes back: the whole tile of 1 again, three times over
    const { accesses } = resultOf(
      smallCase({
        dims: { P: 5, R: 3 },
        inner: [],
        outer: [
          ['P', 5],
          ['R', 3],
        ],
      }),
    );
    expect(accesses.DRAM?.Inputs?.reads).toBe(15);
  });

  it('reads a diagonal of 3 rows and 3 taps once for each of 5 offsets', () => {
    const { accesses, cycles, utilization } = resultOf(
      smallCase({
        dims: { Q: 3, S: 3, C: 2 },
        inner: [],
        spatialX: [['Q', 3]],
        spatialY: [['S', 3]],
        outer: [['C', 2]],
        macs: 12,
        meshX: 4,
      }),
    );
    expect(accesses.Buffer?.Inputs?.reads).toBe(2 * 5);
    expect(accesses.Buffer?.Weights?.reads).toBe(2 * 3); // one for a column
    expect(accesses.Buffer?.Outputs?.updates).toBe(2 * 3); // S is summed up in the array
    expect(cycles).toBe(2);
    expect(utilization).toBe(18 / (2 * 12));
  });

  it('ends imperfect loops where the dimension ends', () => {
    // P = 5 in blocks of 2: tiles of 2, 2 and 1 outputs; K = 3 on 2 MACs: two passes, 15 MACs
    const result = resultOf(
      smallCase({
        dims: { P: 5, K: 3 },
        inner: [['P', 2]],
        spatialX: [['K', 2]],
        outer: [
          ['P', 3],
          ['K', 2],
        ],
        macs: 2,
      }),
    );
    expect(result.cycles).toBe(10); // 5 outputs × 2 passes
    expect(result.accesses.DRAM).toEqual({
      Weights: { reads: 3, fills: 0, updates: 0 },
      Inputs: { reads: 10, fills: 0, updates: 0 }, // all 5 in each pass
      Outputs: { reads: 0, fills: 0, updates: 15 },
    });
    expect(result.accesses.Buffer?.Weights?.reads).toBe(15); // 2 + 1 MACs, 5 times each
    expect(result.accesses.Buffer?.Inputs?.reads).toBe(10); // one for both MACs
  });

  it('says what bounds the latency', () => {
    const json = smallCase({ dims: { P: 5, R: 3 }, inner: [['R', 3]], outer: [['P', 5]] });
    expect(costOf(json).boundBy).toEqual({ kind: 'compute' });
    // 3 weights + 7 inputs at half a word a cycle: 20 cycles against 15
    Object.assign(json.accelerator.levels[1] ?? {}, { readWordsPerCycle: 0.5 });
    const cost = costOf(json);
    expect(cost.latencyCycles).toBe(20);
    expect(cost.boundBy).toEqual({ kind: 'bandwidth', level: 'DRAM', port: 'read' });
    expect(cost.utilizationRatio).toBe(15 / 20);
    expect(cost.edpPjCycles).toBe(cost.energyPj * 20);
  });

  it('returns what does not fit as data', () => {
    const small = (capacityWords: number): unknown =>
      smallCase({ dims: { P: 5, R: 3 }, inner: [['R', 3]], outer: [['P', 5]], capacityWords });
    // 3 weights, 3 inputs, 1 output
    expect(runCase(readCase(small(7), 'case')).result).toHaveProperty('cycles');
    expect(runCase(readCase(small(6), 'case')).result).toEqual({
      ok: false,
      reason: 'capacity',
      level: 'Buffer',
      dataspace: 'Weights',
      neededBits: 7 * 16,
      haveBits: 6 * 16,
      message:
        'Buffer would have to hold 112 bits and has 96; the largest tile is that of Weights.',
    });
    const wide = smallCase({ dims: { P: 5 }, inner: [], spatialX: [['P', 5]], outer: [], macs: 4 });
    expect(runCase(readCase(wide, 'case')).result).toMatchObject({
      ok: false,
      reason: 'fanout',
      level: 'Buffer',
      axis: 'X',
      needed: 5,
      have: 4,
    });
    const { shape, bits, accelerator, mapping } = readCase(small(7), 'case');
    const [buffer, ...rest] = accelerator.levels;
    if (buffer === undefined) throw new Error('no buffer');
    const strict = {
      ...accelerator,
      levels: [{ ...buffer, mayKeep: ['Weights'] as const }, ...rest],
    };
    expect(evaluate(shape, bits, strict, mapping)).toEqual({
      ok: false,
      reason: 'bypass',
      level: 'Buffer',
      dataspace: 'Inputs',
    });
  });

  it('gives a double-buffered level half of its capacity', () => {
    const json = smallCase({
      dims: { P: 5, R: 3 },
      inner: [['R', 3]],
      outer: [['P', 5]],
      capacityWords: 13,
    });
    const { shape, bits, accelerator, mapping } = readCase(json, 'case');
    const levels = accelerator.levels.map((level) => ({ ...level, doubleBuffered: true }));
    expect(evaluate(shape, bits, { ...accelerator, levels }, mapping)).toMatchObject({
      reason: 'capacity',
      neededBits: 7 * 16,
      haveBits: 6.5 * 16,
    });
  });

  it('moves partial sums at their width and finished outputs at theirs', () => {
    // C outside the buffer: 2 visits of 4 outputs; each visit updates once, reads back but the first
    const json = smallCase({ dims: { P: 4, C: 2 }, inner: [['P', 4]], outer: [['C', 2]] });
    json.bits = { weights: 4, inputs: 4, outputs: 8, psums: 32 };
    const cost = costOf(json);
    // Buffer, Outputs: 8 updates of which 4 finished, 4 reads, no fills
    const buffer = cost.byLevel[0]?.kept.Outputs;
    expect(buffer).toMatchObject({ reads: 4, fills: 0, updates: 8, tileBits: 4 * 32 });
    expect(buffer?.energyPj).toBe((4 * 32) / 16 + ((4 * 32 + 4 * 8) / 16) * 2);
    // DRAM gets finished outputs only
    const dram = cost.byLevel[1]?.kept.Outputs;
    expect(dram).toMatchObject({ reads: 0, updates: 4, tileBits: 4 * 8 });
    expect(dram?.energyPj).toBe(((4 * 8) / 16) * 20);
    // MAC of 16 × 16 bits doing 4 × 4: a sixteenth
    expect(cost.macEnergyPj).toBe(8 / 16);
  });
});
