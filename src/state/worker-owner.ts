/**
 * @file The life of one worker: spawned at first call, ended by `terminate()` alone, and a crash
 * rejects every call in flight (a Comlink call to a dead worker would wait for ever).
 */
import type { Remote } from 'comlink';
import type { Spawned } from '../rpc/spawn.ts';

interface Life<T> {
  readonly spawned: Spawned<T>;
  /** Rejects when the worker dies, never resolves. */
  readonly death: Promise<never>;
  readonly die: (reason: Error) => void;
}

export class WorkerOwner<T> {
  readonly #name: string;
  readonly #spawn: () => Spawned<T>;
  #life: Life<T> | null = null;

  /** @param name what the reader calls it, as in "The trainer stopped working: …" */
  constructor(name: string, spawn: () => Spawned<T>) {
    this.#name = name;
    this.#spawn = spawn;
  }

  get isAlive(): boolean {
    return this.#life !== null;
  }

  /** Call the worker, spawning it first if need be. @throws what the call throws, or the crash */
  async call<R>(use: (api: Remote<T>) => Promise<R>): Promise<R> {
    const life = (this.#life ??= this.#begin());
    return Promise.race([use(life.spawned.api), life.death]);
  }

  /** End the worker now; calls in flight reject. The next call spawns a new one. */
  terminate(reason = `The ${this.#name} was ended.`): void {
    this.#life?.die(new Error(reason));
  }

  #begin(): Life<T> {
    const spawned = this.#spawn();
    let reject: (reason: Error) => void = () => undefined;
    const death = new Promise<never>((_resolve, r) => (reject = r));
    death.catch(() => undefined); // a crash with no call in flight is no unhandled rejection
    const life: Life<T> = {
      spawned,
      death,
      die: (reason) => {
        if (this.#life === life) this.#life = null;
        spawned.terminate();
        reject(reason);
      },
    };
    spawned.worker.addEventListener('error', (event) => {
      event.preventDefault();
      const detail = event.message ? `: ${event.message}` : '';
      life.die(new Error(`The ${this.#name} stopped working${detail}.`));
    });
    spawned.worker.addEventListener('messageerror', () =>
      life.die(new Error(`The ${this.#name} stopped working: a message could not be read.`)),
    );
    return life;
  }
}

/** One sentence for the reader from whatever was thrown. */
export function sentenceOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text === '' ? 'Something failed without saying why.' : text;
}
