/** @file The mapper's own helpers: apart from `spawn.ts`, so that no worker can spawn itself. */
import { wrap } from 'comlink';
import type { MapHelpApi } from './map-help-api.ts';
import type { Spawned } from './spawn.ts';
import './trusted-urls.ts';

export function spawnMapHelper(): Spawned<MapHelpApi> {
  const worker = new Worker(new URL('../../workers/map-helper.worker.ts', import.meta.url), {
    type: 'module',
    name: 'mapper helper',
  });
  return { api: wrap<MapHelpApi>(worker), worker, terminate: () => worker.terminate() };
}
