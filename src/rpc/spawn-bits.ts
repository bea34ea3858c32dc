/** @file The trainer's own helpers: apart from `spawn.ts`, so that no worker can spawn itself. */
import { wrap } from 'comlink';
import type { BitsApi } from './bits-api.ts';
import type { Spawned } from './spawn.ts';
import './trusted-urls.ts';

export function spawnBits(): Spawned<BitsApi> {
  const worker = new Worker(new URL('../../workers/bits.worker.ts', import.meta.url), {
    type: 'module',
    name: 'bits',
  });
  return { api: wrap<BitsApi>(worker), worker, terminate: () => worker.terminate() };
}
