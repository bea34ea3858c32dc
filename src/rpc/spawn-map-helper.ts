/** @file The mapper's own helpers: apart from `spawn.ts`, so that no worker can spawn itself. */
import type { MapHelpApi } from './map-help-api.ts';
import { spawned } from './spawned.ts';
import type { Spawned } from './spawned.ts';

export function spawnMapHelper(): Spawned<MapHelpApi> {
  return spawned(
    new Worker(new URL('../../workers/map-helper.worker.ts', import.meta.url), {
      type: 'module',
      name: 'mapper helper',
    }),
  );
}
