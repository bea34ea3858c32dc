/** @file The mapper's helper workers: spawned together, ended together, one sentence if one dies. */
import { SILENCE_MS, watch } from '../src/rpc/heartbeat.ts';
import { spawnMapHelper } from '../src/rpc/spawn-map-helper.ts';
import type { MapHelpApi } from '../src/rpc/map-help-api.ts';

export interface MapHelpers {
  readonly members: readonly MapHelpApi[];
  /** Rejects when a helper dies (its calls would wait for ever); never resolves. */
  readonly death: Promise<never>;
  dispose(): void;
}

export function spawnMapHelpers(count: number): MapHelpers {
  const helpers = Array.from({ length: count }, () => spawnMapHelper());
  let stopWatching: (() => void)[] = [];
  const death = new Promise<never>((_resolve, reject) => {
    stopWatching = helpers.map(({ worker }) =>
      watch(worker, {
        name: 'mapping helper',
        silenceMs: SILENCE_MS,
        isWaiting: () => true,
        onDeath: reject,
      }),
    );
  });
  death.catch(() => undefined); // a helper that dies as it is ended is no unhandled rejection
  return {
    members: helpers.map(({ api }) => api as MapHelpApi),
    death,
    dispose: () => {
      for (const stop of stopWatching) stop();
      for (const helper of helpers) helper.terminate();
    },
  };
}
