import { describe, expect, it } from 'vitest';
import { compileCost } from '../hw/compile.ts';
import { acceleratorByName } from '../hw/presets/catalogue.ts';
import type { Accelerator } from '../hw/accelerator.ts';
import { convShape, operandBits } from '../hw/workload.ts';
import type { ConvShape } from '../hw/workload.ts';
import { Rng } from '../util/rng.ts';
import { Evaluator } from './evaluator.ts';
import { ExhaustiveSearch } from './exhaustive.ts';
import { createMapperRun } from './run.ts';
import { resultOf } from './result.ts';
import { Sampler } from './sample.ts';

function optimum(shape: ConvShape, accelerator: Accelerator) {
  const evaluator = new Evaluator(
    { shape, accelerator, bits: operandBits(shape, 16) },
    { kind: 'edp' },
  );
  const search = new ExhaustiveSearch(evaluator, new Rng(1));
  search.run(Infinity);
  const [best] = search.members();
  if (!best) throw new Error('nothing found');
  return { edp: best.energyPj * best.latencyCycles, count: evaluator.count };
}

function evolved(shape: ConvShape, accelerator: Accelerator, evaluations: number): number {
  const run = createMapperRun({
    accelerator,
    networks: [
      {
        bits: 16,
        layers: [{ layer: { name: 'x', shape, count: 1 }, bits: operandBits(shape, 16) }],
      },
    ],
    objective: 'edp',
    evaluationsPerLayer: evaluations,
    seed: 2,
  });
  while (!run.done) run.step(10_000);
  return resultOf(run).networks[0]?.total.edpPjCycles ?? Infinity;
}

const dense = (K: number, C: number) => convShape({ K, C, P: 1, Q: 1, R: 1, S: 1 });

describe('exhaustive search', () => {
  it('finds nothing that random sampling can beat', () => {
    const shape = dense(8, 6);
    const accelerator = acceleratorByName('plain');
    const { edp } = optimum(shape, accelerator);
    const evaluator = new Evaluator(
      { shape, accelerator, bits: operandBits(shape, 16) },
      { kind: 'edp' },
    );
    const cost = compileCost(shape, operandBits(shape, 16), accelerator);
    const sampler = new Sampler(evaluator.space);
    const code = evaluator.space.outermost();
    const rng = new Rng(8);
    let best = Infinity;
    for (let i = 0; i < 20_000; i++) {
      sampler.sample(code, rng);
      if (cost.evaluate(code) === 'ok') best = Math.min(best, cost.energyPj * cost.latencyCycles);
    }
    expect(best).toBeGreaterThanOrEqual(edp * (1 - 1e-12));
  });

  it('walks the same space in slices and from a stored state', () => {
    const shape = dense(4, 3);
    const accelerator = acceleratorByName('plain');
    const problem = { shape, accelerator, bits: operandBits(shape, 16) };
    const whole = optimum(shape, accelerator);
    let search = new ExhaustiveSearch(new Evaluator(problem, { kind: 'edp' }), new Rng(1));
    let valid = 0;
    while (!search.done) {
      search.run(97);
      const state = structuredClone(search.state());
      const evaluator = new Evaluator(problem, { kind: 'edp' });
      search = new ExhaustiveSearch(evaluator, state);
      ({ valid } = evaluator.count);
    }
    expect(valid).toBe(whole.count.valid);
    const [best] = search.members();
    expect((best?.energyPj ?? 0) * (best?.latencyCycles ?? 0)).toBe(whole.edp);
  });
});

describe('our evolution against the optimum', () => {
  it.each([
    ['a dense layer on Eyeriss', dense(4, 3), 'eyeriss'],
    ['a tall dense layer on Eyeriss', dense(2, 8), 'eyeriss'],
    ['a row of a convolution', convShape({ K: 2, C: 1, P: 4, Q: 1, R: 3, S: 1 }), 'plain'],
    ['a depthwise row', convShape({ K: 1, C: 1, P: 6, Q: 1, R: 3, S: 1, G: 2 }), 'plain'],
    ['a dense layer on the plain array', dense(8, 6), 'plain'],
    ['a dense layer on the tiled array', dense(4, 3), 'magnet'],
    ['a dense layer on the FPGA', dense(12, 20), 'zc706'],
  ] as const)('is within one percent of it for %s', (_, shape, name) => {
    const accelerator = acceleratorByName(name);
    const { edp } = optimum(shape, accelerator);
    const ours = evolved(shape, accelerator, 4000);
    expect(ours).toBeGreaterThanOrEqual(edp * (1 - 1e-12));
    expect(ours).toBeLessThanOrEqual(edp * 1.01);
  });
});
