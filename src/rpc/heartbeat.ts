/**
 * @file Whether a worker is alive: its owner hears of a crash, and asks for a heartbeat, which the
 * worker answers between two pieces of work. Beside Comlink's messages on the same port, which takes
 * no notice of it.
 */
const PING = 'instantnet-lab:ping';
const PONG = 'instantnet-lab:pong';

/** A worker is asked this often while somebody waits for it. */
const BEAT_MS = 5_000;
/** The longest piece of work between two messages takes a part of this on a slow machine. */
export const SILENCE_MS = 120_000;

const DIED = 'WorkerDied';

/** A worker crashed, hung or ran out of memory: no fault of what it was given to do. */
export class WorkerDied extends Error {
  override readonly name = DIED;
}

/** Also of one that came from another thread, as a plain error of that name. */
export function isWorkerDied(error: unknown): error is Error {
  return error instanceof Error && error.name === DIED;
}

/**
 * The death of a worker that cannot go on: a helper of its own died, or there is no memory left, as
 * engines and the tensors' heap say it.
 * @param name of the worker, for the reader
 * @returns null for any other failure, which would come again
 */
export function deathOf(error: unknown, name: string): Error | null {
  if (isWorkerDied(error)) return error;
  const isMemory =
    error instanceof Error &&
    error.name === 'RangeError' &&
    /memory|allocation|no room/i.test(error.message);
  return isMemory ? new WorkerDied(`The ${name} ran out of memory.`) : null;
}

/** In a worker: answer from now on. */
export function answerPings(): void {
  addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (data === PING)
      (globalThis as unknown as { postMessage(text: string): void }).postMessage(PONG);
  });
}

export interface Watch {
  /** What the reader calls the worker, as in "The trainer stopped working: …". */
  readonly name: string;
  /** A worker that says nothing for so long has hung; it must answer pings. Null: it may be silent. */
  readonly silenceMs: number | null;
  /** Whether somebody waits for the worker: it is not asked while nobody does. */
  readonly isWaiting: () => boolean;
  /** Told once. */
  readonly onDeath: (died: WorkerDied) => void;
}

/** Hear of a worker's death. @returns a function that stops listening: must be called at its end */
export function watch(worker: Worker, { name, silenceMs, isWaiting, onDeath }: Watch): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  const stop = (): void => listening.abort();
  const die = (text: string): void => {
    stop();
    onDeath(new WorkerDied(text));
  };
  worker.addEventListener(
    'error',
    (event) => {
      event.preventDefault(); // it is told in a sentence
      const detail = event.message ? `: ${event.message}` : '';
      die(`The ${name} stopped working${detail}.`);
    },
    { signal },
  );
  worker.addEventListener(
    'messageerror',
    () => die(`The ${name} stopped working: a message could not be read.`),
    { signal },
  );
  if (silenceMs === null) return stop;
  // counts beats without an answer, not time: a machine that slept has sent none
  let unanswered = 0;
  worker.addEventListener('message', () => (unanswered = 0), { signal }); // any is an answer
  const timer = setInterval(() => {
    if (!isWaiting()) unanswered = 0;
    else if (unanswered * BEAT_MS >= silenceMs)
      die(`The ${name} did not answer for ${silenceMs / 1000} seconds.`);
    else {
      unanswered++;
      worker.postMessage(PING);
    }
  }, BEAT_MS);
  signal.addEventListener('abort', () => clearInterval(timer));
  return stop;
}
