/**
 * @file A whole network search with nobody watching: images, a search by each method, and training and
 * mapping of each network that comes out, by the page's own workers.
 */
import { proxy } from 'comlink';
import type { SearchApi, SearchProgress, SearchSpec } from '../rpc/search-api.ts';
import type { Spawned } from '../rpc/spawned.ts';
import type { MappingRecord, RunRecord } from '../spec/run.ts';
import { derivedRecipe } from '../spec/search-recipe.ts';
import type { SearchRecipe } from '../spec/search-recipe.ts';
import type { FoundNetwork, SearchRecord } from '../spec/search-run.ts';
import { loadData, map, train, trainingRate } from './headless-run.ts';
import type { HeadlessRequest, HeadlessServices } from './headless-run.ts';
import { WorkerOwner } from './worker-owner.ts';

export interface HeadlessSearchRequest extends Pick<HeadlessRequest, 'files' | 'backend'> {
  readonly recipe: SearchRecipe;
}

/** What one method came to. */
export interface SearchedNetwork {
  readonly search: SearchRecord;
  readonly found: FoundNetwork;
  readonly run: RunRecord;
  readonly mapping: MappingRecord;
  readonly imagesPerSecond: number;
  readonly wallSeconds: { readonly search: number; readonly train: number; readonly map: number };
}

export interface HeadlessSearchResult {
  readonly recipe: SearchRecipe;
  /** In the order of the recipe's methods. */
  readonly networks: readonly SearchedNetwork[];
  readonly wallSeconds: { readonly data: number; readonly total: number };
}

export type SearchServices = HeadlessServices & { readonly spawnSearch: () => Spawned<SearchApi> };

/** @throws as `runHeadless`; what was found and trained before stays stored */
export async function searchHeadless(
  { recipe, files, backend }: HeadlessSearchRequest,
  services: SearchServices,
  say: (line: string) => void,
): Promise<HeadlessSearchResult> {
  const seconds = (from: number): number => (performance.now() - from) / 1000;
  const start = performance.now();
  const dataset = await loadData({ recipe: { ...recipe, model: 'tiny' }, files }, services, say);
  const data = seconds(start);
  const networks: SearchedNetwork[] = [];
  for (const method of recipe.search.methods) {
    const searchStart = performance.now();
    const [first] = networks;
    const spec: SearchSpec = {
      searchId: services.newId(),
      name: `${recipe.name} ${method}`,
      recipe,
      method,
      datasetId: dataset.id,
      backend,
      codeVersion: services.codeVersion,
      ...(first === undefined ? {} : { macs: first.found.macs }),
    };
    const search = await runSearch(spec, services, say);
    const { found, failure } = search;
    if (failure !== undefined) throw new Error(`Search ended as ${search.status}: ${failure}`);
    if (found === undefined) throw new Error('internal: a search without a network');
    say(`${method}: ${(found.choices ?? [found.model.name]).join(' ')}, ${found.macs} MACs`);
    const searched = seconds(searchStart);

    const trainStart = performance.now();
    const ids = { runId: services.newId(), datasetId: dataset.id };
    const one = { recipe: derivedRecipe(recipe, found.model), backend };
    const run = await train(one, services, ids, (line) => say(`${line} (${method})`));
    const trained = seconds(trainStart);
    const mapStart = performance.now();
    const mapping = await map(run, services, say);
    const log = await services.store.readLog(run.id);
    networks.push({
      search,
      found,
      run,
      mapping,
      imagesPerSecond: trainingRate(log, run.recipe.training.pretrainEpochs),
      wallSeconds: { search: searched, train: trained, map: seconds(mapStart) },
    });
  }
  return { recipe, networks, wallSeconds: { data, total: seconds(start) } };
}

async function runSearch(
  spec: SearchSpec,
  { spawnSearch }: SearchServices,
  say: (line: string) => void,
): Promise<SearchRecord> {
  const worker = new WorkerOwner('search worker', spawnSearch);
  const report = proxy((progress: SearchProgress) => {
    const line = searchLine(progress);
    if (line !== undefined) say(`search: ${line}`);
  });
  try {
    return await worker.call((api) => api.start(spec, report));
  } finally {
    worker.terminate();
  }
}

function searchLine(progress: SearchProgress): string | undefined {
  switch (progress.kind) {
    case 'stage':
      return `${progress.progress.stage}, ${progress.progress.done} of ${progress.progress.total}`;
    case 'backend':
      return `${progress.backend.name}: ${progress.backend.reason}`;
    case 'memory': {
      const mb = (progress.memory.totalBytes / 2 ** 20).toFixed(0);
      return `a step takes about ${mb} MB`;
    }
    case 'step': {
      const { step, totalSteps, entropy, expectedCost } = progress.architecture;
      const rate = progress.imagesPerSecond.toFixed(0);
      const left = progress.secondsLeft.toFixed(0);
      return `step ${step} of ${totalSteps}, ${rate} images/s, entropy ${entropy.toFixed(2)}, expected cost ${expectedCost.toPrecision(3)}, ${left} s left`;
    }
    case 'notice':
      return progress.text ?? undefined;
    case 'table':
    case 'log':
    case 'record':
      return undefined;
    default:
      return progress satisfies never;
  }
}
