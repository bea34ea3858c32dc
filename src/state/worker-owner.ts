/**
 * @file The life of one worker: spawned at first call, ended by `terminate()` alone, and a crash
 * rejects every call in flight (a Comlink call to a dead worker would wait for ever). So does a
 * worker that hangs, where its owner asks for a heartbeat.
 */
import type { Remote } from 'comlink';
import { ping } from '../rpc/heartbeat.ts';
import type { Spawned } from '../rpc/spawn.ts';

/** A worker is asked this often while a call waits for it. */
const BEAT_MS = 5_000;

/** The worker crashed or hung: not its owner's doing. */
export class WorkerDied extends Error {
  override readonly name = 'WorkerDied';
}

interface Life<T> {
  readonly spawned: Spawned<T>;
  /** Rejects when the worker dies, never resolves. */
  readonly death: Promise<never>;
  readonly die: (reason: Error) => void;
}

export class WorkerOwner<T> {
  readonly #name: string;
  readonly #spawn: () => Spawned<T>;
  readonly #silenceMs: number | null;
  #life: Life<T> | null = null;
  #waiting = 0;

  /**
   * @param name what the reader calls it, as in "The trainer stopped working: …"
   * @param silenceMs a worker that says nothing for so long while a call waits has hung; it must
   *   answer pings (rpc/heartbeat.ts). Null: it may be silent for ever
   */
  constructor(name: string, spawn: () => Spawned<T>, silenceMs: number | null = null) {
    this.#name = name;
    this.#spawn = spawn;
    this.#silenceMs = silenceMs;
  }

  get isAlive(): boolean {
    return this.#life !== null;
  }

  /** Call the worker, spawning it first if need be. @throws what the call throws, or the crash */
  async call<R>(use: (api: Remote<T>) => Promise<R>): Promise<R> {
    const life = (this.#life ??= this.#begin());
    this.#waiting++;
    try {
      return await Promise.race([use(life.spawned.api), life.death]);
    } finally {
      this.#waiting--;
    }
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
        stopListening();
        spawned.terminate();
        reject(reason);
      },
    };
    spawned.worker.addEventListener('error', (event) => {
      event.preventDefault();
      const detail = event.message ? `: ${event.message}` : '';
      life.die(new WorkerDied(`The ${this.#name} stopped working${detail}.`));
    });
    spawned.worker.addEventListener('messageerror', () =>
      life.die(new WorkerDied(`The ${this.#name} stopped working: a message could not be read.`)),
    );
    const stopListening =
      this.#silenceMs === null ? () => undefined : this.#listen(life, this.#silenceMs);
    return life;
  }

  /** Counts beats without an answer, not time: a machine that slept has sent none. */
  #listen({ spawned: { worker }, die }: Life<T>, silenceMs: number): () => void {
    let unanswered = 0;
    worker.addEventListener('message', () => (unanswered = 0));
    const timer = setInterval(() => {
      if (this.#waiting === 0) unanswered = 0;
      else if (unanswered * BEAT_MS >= silenceMs)
        die(new WorkerDied(`The ${this.#name} did not answer for ${silenceMs / 1000} seconds.`));
      else {
        unanswered++;
        ping(worker);
      }
    }, BEAT_MS);
    return () => clearInterval(timer);
  }
}

/** One sentence for the reader from whatever was thrown. */
export function sentenceOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text === '' ? 'Something failed without saying why.' : text;
}
