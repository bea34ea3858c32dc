/** @file How a queued run is carried out: by the lab's own trainer and mapper, in the page's sight. */
import type { DataBench } from './data-bench.svelte.ts';
import type { MapRun } from './map-run.svelte.ts';
import { RUN_SUBJECT } from './map-setup.svelte.ts';
import type { MapSetup } from './map-setup.svelte.ts';
import type { OpenRun } from './open-run.svelte.ts';
import type { OtherTabs } from './other-tabs.svelte.ts';
import type { SearchBench } from './search-bench.svelte.ts';
import type { SweepHost } from './sweeps.svelte.ts';
import type { TrainRun } from './train-run.svelte.ts';

export interface SweepHostParts {
  readonly data: DataBench;
  readonly open: OpenRun;
  readonly train: TrainRun;
  readonly tabs: OtherTabs;
  readonly mapSetup: MapSetup;
  readonly map: MapRun;
  readonly search: SearchBench;
  /** After a run has ended or was mapped. */
  readonly settle: () => Promise<void>;
}

export function sweepHost(parts: SweepHostParts): SweepHost {
  const { data, open, train, tabs, mapSetup, map, search, settle } = parts;
  return {
    isBusy: () => train.isLive || map.isLive || search.isBusy || data.isBusy,
    isElsewhere: async (runId) => {
      await tabs.refresh();
      return tabs.isTraining(runId);
    },
    train: async ({ datasetId, backend, limits }, recipe, runId, name) => {
      const options = { runId, name, ...(limits === undefined ? {} : { limits }) };
      await train.start(recipe, datasetId, backend, options);
      await settle();
      return train.alert;
    },
    resume: async ({ backend }, runId) => {
      await open.open(runId);
      if (open.record) await data.provide(open.record.dataset);
      await train.resume(runId, backend);
      await settle();
      return train.alert;
    },
    map: async (runId) => {
      await open.open(runId);
      const recipe = open.record?.recipe;
      if (recipe === undefined || open.id !== runId) return;
      await mapSetup.choose(RUN_SUBJECT);
      await map.start(recipe.mapping, recipe.seed);
      await settle();
    },
  };
}
