/** @file How fast a step of a supernet is here: the searcher's own path on made-up images, timed. */
import { generateProcedural } from '../src/data/procedural.ts';
import { SupernetTrainer } from '../src/nas/supernet-trainer.ts';
import type { SearchMeasure, SearchMeasureSpec } from '../src/rpc/search-api.ts';
import { flopsTable } from '../src/search/cost-table.ts';
import { SpNas } from '../src/search/sp-nas.ts';
import { namedLayout } from '../src/spec/search-layouts.ts';
import type { SearchRecipe } from '../src/spec/search-recipe.ts';
import type { BackendReport } from '../src/spec/run.ts';
import { searcherSpec, searchMemory, trainerSpec } from './search-spec.ts';
import { timedSteps } from './timed-steps.ts';

const METHOD = 'sp-nas';

export async function measureSearch(
  { recipe: whole, steps }: SearchMeasureSpec,
  backend: BackendReport,
): Promise<SearchMeasure> {
  // what is measured is a step of the mixture, not of the anchor alone
  const { anchor: _anchor, ...search } = whole.search;
  const recipe: SearchRecipe = { ...whole, search };
  const { space: named, batchSize } = search;
  const space = typeof named === 'string' ? namedLayout(named) : named;
  const { height, width } = space.input;
  const dataset = generateProcedural({
    seed: 1,
    trainCount: 4 * batchSize,
    testCount: 10,
    height,
    width,
    classCount: 10,
  });
  const fitted = { ...space, input: { height, width, channels: 3 as const }, classes: 10 };
  const trainer = new SupernetTrainer(trainerSpec(recipe, METHOD, fitted, dataset, null));
  const spec = searcherSpec(recipe, fitted, flopsTable(fitted), dataset.train.count);
  const searcher = new SpNas({ ...spec, metric: 'flops', warmupEpochs: 0, epochs: 1e6 });
  const half = async (): Promise<void> => {
    const candidate = searcher.ask();
    if (candidate === null) throw new Error('internal: a search without end has ended');
    searcher.tell(candidate, await trainer.evaluate(candidate));
  };
  /** Both halves, read back: on a GPU the step is over only then. */
  const one = async (): Promise<void> => {
    await half();
    await half();
    await trainer.takeMetrics();
  };
  try {
    const timed = await timedSteps(one, steps, backend.name);
    return { backend, ...timed, memory: searchMemory(recipe, METHOD, fitted) };
  } finally {
    trainer.dispose();
  }
}
