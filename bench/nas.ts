/**
 * @file What searches find: SP-NAS beside its rivals at the same cost, each network trained from scratch by
 * the recipe, accuracy at every bit-width over seeds; and whether the search met its budget.
 *
 * Takes: [--recipe NAME|FILE] [--data FILE] [--seeds 1,2,3] [--methods sp-nas,…] [--search-only]
 * [--part I/N] [--list]. Every search and training ever finished is kept in `.cache/nas.jsonl` by all that
 * decides it and not repeated, so that a study can be stopped, taken up again seed by seed, and shared by
 * several processes (--part 1/2 and 2/2, then once without). The same bytes as in the page: `simd`.
 */
import '@tensorflow/tfjs-backend-cpu';
import { setBackend } from '@tensorflow/tfjs-core';
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import type { Dataset } from '../src/data/dataset.ts';
import { generateProcedural } from '../src/data/procedural.ts';
import { readDataset } from '../src/data/read.ts';
import { datasetChecksum } from '../src/data/summary.ts';
import { acceleratorByName } from '../src/hw/presets/catalogue.ts';
import { SupernetTrainer } from '../src/nas/supernet-trainer.ts';
import { SpNas } from '../src/search/sp-nas.ts';
import { derivedRecipe, recipeSpace, SEARCH_METHODS } from '../src/spec/search-recipe.ts';
import type { SearchMethod, SearchRecipe } from '../src/spec/search-recipe.ts';
import type { FoundNetwork } from '../src/spec/search-run.ts';
import { registerSimdInNode } from '../src/testing/simd.ts';
import { teamOf, train } from '../src/testing/team.ts';
import { SpecError } from '../src/util/errors.ts';
import { readPlan } from '../scripts/recipe-file.ts';
import { derived, rival } from '../workers/search-found.ts';
import { searcherSpec, trainerSpec } from '../workers/search-spec.ts';
import { searchTable } from '../workers/search-table.ts';
import { Kept } from './kept.ts';
import { meanAndSpread } from './mean.ts';
import type { Row, Rows } from './row.ts';

interface Searched {
  readonly found: FoundNetwork;
  /** Of a search; null for a rival that needs none. */
  readonly end: {
    readonly expectedCost: number;
    readonly entropy: number;
    readonly lambda: number;
  } | null;
  readonly searchSeconds: number;
}

interface Trained {
  /** On the whole test set, 0 to 1, in the order of the recipe's bit-widths. */
  readonly accuracies: readonly number[];
  readonly trainSeconds: number;
}

interface Job {
  readonly method: SearchMethod;
  readonly recipe: SearchRecipe;
}

type Say = (line: string) => void;

export const rows: Rows = async (args, say) => {
  const {
    recipe: base,
    data,
    seeds,
    methods,
    part,
    parts,
    isListing,
    isSearchOnly,
  } = options(args);
  const dataset = data === null ? builtIn(base) : await fromFile(data);
  const checksum = datasetChecksum(dataset);
  const jobs = seeds.flatMap((seed) =>
    methods.map((method): Job => ({ method, recipe: { ...base, seed } })),
  );
  const kept = new Kept('nas');
  const keyOf = (stage: 'search' | 'train', { method, recipe }: Job): string => {
    const { name: _name, mapping, training, search, ...rest } = recipe;
    const decisive = { ...rest, search: { ...search, methods: [method] } };
    // the mapping's accelerator decides a cost table; the training only what is trained
    return JSON.stringify({ stage, checksum, ...decisive, mapping, training });
  };
  if (!isListing) {
    registerSimdInNode();
    await setBackend('simd');
    for (const [i, job] of jobs.entries()) {
      if (i % parts !== part) continue;
      const who = `${i + 1} of ${jobs.length}: ${job.method}, seed ${job.recipe.seed}`;
      const searched = await kept.once(keyOf('search', job), () => search(job, dataset, say, who));
      say(
        `${who}: ${(searched.found.choices ?? [searched.found.model.name]).join(' ')}, ${searched.found.macs} MACs`,
      );
      if (isSearchOnly) continue;
      const { accuracies } = await kept.once(keyOf('train', job), () =>
        trainFound(job, searched, dataset),
      );
      say(`${who}: ${accuracies.map((a) => (a * 100).toFixed(1)).join(' ')} %`);
    }
  }
  return methods.map((method) =>
    rowOf(
      method,
      base,
      jobs
        .filter((job) => job.method === method)
        .map((job) => ({
          searched: kept.find<Searched>(keyOf('search', job)),
          trained: kept.find<Trained>(keyOf('train', job)),
        })),
    ),
  );
};

