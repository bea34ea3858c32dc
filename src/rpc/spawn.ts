/**
 * @file The page's workers. Each spawn makes a dedicated module worker and wraps it; end it with
 * `terminate()` (a released Comlink proxy does not close its port).
 */
import type { DataApi } from './data-api.ts';
import type { MapApi } from './map-api.ts';
import type { ProjectApi } from './project-api.ts';
import type { SearchApi } from './search-api.ts';
import { spawned } from './spawned.ts';
import type { Spawned } from './spawned.ts';
import type { TrainApi } from './train-api.ts';

export function spawnData(): Spawned<DataApi> {
  return spawned(
    new Worker(new URL('../../workers/data.worker.ts', import.meta.url), {
      type: 'module',
      name: 'data',
    }),
  );
}

export function spawnTrainer(): Spawned<TrainApi> {
  return spawned(
    new Worker(new URL('../../workers/train.worker.ts', import.meta.url), {
      type: 'module',
      name: 'trainer',
    }),
  );
}

export function spawnMapper(): Spawned<MapApi> {
  return spawned(
    new Worker(new URL('../../workers/mapper.worker.ts', import.meta.url), {
      type: 'module',
      name: 'mapper',
    }),
  );
}

export function spawnSearch(): Spawned<SearchApi> {
  return spawned(
    new Worker(new URL('../../workers/search.worker.ts', import.meta.url), {
      type: 'module',
      name: 'search',
    }),
  );
}

export function spawnProject(): Spawned<ProjectApi> {
  return spawned(
    new Worker(new URL('../../workers/project.worker.ts', import.meta.url), {
      type: 'module',
      name: 'project',
    }),
  );
}
