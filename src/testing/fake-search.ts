/** @file A search worker without a supernet: probabilities that settle on a planted choice. */
import type { SearchApi, SearchProgress, SearchSpec } from '../rpc/search-api.ts';
import { expectedCost, flopsTable, networkCost } from '../search/cost-table.ts';
import { mostLikely } from '../search/derive.ts';
import { entropyRatio, softmax } from '../search/gumbel.ts';
import { modelTotals } from '../spec/model.ts';
import { recipeSpace } from '../spec/search-recipe.ts';
import type { SearchLogEntry, SearchRecord } from '../spec/search-run.ts';
import { networkOf } from '../spec/search-space.ts';
import { datasetInfo } from './records.ts';
import { searchEntry, searchRecord } from './search-records.ts';

/** Where the fake worker writes and the fake store reads. */
export class FakeSearches {
  readonly records = new Map<string, SearchRecord>();
  readonly logs = new Map<string, SearchLogEntry[]>();
}

type Command = 'run' | 'pause' | 'step' | 'stop';

const SHAPE = { width: 32, height: 32, channels: 3, classes: 10 };

/** @param sleep between two steps */
export function fakeSearch(
  stored: FakeSearches,
  totalSteps: number,
  sleep: () => Promise<void>,
): SearchApi {
  let command: Command = 'run';
  const set = (next: Command): Promise<void> => {
    command = next;
    return Promise.resolve();
  };
  const is = (one: Command): boolean => command === one;
  const search = async (
    start: SearchRecord,
    onProgress: (progress: SearchProgress) => void,
  ): Promise<SearchRecord> => {
    const { id: searchId, recipe } = start;
    let record = start;
    const save = (change: Partial<SearchRecord>): void => {
      record = { ...record, ...change };
      stored.records.set(searchId, record);
      onProgress({ kind: 'record', searchId, record });
    };
    const space = recipeSpace(recipe, SHAPE);
    const table = flopsTable(space);
    onProgress({ kind: 'table', searchId, table });
    save({ table, totalSteps, status: 'searching' });
    command = 'run';
    let picks: number[] = [];
    for (let step = record.step + 1; step <= totalSteps && !is('stop'); step++) {
      const probabilities = space.blocks.map((_, block) =>
        softmax(space.choices.map((_, i) => (i === block % 3 ? (3 * step) / totalSteps : 0))),
      );
      picks = mostLikely(probabilities);
      const entropies = probabilities.map(entropyRatio);
      const entry: SearchLogEntry = {
        ...searchEntry(step),
        totalSteps,
        probabilities,
        entropy: entropies.reduce((a, b) => a + b, 0) / entropies.length,
        picks,
        expectedCost: expectedCost(table, probabilities, 'flops').value,
        cost: networkCost(table, picks, 'flops'),
      };
      const log = stored.logs.get(searchId) ?? [];
      // as the worker, which trims the log to the checkpoint that it goes on from
      stored.logs.set(searchId, [...log.filter(({ step }) => step < entry.step), entry]);
      onProgress({ kind: 'log', searchId, entry });
      const pace = { imagesPerSecond: 200, secondsLeft: totalSteps - step };
      const drawn = picks.map((pick) => [pick]);
      onProgress({ kind: 'step', searchId, architecture: entry, drawn, ...pace });
      save({ step });
      if (is('step')) command = 'pause';
      if (is('pause')) save({ status: 'paused' });
      while (is('pause')) await sleep();
      await sleep();
    }
    const model = networkOf(space, picks, `${record.method}-${space.name}`);
    const choices = picks.map((pick) => space.choices[pick] ?? '');
    const cost = networkCost(table, picks, 'flops');
    save({
      status: is('stop') ? 'stopped' : 'found',
      found: { choices, model, ...modelTotals(model), cost },
    });
    return record;
  };
  return {
    start: ({ searchId, name, recipe, method }: SearchSpec, onProgress) => {
      const blank = searchRecord(searchId, 1_700_000_000_000 + stored.records.size);
      return search({ ...blank, name, recipe, method, dataset: datasetInfo('x') }, onProgress);
    },
    resume: async (searchId, _backend, onProgress) => {
      const record = stored.records.get(searchId);
      if (record === undefined) throw new Error('unknown search');
      return search(record, onProgress);
    },
    pause: () => set('pause'),
    continue: () => set('run'),
    step: () => set('step'),
    stop: () => set('stop'),
    price: ({ recipe, shape }) => Promise.resolve(flopsTable(recipeSpace(recipe, shape))),
    measure: () => Promise.reject(new Error('the fake search measures nothing')),
  };
}
