/** @file A worker with its contract, and its end. */
import { releaseProxy, wrap } from 'comlink';
import type { Remote } from 'comlink';
import './trusted-urls.ts';

export interface Spawned<T> {
  readonly api: Remote<T>;
  readonly worker: Worker;
  /** Ends the worker at once; calls in flight never answer. */
  terminate(): void;
}

export function spawned<T>(worker: Worker): Spawned<T> {
  const api = wrap<T>(worker);
  return {
    api,
    worker,
    terminate: () => {
      worker.terminate();
      // Comlink holds the worker until its proxy is let go: and with it, through its listeners, the
      // proxy's owner and all that one ever held
      api[releaseProxy]();
    },
  };
}