function options(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      recipe: { type: 'string', default: 'sp-nas-compare' },
      data: { type: 'string' },
      seeds: { type: 'string', default: '1,2,3' },
      methods: { type: 'string' },
      'search-only': { type: 'boolean', default: false },
      part: { type: 'string', default: '1/1' },
      list: { type: 'boolean', default: false },
    },
  });
  const plan = readPlan(values.recipe);
  if (plan.kind !== 'search') {
    throw new SpecError(
      `bench nas: --recipe: expected a search, got the ${plan.kind} ${values.recipe}`,
    );
  }
  const { recipe } = plan;
  const methods = values.methods?.split(',').map((name) => {
    const method = SEARCH_METHODS.find((known) => known === name);
    if (method !== undefined) return method;
    throw new SpecError(
      `bench nas: --methods: expected some of ${SEARCH_METHODS.join(', ')}, got ${name}`,
    );
  });
  const seeds = values.seeds.split(',').map(Number);
  if (seeds.some((seed) => !Number.isInteger(seed) || seed < 0)) {
    throw new SpecError(`bench nas: --seeds: expected whole numbers, got ${values.seeds}`);
  }
  const [part = NaN, parts = NaN] = values.part.split('/').map(Number);
  if (!Number.isInteger(parts) || !(part >= 1 && part <= parts)) {
    throw new SpecError(`bench nas: --part: expected I/N with 1 ≤ I ≤ N, got ${values.part}`);
  }
  if (recipe.dataset.kind === 'stored' && values.data === undefined) {
    throw new SpecError(`bench nas: --data: expected a file for ${recipe.name}, got none`);
  }
  return {
    recipe,
    data: values.data ?? null,
    seeds,
    methods: methods ?? recipe.search.methods,
    part: part - 1,
    parts,
    isListing: values.list,
    isSearchOnly: values['search-only'],
  };
}

function builtIn({ dataset }: SearchRecipe): Dataset {
  if (dataset.kind !== 'procedural') throw new Error('internal: images of its own');
  const { seed, train: trainCount, test: testCount } = dataset;
  return generateProcedural({ seed, trainCount, testCount });
}

async function fromFile(path: string): Promise<Dataset> {
  if (!existsSync(path)) {
    throw new SpecError(`bench nas: --data: expected a file that can be read, got ${path}`);
  }
  return Promise.resolve(readDataset([{ name: basename(path), bytes: readFileSync(path) }]));
}

const secondsSince = (start: number): number => (performance.now() - start) / 1000;

