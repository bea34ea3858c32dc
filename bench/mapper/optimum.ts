/** @file How far from the optimum the search ends, on layers small enough to walk through whole. */
import { acceleratorByName } from '../../src/hw/presets/catalogue.ts';
import { convShape, operandBits } from '../../src/hw/workload.ts';
import type { ConvShape } from '../../src/hw/workload.ts';
import { Evaluator } from '../../src/mapper/evaluator.ts';
import { ExhaustiveSearch } from '../../src/mapper/exhaustive.ts';
import type { MappingProblem } from '../../src/mapper/mapspace.ts';
import { resultOf } from '../../src/mapper/result.ts';
import { createMapperRun } from '../../src/mapper/run.ts';
import type { Algorithm } from '../../src/mapper/task.ts';
import { Rng } from '../../src/util/rng.ts';
import type { Row } from '../row.ts';
import type { Extent } from './line.ts';

/** Few, as the spaces are small. */
const EVALUATIONS = 4000;
const SEARCHES: readonly Algorithm[] = ['evolve', 'algorithm1', 'annealing', 'random'];

const SMALL: readonly (readonly [name: string, shape: ConvShape, accelerator: string])[] = [
  ['dense 4×3', dense(4, 3), 'eyeriss'],
  ['dense 2×8', dense(2, 8), 'eyeriss'],
  ['row of a convolution', convShape({ K: 2, C: 1, P: 4, Q: 1, R: 3, S: 1 }), 'plain'],
  ['depthwise row', convShape({ K: 1, C: 1, P: 6, Q: 1, R: 3, S: 1, G: 2 }), 'plain'],
  ['dense 8×6', dense(8, 6), 'plain'],
  ['dense 4×3', dense(4, 3), 'magnet'],
  ['dense 12×20', dense(12, 20), 'zc706'],
];

export function optimumRows({ seeds, say }: Extent): Row[] {
  return SMALL.flatMap(([network, shape, accelerator]) => {
    say(`optimum of ${network} on ${accelerator}`);
    const problem: MappingProblem = {
      shape,
      accelerator: acceleratorByName(accelerator),
      bits: operandBits(shape, 16),
    };
    const { edpPjCycles, mappings, wallSeconds } = walk(problem);
    const where = { network, accelerator, bits: 16 };
    return [
      { ...where, algorithm: 'exhaustive', evaluations: mappings, edpPjCycles, wallSeconds },
      ...SEARCHES.map((algorithm) => searchRow(where, problem, algorithm, seeds, edpPjCycles)),
    ];
  });
}

function walk(problem: MappingProblem) {
  const start = performance.now();
  const evaluator = new Evaluator(problem, { kind: 'edp' });
  const search = new ExhaustiveSearch(evaluator, new Rng(1));
  search.run(Infinity);
  const edps = search.members().map(({ energyPj, latencyCycles }) => energyPj * latencyCycles);
  return {
    edpPjCycles: Math.min(...edps),
    mappings: evaluator.count.valid,
    wallSeconds: (performance.now() - start) / 1000,
  };
}

/** The mean over seeds, and the gap of the worst of them. */
function searchRow(
  where: Row,
  { shape, accelerator, bits }: MappingProblem,
  algorithm: Algorithm,
  seeds: number,
  optimum: number,
): Row {
  const start = performance.now();
  const edps = Array.from({ length: seeds }, (_, i) => {
    const run = createMapperRun({
      accelerator,
      networks: [{ bits: 16, layers: [{ layer: { name: 'layer', shape, count: 1 }, bits }] }],
      objective: 'edp',
      evaluationsPerLayer: EVALUATIONS,
      seed: i + 1,
      algorithm,
    });
    while (!run.done) run.step(EVALUATIONS);
    return resultOf(run).networks[0]?.total.edpPjCycles ?? Infinity;
  });
  return {
    ...where,
    algorithm,
    evaluations: EVALUATIONS,
    seeds,
    edpPjCycles: edps.reduce((sum, edp) => sum + edp, 0) / seeds,
    wallSeconds: (performance.now() - start) / 1000 / seeds,
    gapToOptimumPercent: 100 * (Math.max(...edps) / optimum - 1),
  };
}

function dense(K: number, C: number): ConvShape {
  return convShape({ K, C, P: 1, Q: 1, R: 1, S: 1 });
}
