import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../evaluate.ts';
import type { Loop, Mapping } from '../mapping.ts';
import { convShape, macsOf } from '../workload.ts';
import { bitFusionWith } from './bitfusion.ts';

const FILE = '../shared/reference/bitfusion/results.json';

interface Config {
  readonly a: number;
  readonly c: number;
  readonly high_prec: number;
  readonly low_prec: number;
  readonly energy_costs_pJ: { readonly core_dynamic_per_cycle: number };
}

type Tiles = readonly [count: number, size: number];

interface Result {
  readonly layer: string;
  readonly config: string;
  readonly im2col: boolean;
  readonly act_bits: number;
  readonly wgt_bits: number;
  readonly batch: number;
  readonly K: number;
  readonly O: number;
  readonly S: number;
  readonly IC: number;
  readonly OC: number;
  readonly compute_cycles: number;
  readonly reads_bits: { readonly wgt: number };
  readonly tiling: Readonly<Record<'B/b' | 'OW/ow' | 'OH/oh' | 'IC/ic' | 'OC/oc', Tiles>>;
}

/**
 * One dimension on the array and in tiles, as the simulator walks it.
 *
 * @returns null where its tiles are padded in a way that no loop nest has
 */
function spread([tiles, size]: Tiles, room: number): { array: number; steps: number } | null {
  const array = Math.min(size, room);
  const inTile = Math.ceil(size / array);
  if (tiles > 1 && array * inTile !== size) return null;
  return { array, steps: tiles * inTile };
}

const text = existsSync(FILE) ? readFileSync(FILE, 'utf8').replaceAll('NaN', 'null') : '{}';
const { configs = {}, results = [] } = JSON.parse(text) as {
  configs?: Record<string, Config>;
  results?: Result[];
};

describe.skipIf(results.length === 0)("Bit Fusion against its simulator's own results", () => {
  const compared = results.flatMap((result) => {
    const config = configs[result.config] as Config;
    const { a, c, high_prec: native, low_prec: least } = config;
    const lanes =
      Math.floor(native / Math.max(result.act_bits, least)) *
      Math.floor(native / Math.max(result.wgt_bits, least));
    // The first layer is laid out as one long dot product.
    const taps = result.im2col ? result.K ** 2 : 1;
    const [icTiles, ic] = result.tiling['IC/ic'];
    const channels = spread([icTiles, ic * taps], a * lanes);
    const kernels = spread(result.tiling['OC/oc'], c);
    if (!channels || !kernels) return [];
    // Tiles that go past a dimension's end are walked in full there; a loop nest stops.
    const { IC, OC, O, batch } = result;
    const ends = { 'B/b': batch, 'OW/ow': O, 'OH/oh': O, 'IC/ic': IC, 'OC/oc': OC } as const;
    const goesPast = (Object.keys(ends) as (keyof typeof ends)[]).some((axis) => {
      const [tiles, size] = result.tiling[axis];
      return tiles * size !== ends[axis];
    });
    if (goesPast) return [];
    const side = result.im2col ? 1 : result.K;
    const shape = convShape({
      N: result.batch,
      K: result.OC,
      C: result.IC * taps,
      P: result.O,
      Q: result.O,
      R: side,
      S: side,
      wStride: result.S,
      hStride: result.S,
    });
    const rows = Math.min(channels.array, a);
    const held = (keep: Mapping['levels'][number]['keep']) => ({
      keep,
      temporal: [] as Loop[],
      spatialX: [] as Loop[],
      spatialY: [] as Loop[],
    });
    const mapping: Mapping = {
      levels: [
        {
          ...held(['Outputs']),
          spatialX: [
            ['K', kernels.array],
            ['C', Math.ceil(channels.array / rows)],
          ],
          spatialY: [['C', rows]],
        },
        held(['Weights']),
        held(['Inputs']),
        {
          ...held(['Weights', 'Inputs', 'Outputs']),
          temporal: [
            ['C', channels.steps],
            ['R', side],
            ['S', side],
            ['P', result.O],
            ['Q', result.O],
            ['K', kernels.steps],
            ['N', result.batch],
          ],
        },
      ],
    };
    const accelerator = bitFusionWith({
      rows: a,
      columns: c,
      nativeBits: native,
      corePjPerCycle: config.energy_costs_pJ.core_dynamic_per_cycle,
    });
    // Its outputs are 32 bits wide everywhere.
    const bits = {
      weights: result.wgt_bits,
      inputs: result.act_bits,
      outputs: 32,
      psums: 32,
    };
    const cost = evaluate(shape, bits, accelerator, mapping);
    if (!cost.ok) throw new Error(`${result.layer}: ${JSON.stringify(cost)}`);
    return [{ result, config, cost, shape, lanes }];
  });

  it('can lay out most of its mappings', () => {
    expect(compared.length).toBeGreaterThan(0.7 * results.length);
  });

  it('takes exactly its compute cycles', () => {
    for (const { result, cost } of compared)
      expect(cost.computeCycles, `${result.layer} ${result.config}`).toBe(result.compute_cycles);
  });

  it('spends exactly its energy on an operation where the array is full', () => {
    let full = 0;
    for (const { result, config, cost, shape, lanes } of compared) {
      if (macsOf(shape) !== result.compute_cycles * config.a * config.c * lanes) continue;
      full++;
      const core = result.compute_cycles * config.energy_costs_pJ.core_dynamic_per_cycle;
      expect(cost.macEnergyPj / core).toBeCloseTo(1, 12);
    }
    expect(full).toBeGreaterThan(100);
  });

  it('reads as many bits of weights from their buffer', () => {
    for (const { result, cost } of compared) {
      const reads = (cost.byLevel[1]?.kept.Weights?.reads ?? 0) * result.wgt_bits;
      // One weight a product; the simulator pads what does not fill the array.
      expect(reads).toBe(cost.macs * result.wgt_bits);
      expect(result.reads_bits.wgt).toBeGreaterThanOrEqual(reads * (1 - 1e-9));
    }
  });
});
