/**
 * @file `npm run -s bench -- mapper [--evaluations N]`: AutoMapper against rivals and optimum.
 *
 * All searches make the same number of valid evaluations for each distinct layer (default 30,000)
 * from the same seed, in one thread; the last rows use all cores. Only convolutions, as in the paper.
 */
import { cpus } from 'node:os';
import { acceleratorByName } from '../src/hw/presets/catalogue.ts';
import { convShape, operandBits } from '../src/hw/workload.ts';
import type { ConvShape } from '../src/hw/workload.ts';
import { Evaluator } from '../src/mapper/evaluator.ts';
import { ExhaustiveSearch } from '../src/mapper/exhaustive.ts';
import { resultOf } from '../src/mapper/result.ts';
import { createMapperRun } from '../src/mapper/run.ts';
import { Rng } from '../src/util/rng.ts';
import { SpecError } from '../src/util/errors.ts';
import { mapNetwork } from '../scripts/map.ts';
import { parseMapOptions } from '../scripts/map-options.ts';
import type { Row } from './row.ts';

const SEED = 1;
const DEFAULT_EVALUATIONS = 30_000;
const SEARCHES = ['evolve', 'algorithm1', 'random', 'annealing'] as const;
const EXPERTS = {
  eyeriss: ['row-stationary', 'weight-stationary', 'output-stationary', 'magnet'],
  zc706: ['dnnbuilder', 'chaidnn'],
} as const;

/** Layers small enough to enumerate. */
const SMALL: readonly (readonly [name: string, shape: ConvShape, accelerator: string])[] = [
  ['dense 4×3', dense(4, 3), 'eyeriss'],
  ['dense 2×8', dense(2, 8), 'eyeriss'],
  ['row of a convolution', convShape({ K: 2, C: 1, P: 4, Q: 1, R: 3, S: 1 }), 'plain'],
  ['depthwise row', convShape({ K: 1, C: 1, P: 6, Q: 1, R: 3, S: 1, G: 2 }), 'plain'],
  ['dense 8×6', dense(8, 6), 'plain'],
  ['dense 4×3', dense(4, 3), 'magnet'],
  ['dense 12×20', dense(12, 20), 'zc706'],
];

/** What of the printed figures the table takes. */
interface Figures {
  readonly total: {
    readonly edpPjCycles: number;
    readonly energyPj: number;
    readonly latencyCycles: number;
    readonly gops: number | null;
  };
  readonly against?: Figures;
  readonly evaluations: { readonly valid: number; readonly validPerSecond: number };
  readonly wallSeconds: number;
  readonly dsp?: number;
}

export async function rows(args: readonly string[], say: (line: string) => void): Promise<Row[]> {
  const evaluations = evaluationsOf(args);
  return [
    ...(await searchRows('vgg16', 9, evaluations, say)),
    ...(await searchRows('alexnet', 5, evaluations, say)),
    ...(await bitRows(evaluations, say)),
    ...smallRows(say),
    ...(await fpgaRows(evaluations, say)),
    ...(await coreRows(evaluations, say)),
  ];
}

function evaluationsOf(args: readonly string[]): number {
  const [option, text, ...more] = args;
  if (option === undefined) return DEFAULT_EVALUATIONS;
  const value = Number(text);
  if (option !== '--evaluations' || more.length > 0 || !Number.isInteger(value) || value < 100)
    throw new SpecError(
      `bench mapper: expected --evaluations and a whole number of at least 100, got ${args.join(' ')}`,
    );
  return value;
}

/** Every search at equal evaluations, then the experts. */
async function searchRows(
  network: string,
  layers: number,
  evaluations: number,
  say: (line: string) => void,
): Promise<Row[]> {
  const table: Row[] = [];
  for (const algorithm of SEARCHES) {
    say(`${network}: ${algorithm}`);
    const figures = await map(
      `--network ${network} --algorithm ${algorithm} --budget ${layers * evaluations}`,
    );
    table.push(row(network, 'eyeriss', algorithm, figures));
  }
  for (const expert of EXPERTS.eyeriss) {
    say(`${network}: ${expert}`);
    const { against } = await map(`--network ${network} --budget 1000 --against ${expert}`);
    if (against) table.push(row(network, 'eyeriss', expert, against));
  }
  return table;
}

