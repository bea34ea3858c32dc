/** @file The mapper's helper workers: spawned together, ended together, one sentence if one dies. */
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
  const death = new Promise<never>((_resolve, reject) => {
    for (const { worker } of helpers) {
      worker.addEventListener('error', (event) => {
        event.preventDefault();
        const detail = event.message ? `: ${event.message}` : '';
        reject(new Error(`A mapping helper stopped working${detail}.`));
      });
      worker.addEventListener('messageerror', () =>
        reject(new Error('A mapping helper sent something unreadable.')),
      );
    }
  });
  death.catch(() => undefined); // a helper that dies as it is ended is no unhandled rejection
  return {
    members: helpers.map(({ api }) => api as MapHelpApi),
    death,
    dispose: () => helpers.forEach((helper) => helper.terminate()),
  };
}
