/**
 * @file How fast a step of SP-NAS on the lab's space is, both halves: our backends in a real browser,
 * eager PyTorch where it is installed; with every choice at once and with few paths. And, with
 * `--rates`, how far the architecture gets at several learning rates.
 *
 * Takes: [--steps N] [--backends simd,webgpu] [--pytorch FILE] [--rates A,B,…] [--epochs N] — FILE is a script that prints
 * `{ images_per_s, ms_per_step_median }` when run as `FILE THREADS STEPS all|few`.
 */
import { setBackend } from '@tensorflow/tfjs-core';
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import type { HeadlessLab } from '../src/app/headless.ts';
import { generateProcedural } from '../src/data/procedural.ts';
import { SupernetTrainer } from '../src/nas/supernet-trainer.ts';
import type { SearchMeasure, SearchMeasureSpec } from '../src/rpc/search-api.ts';
import { flopsTable } from '../src/search/cost-table.ts';
import { SpNas } from '../src/search/sp-nas.ts';
import { recipeSpace } from '../src/spec/search-recipe.ts';
import type { SearchRecipe } from '../src/spec/search-recipe.ts';
import { registerSimdInNode } from '../src/testing/simd.ts';
import { SpecError } from '../src/util/errors.ts';
import { withLabPage } from '../scripts/lab-page.ts';
import { readPlan } from '../scripts/recipe-file.ts';
import { searcherSpec, trainerSpec } from '../workers/search-spec.ts';
import type { Row, Rows } from './row.ts';

/** On a software adapter a step of `webgpu` takes minutes: it is measured where it is asked for. */
const BACKENDS = ['simd', 'webgpu'] as const;
const RECIPE = 'sp-nas-quick';
/** A step sees a batch of each half of the training set. */
const HALVES = 2;
const MB = 2 ** 20;

export const rows: Rows = async (args, say) => {
  const { steps, pytorch, rates, epochs, backends } = options(args);
  const recipe = searchRecipe();
  if (rates.length > 0) return architectureRates(recipe, rates, epochs, say);
  const measured: Row[] = [];
  await withLabPage({ isHeaded: false }, async (page) => {
    for (const backend of backends) {
      for (const paths of ['all', 'few'] as const) {
        say(`${backend}, ${paths} …`);
        const spec: SearchMeasureSpec = {
          recipe: withPaths(recipe, paths),
          backend,
          steps: backend === 'simd' ? steps : 1,
        };
        const outcome = await page.evaluate(async (request) => {
          const { lab } = window as Window & { readonly lab?: HeadlessLab };
          if (lab === undefined) throw new Error('internal: lab.html did not load');
          return lab.measureSearch(request).catch((error: unknown) => String(error));
        }, spec);
        measured.push(
          typeof outcome === 'string'
            ? { name: backend, paths, skipped: outcome }
            : rowOf(backend, paths, recipe.search.batchSize, outcome),
        );
      }
    }
  });
  for (const paths of ['all', 'few'] as const) measured.push(peer(pytorch, steps, paths, say));
  return measured.map((row) => {
    const reference = measured.find(
      ({ name, paths }) => name === 'pytorch' && paths === row['paths'],
    )?.['msPerStep'];
    const own = row['msPerStep'];
    const isBoth = typeof reference === 'number' && typeof own === 'number';
    return isBoth ? { ...row, ratioToPytorch: round(reference / own, 3) } : row;
  });
};

function options(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      steps: { type: 'string', default: '5' },
      pytorch: { type: 'string', default: 'bench/peers/pytorch_supernet.py' },
      rates: { type: 'string', default: '' },
      epochs: { type: 'string', default: '12' },
      backends: { type: 'string', default: 'simd' },
    },
  });
  const whole = (name: 'steps' | 'epochs'): number => {
    const value = Number(values[name]);
    if (Number.isInteger(value) && value >= 1 && value <= 1000) return value;
    throw new SpecError(
      `bench search: --${name}: expected a whole number from 1 to 1000, got ${values[name]}`,
    );
  };
  const rates = values.rates.split(',').filter(Boolean).map(Number);
  if (rates.some((rate) => !(rate > 0 && rate < 10))) {
    throw new SpecError(
      `bench search: --rates: expected numbers between 0 and 10, got ${values.rates}`,
    );
  }
  const backends = values.backends.split(',').map((name) => {
    const backend = BACKENDS.find((known) => known === name);
    if (backend !== undefined) return backend;
    throw new SpecError(
      `bench search: --backends: expected some of ${BACKENDS.join(', ')}, got ${name}`,
    );
  });
  const { pytorch } = values;
  return { steps: whole('steps'), pytorch, rates, epochs: whole('epochs'), backends };
}