/** The network that a method comes to. */
async function search(
  { method, recipe }: Job,
  dataset: Dataset,
  say: Say,
  who: string,
): Promise<Searched> {
  const start = performance.now();
  const space = recipeSpace(recipe, { ...dataset, classes: dataset.classNames.length });
  const bits = Math.min(...recipe.bitWidths);
  const accelerator = acceleratorByName(recipe.mapping.accelerator);
  const table = await searchTable(
    { recipe, space, bits, accelerator },
    () => undefined,
    () => Promise.resolve(),
  );
  const place = { recipe, space, table };
  if (method === 'random' || method === 'mobilenetv2-scaled') {
    const { metric, target } = recipe.search.cost;
    const macs = metric === 'flops' ? target : undefined;
    return { found: rival(place, method, macs), end: null, searchSeconds: secondsSince(start) };
  }
  const searcher = new SpNas(searcherSpec(recipe, space, table, dataset.train.count));
  const trainer = new SupernetTrainer(trainerSpec(recipe, method, space, dataset, null));
  let epoch = 0;
  for (let next = searcher.ask(); next !== null; next = searcher.ask()) {
    searcher.tell(next, await trainer.evaluate(next));
    if (searcher.epoch === epoch) continue;
    epoch = searcher.epoch;
    const { entropy, expectedCost, cost, lambda } = searcher.progress();
    const metrics = await trainer.takeMetrics();
    say(
      `${who}: epoch ${epoch}, entropy ${entropy.toFixed(2)}, expected ${expectedCost.toPrecision(3)}, ` +
        `likeliest ${cost.toPrecision(3)}, λ ${lambda.toPrecision(2)}, ` +
        `supernet ${metrics.map(({ accuracy }) => (100 * accuracy).toFixed(0)).join(' ')} %`,
    );
  }
  trainer.dispose();
  const { expectedCost, entropy, lambda } = searcher.progress();
  return {
    found: derived(place, method, searcher),
    end: { expectedCost, entropy, lambda },
    searchSeconds: secondsSince(start),
  };
}

async function trainFound(
  { recipe }: Job,
  { found }: Searched,
  dataset: Dataset,
): Promise<Trained> {
  const start = performance.now();
  const run = { recipe: derivedRecipe(recipe, found.model), model: found.model, dataset };
  const { outcome } = await train(teamOf(run, 1, null));
  const accuracies = recipe.bitWidths.map(
    (bits) => outcome.evaluations.find((one) => one.bits === bits)?.accuracy ?? NaN,
  );
  return { accuracies, trainSeconds: secondsSince(start) };
}

function rowOf(
  method: SearchMethod,
  recipe: SearchRecipe,
  seeds: readonly {
    readonly searched: Searched | undefined;
    readonly trained: Trained | undefined;
  }[],
): Row {
  const searched = seeds.flatMap((seed) => seed.searched ?? []);
  const trained = seeds.flatMap((seed) => seed.trained ?? []);
  const { target, tolerance } = recipe.search.cost;
  const row: Record<string, string | number> = {
    method,
    seeds: trained.length,
    'million MACs': meanAndSpread(
      searched.map(({ found }) => found.macs / 1e6),
      2,
    ),
  };
  recipe.bitWidths.forEach((bits, i) => {
    row[`${bits} bits`] = meanAndSpread(
      trained.map(({ accuracies }) => 100 * (accuracies[i] ?? NaN)),
      1,
    );
  });
  const ends = searched.flatMap(({ end }) => end ?? []);
  if (ends.length > 0) {
    row['expected cost over target'] = meanAndSpread(
      ends.map(({ expectedCost }) => expectedCost / target),
      2,
    );
    row['entropy'] = meanAndSpread(
      ends.map(({ entropy }) => entropy),
      2,
    );
    const isIn = (ratio: number): boolean => Math.abs(ratio - 1) <= Math.max(tolerance, 0.1);
    row['searches that end within 10 %'] =
      `${ends.filter(({ expectedCost }) => isIn(expectedCost / target)).length} of ${ends.length}`;
  }
  const own = searched.flatMap(({ found }) => found.cost ?? []);
  if (own.length > 0) {
    const ratios = own.map((cost) => cost / target);
    row['networks within tolerance'] =
      `${ratios.filter((ratio) => Math.abs(ratio - 1) <= tolerance + 1e-9).length} of ${own.length}`;
  }
  row['seconds of search'] = meanAndSpread(
    searched.map(({ searchSeconds }) => searchSeconds),
    0,
  );
  row['seconds of training'] = meanAndSpread(
    trained.map(({ trainSeconds }) => trainSeconds),
    0,
  );
  return row;
}
