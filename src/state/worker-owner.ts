/**
 * @file The life of one worker: spawned at first call, ended by `terminate()` alone, and a crash
 * rejects every call in flight (a Comlink call to a dead worker would wait for ever). So does a
 * worker that hangs, where its owner asks for a heartbeat.
 */
import type { Remote } from 'comlink';
import { isWorkerDied, watch } from '../rpc/heartbeat.ts';
import type { Spawned } from '../rpc/spawned.ts';
import { isQuota, storeFault } from '../store/store-fault.ts';

/** A worker that dies again and again is not started for ever. */
const MOST_RESTARTS = 3;

interface Life<T> {
  readonly spawned: Spawned<T>;
  /** Of the calls in flight. */
  readonly rejects: Set<(reason: Error) => void>;
  readonly die: (reason: Error) => void;
}

export class WorkerOwner<T> {
  readonly #name: string;
  readonly #spawn: () => Spawned<T>;
  readonly #silenceMs: number | null;
  #life: Life<T> | null = null;

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
    const { spawned, rejects } = (this.#life ??= this.#begin());
    // no race with one promise for all calls: it would hold every answer as long as the worker lives
    let reject: (reason: Error) => void = () => undefined;
    try {
      return await new Promise<R>((resolve, r) => {
        reject = r;
        rejects.add(reject);
        use(spawned.api).then(resolve, reject);
      });
    } finally {
      rejects.delete(reject);
    }
  }

  /** End the worker now; calls in flight reject. The next call spawns a new one. */
  terminate(reason = `The ${this.#name} was ended.`): void {
    this.#life?.die(new Error(reason));
  }

  #begin(): Life<T> {
    const spawned = this.#spawn();
    const rejects = new Set<(reason: Error) => void>();
    const life: Life<T> = {
      spawned,
      rejects,
      die: (reason) => {
        if (this.#life === life) this.#life = null;
        stopWatching();
        spawned.terminate();
        for (const reject of rejects) reject(reason);
      },
    };
    const stopWatching = watch(spawned.worker, {
      name: this.#name,
      silenceMs: this.#silenceMs,
      isWaiting: () => rejects.size > 0,
      onDeath: life.die,
    });
    return life;
  }
}

/**
 * Do `work`, and go on from where it was kept when its worker dies, a few times.
 * @param again how to go on, after the reader was told; null where nothing was kept
 * @throws what `work` throws, or the worker's death where it cannot go on
 */
export async function despiteDeaths<R>(
  work: () => Promise<R>,
  again: (died: Error) => Promise<(() => Promise<R>) | null>,
): Promise<R> {
  for (let restarts = 0, next = work; ; restarts++) {
    try {
      return await next();
    } catch (error) {
      if (!isWorkerDied(error) || restarts === MOST_RESTARTS) throw error;
      const going = await again(error);
      if (going === null) throw error;
      next = going;
    }
  }
}

/** What the reader is told of a worker that died and was started again. */
export function restartSentence(died: Error): string {
  return `${sentenceOf(died)} It was started again from the last checkpoint.`;
}

/** One sentence for the reader from whatever was thrown. */
export function sentenceOf(error: unknown): string {
  if (isQuota(error)) return `${storeFault(error)}: nothing was stored.`;
  const text = error instanceof Error ? error.message : String(error);
  return text === '' ? 'Something failed without saying why.' : text;
}