async function bitRows(evaluations: number, say: (line: string) => void): Promise<Row[]> {
  say('alexnet: 4, 8 and 16 bits');
  const table: Row[] = [];
  for (const bits of [16, 8, 4]) {
    const figures = await map(`--network alexnet --bits ${bits} --budget ${5 * evaluations}`);
    table.push({ ...row('alexnet', 'eyeriss', 'evolve', figures), bits });
  }
  return table;
}

function smallRows(say: (line: string) => void): Row[] {
  return SMALL.map(([name, shape, accelerator]) => {
    say(`optimum of ${name} on ${accelerator}`);
    const problem = {
      shape,
      accelerator: acceleratorByName(accelerator),
      bits: operandBits(shape, 16),
    };
    const evaluator = new Evaluator(problem, { kind: 'edp' });
    const search = new ExhaustiveSearch(evaluator, new Rng(SEED));
    search.run(Infinity);
    const [best] = search.members();
    const optimum = best ? best.energyPj * best.latencyCycles : Number.NaN;
    const start = performance.now();
    const run = createMapperRun({
      accelerator: problem.accelerator,
      networks: [{ bits: 16, layers: [{ layer: { name, shape, count: 1 }, bits: problem.bits }] }],
      objective: 'edp',
      evaluationsPerLayer: 4000,
      seed: SEED,
    });
    while (!run.done) run.step(10_000);
    const wallSeconds = (performance.now() - start) / 1000;
    const edpPjCycles = resultOf(run).networks[0]?.total.edpPjCycles ?? Number.NaN;
    return {
      network: name,
      accelerator,
      algorithm: 'evolve',
      bits: 16,
      evaluations: run.count.valid,
      validPerSecond: run.count.valid / wallSeconds,
      edpPjCycles,
      wallSeconds,
      mappings: evaluator.count.valid,
      gapToOptimumPercent: 100 * (edpPjCycles / optimum - 1),
    };
  });
}

async function fpgaRows(evaluations: number, say: (line: string) => void): Promise<Row[]> {
  const table: Row[] = [];
  for (const [network, layers, accelerator] of [
    ['alexnet', 5, 'zc706:22x32'],
    ['vgg16', 9, 'zc706:24x30'],
  ] as const) {
    say(`${network} on ${accelerator}`);
    const budget = layers * evaluations;
    const figures = await map(
      `--network ${network} --accelerator ${accelerator} --objective fps --budget ${budget}`,
    );
    table.push(row(network, accelerator, 'evolve', figures));
    for (const expert of EXPERTS.zc706) {
      const { against } = await map(
        `--network ${network} --accelerator ${accelerator} --budget 1000 --against ${expert}`,
      );
      if (against) table.push(row(network, accelerator, expert, against));
    }
  }
  return table;
}

/** The thirteen convolutions of VGG16 with every core. */
async function coreRows(evaluations: number, say: (line: string) => void): Promise<Row[]> {
  const workers = cpus().length;
  say(`vgg16 with ${workers} threads`);
  const figures = await map(`--network vgg16 --budget ${9 * 4 * evaluations} --workers ${workers}`);
  return [{ ...row('vgg16', 'eyeriss', 'evolve', figures), workers }];
}

async function map(line: string): Promise<Figures> {
  const options = parseMapOptions([...line.split(' '), '--layers', 'conv', '--seed', String(SEED)]);
  return (await mapNetwork(options)) as unknown as Figures;
}

function row(
  network: string,
  accelerator: string,
  algorithm: string,
  { total, evaluations, wallSeconds, dsp }: Partial<Figures> & Pick<Figures, 'total'>,
): Row {
  return {
    network,
    accelerator,
    algorithm,
    bits: 16,
    edpPjCycles: total.edpPjCycles,
    energyPj: total.energyPj,
    latencyCycles: total.latencyCycles,
    ...(total.gops === null ? {} : { gops: total.gops }),
    ...(dsp === undefined ? {} : { dsp }),
    ...(evaluations
      ? { evaluations: evaluations.valid, validPerSecond: evaluations.validPerSecond }
      : {}),
    ...(wallSeconds === undefined ? {} : { wallSeconds }),
  };
}

function dense(K: number, C: number): ConvShape {
  return convShape({ K, C, P: 1, Q: 1, R: 1, S: 1 });
}