function searchRecipe(): SearchRecipe {
  const plan = readPlan(RECIPE);
  if (plan.kind !== 'search') throw new Error(`internal: ${RECIPE} is no search`);
  return plan.recipe;
}

function withPaths(recipe: SearchRecipe, paths: 'all' | 'few'): SearchRecipe {
  const chosen = paths === 'all' ? ('all' as const) : { weights: 1, architecture: 2 };
  return { ...recipe, search: { ...recipe.search, paths: chosen } };
}

function rowOf(name: string, paths: string, batchSize: number, measure: SearchMeasure): Row {
  const sorted = [...measure.msPerStep].sort((a, b) => a - b);
  const ms = sorted[Math.floor(sorted.length / 2)] ?? NaN;
  return {
    name,
    paths,
    workers: 1,
    imagesPerSecond: round((HALVES * batchSize * 1000) / ms, 1),
    msPerStep: round(ms, 1),
    fastestMsPerStep: round(sorted[0] ?? NaN, 1),
    kernelCallsPerStep: measure.kernelCallsPerStep,
    dispatchesPerStep: measure.dispatchesPerStep ?? undefined,
    computedMemoryMb: round(measure.memory.totalBytes / MB, 0),
    peakMemoryMb: round(measure.peakMemoryMb, 0),
    detail: measure.backend.detail,
  };
}

/** Eager PyTorch on one thread, the same step. */
function peer(
  script: string,
  steps: number,
  paths: 'all' | 'few',
  say: (line: string) => void,
): Row {
  say(`PyTorch, 1 thread, ${paths} …`);
  const name = 'pytorch';
  // Debian's interpreter, which has python3-torch, may not be the first on the path.
  for (const python of ['python3', '/usr/bin/python3']) {
    const { status, stdout } = spawnSync(python, [script, '1', String(steps), paths], {
      encoding: 'utf8',
    });
    if (status !== 0) continue;
    const told = JSON.parse(stdout) as {
      peer: string;
      images_per_s: number;
      ms_per_step_median: number;
    };
    return {
      name,
      paths,
      workers: 1,
      imagesPerSecond: told.images_per_s,
      msPerStep: told.ms_per_step_median,
      detail: told.peer,
    };
  }
  return { name, paths, workers: 1, skipped: `${script} did not run: is python3-torch installed?` };
}

/** The quick search with other rates of Adam, on `simd` in this process: what became of α. */
async function architectureRates(
  recipe: SearchRecipe,
  rates: readonly number[],
  epochs: number,
  say: (line: string) => void,
): Promise<Row[]> {
  registerSimdInNode();
  await setBackend('simd');
  if (recipe.dataset.kind !== 'procedural') throw new Error('internal: images of its own');
  const { seed, train, test } = recipe.dataset;
  const dataset = generateProcedural({ seed, trainCount: train, testCount: test });
  const space = recipeSpace(recipe, { ...dataset, classes: dataset.classNames.length });
  const measured: Row[] = [];
  for (const learningRate of rates) {
    say(`rate ${learningRate} …`);
    const { search } = recipe;
    const warmupEpochs = Math.min(search.warmupEpochs, epochs - 1);
    const architecture = { ...search.architecture, learningRate };
    const own = { ...recipe, search: { ...search, epochs, warmupEpochs, architecture } };
    const searcher = new SpNas(searcherSpec(own, space, flopsTable(space), dataset.train.count));
    const trainer = new SupernetTrainer(trainerSpec(own, 'sp-nas', space, dataset, null));
    let steps = 0;
    for (let next = searcher.ask(); next !== null; next = searcher.ask()) {
      searcher.tell(next, await trainer.evaluate(next));
      if (next.kind === 'architecture') steps++;
    }
    trainer.dispose();
    const { entropy, expectedCost, cost, probabilities } = searcher.progress();
    measured.push({
      architectureRate: learningRate,
      architectureSteps: steps,
      entropy: round(entropy, 4),
      largestProbability: round(Math.max(...probabilities.flat()), 3),
      expectedCost: round(expectedCost, 0),
      derivedCost: cost,
    });
  }
  return measured;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
