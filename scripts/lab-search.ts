/** @file The JSON of `npm run -s lab` for a network search; names of its fields are promised to scripts. */
import type { HeadlessSearchResult, SearchedNetwork } from '../src/state/headless-search.ts';
import { costOf, reportMapping, reportSubject } from './lab-report.ts';

/** Under `methods`, the network that each method found, trained and mapped. */
export function reportSearch({ recipe, networks, wallSeconds }: HeadlessSearchResult) {
  const [first] = networks;
  if (first === undefined) throw new Error('internal: a search without methods');
  const sum = (part: keyof SearchedNetwork['wallSeconds']): number =>
    networks.reduce((total, network) => total + network.wallSeconds[part], 0);
  return {
    recipe: recipe.name,
    seed: recipe.seed,
    backend: first.run.backend,
    ...reportSubject(first.run),
    quantizer: recipe.training.quantizer,
    cost: recipe.search.cost,
    methods: Object.fromEntries(networks.map((one) => [one.search.method, reportNetwork(one)])),
    wallSeconds: {
      data: wallSeconds.data,
      search: sum('search'),
      train: sum('train'),
      map: sum('map'),
      total: wallSeconds.total,
    },
    spec: recipe,
    codeVersion: first.run.codeVersion,
  };
}

function reportNetwork({ search, found, run, mapping, ...rest }: SearchedNetwork) {
  const { recipe, backend } = run;
  return {
    backend,
    ...reportSubject(run),
    method: recipe.training.method,
    seeds: [recipe.seed],
    search: {
      choices: found.choices,
      cost: found.cost,
      backend: search.backend,
      steps: search.step,
      seconds: search.searchSeconds,
      memory: search.memory,
      table: search.table,
      searchId: search.id,
    },
    network: found.model,
    results: (run.accuracies ?? []).map(({ bits, accuracy }) => ({
      bits,
      accuracy,
      // One seed has no spread.
      accuracyStandardDeviation: null,
      ...costOf(mapping, bits),
    })),
    mapping: reportMapping(mapping),
    imagesPerSecond: rest.imagesPerSecond,
    wallSeconds: rest.wallSeconds,
    runId: run.id,
  };
}
