/** @file The trainer's own helpers: apart from `spawn.ts`, so that no worker can spawn itself. */
import type { BitsApi } from './bits-api.ts';
import { spawned } from './spawned.ts';
import type { Spawned } from './spawned.ts';

export function spawnBits(): Spawned<BitsApi> {
  return spawned(
    new Worker(new URL('../../workers/bits.worker.ts', import.meta.url), {
      type: 'module',
      name: 'bits',
    }),
  );
}
