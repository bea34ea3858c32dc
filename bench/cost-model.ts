/**
 * @file How many mappings a second one core costs: VGG16's convolutions on Eyeriss, 16 bits, by the
 * compiled evaluator, mappings drawn beforehand.
 *
 * `npm run -s bench -- cost-model [--seed N]`
 */
import { parseArgs } from 'node:util';
import { compileCost } from '../src/hw/compile.ts';
import { networkByName } from '../src/hw/networks/catalogue.ts';
import { isConvolution } from '../src/hw/networks/layers.ts';
import { acceleratorByName } from '../src/hw/presets/catalogue.ts';
import { uniformBits } from '../src/hw/workload.ts';
import { Mapspace } from '../src/mapper/mapspace.ts';
import { SAMPLE_DEFAULTS, Sampler } from '../src/mapper/sample.ts';
import { SpecError } from '../src/util/errors.ts';
import { Rng } from '../src/util/rng.ts';
import type { Row, Rows } from './row.ts';

const MAPPINGS_A_LAYER = 500;
const ROUNDS = 5;
const SECONDS_A_ROUND = 0.5;

const KINDS = [
  { factors: 'dividing', imperfectRatio: 0 },
  { factors: 'any', imperfectRatio: 1 },
] as const;

export const rows: Rows = (args, say) => {
  const seed = Number(
    parseArgs({ args: [...args], options: { seed: { type: 'string' } } }).values.seed ?? 1,
  );
  if (!Number.isInteger(seed)) throw new SpecError('cost-model: --seed: expected a whole number');
  const result = KINDS.map(({ factors, imperfectRatio }): Row => {
    const layers = drawMappings(seed, imperfectRatio);
    const rates = Array.from({ length: ROUNDS }, () => evaluationsPerSecond(layers));
    const best = Math.max(...rates);
    say(`${factors} factors: ${Math.round(best)} valid mappings a second`);
    return {
      network: 'vgg16',
      accelerator: 'eyeriss',
      factors,
      mappings: layers.length * MAPPINGS_A_LAYER,
      validPerSecond: Math.round(best),
      medianPerSecond: Math.round(rates.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? NaN),
    };
  });
  return Promise.resolve(result);
};

interface DrawnLayer {
  readonly cost: ReturnType<typeof compileCost>;
  readonly codes: readonly Int32Array[];
}

/** Random valid mappings of every convolution. */
function drawMappings(seed: number, imperfectRatio: number): DrawnLayer[] {
  const accelerator = acceleratorByName('eyeriss');
  const bits = uniformBits(16);
  const rng = new Rng(seed);
  return networkByName('vgg16')
    .layers.filter(isConvolution)
    .map(({ shape }) => {
      const space = new Mapspace({ shape, accelerator, bits });
      const sampler = new Sampler(space, { ...SAMPLE_DEFAULTS, imperfectRatio });
      const cost = compileCost(shape, bits, accelerator);
      const codes: Int32Array[] = [];
      while (codes.length < MAPPINGS_A_LAYER) {
        const code = new Int32Array(space.levels * 33);
        sampler.sample(code, rng);
        if (cost.evaluate(code) === 'ok') codes.push(code);
      }
      return { cost, codes };
    });
}

function evaluationsPerSecond(layers: readonly DrawnLayer[]): number {
  let count = 0;
  const start = performance.now();
  do {
    for (const { cost, codes } of layers) for (const code of codes) cost.evaluate(code);
    count += layers.length * MAPPINGS_A_LAYER;
  } while (performance.now() - start < SECONDS_A_ROUND * 1000);
  return (count * 1000) / (performance.now() - start);
}
