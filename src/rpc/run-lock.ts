/**
 * @file The lock of a run: who holds it trains it, and no other tab does.
 *
 * The trainer worker holds it, not its page: it goes with the worker, however that ends, and a page
 * that hangs cannot keep a worker writing after its lock was taken.
 */
import { SpecError } from '../util/errors.ts';

const PREFIX = 'instantnet-lab:run:';
const SEARCH_PREFIX = 'instantnet-lab:search:';
/** A tab that was asked for its run gets this long to write a checkpoint and let go. */
const HAND_OVER_MS = 15_000;

export const TAKEN_OVER = 'Another tab took this over.';

export interface RunLockOptions {
  /** What is locked: the training of a run, or a network search. */
  readonly of?: 'run' | 'search';
  /** Wait for the tab that trains the run, and take the lock from it when it does not answer. */
  readonly takeOver?: boolean;
  readonly handOverMs?: number;
  /** Undefined where there are no locks (no secure context): nothing is held. For tests. */
  readonly locks?: LockManager | undefined;
}

/**
 * Do `work` while holding the lock of the run.
 *
 * @param work is told through `lost` that another tab took the lock; must write nothing after that
 * @throws SpecError when another tab trains the run and `takeOver` is not set; what `work` throws
 */
export async function withRunLock<T>(
  runId: string,
  work: (lost: AbortSignal) => Promise<T>,
  {
    of = 'run',
    takeOver = false,
    handOverMs = HAND_OVER_MS,
    locks = lockManager(),
  }: RunLockOptions = {},
): Promise<T> {
  const lost = new AbortController();
  if (locks === undefined) return work(lost.signal);
  /** @returns null when the lock was not to be had */
  const attempt = async (options: LockOptions): Promise<{ readonly result: T } | null> => {
    const held: { work: Promise<T> | null } = { work: null };
    try {
      await locks.request(
        (of === 'run' ? PREFIX : SEARCH_PREFIX) + runId,
        options,
        async (lock) => {
          if (lock !== null) await (held.work = work(lost.signal));
        },
      );
    } catch (error) {
      if (!isLockGone(error)) throw error;
      if (held.work !== null) lost.abort(new Error(TAKEN_OVER));
    }
    return held.work === null ? null : { result: await held.work };
  };
  const done = takeOver
    ? ((await attempt({ signal: AbortSignal.timeout(handOverMs) })) ??
      (await attempt({ steal: true })))
    : await attempt({ ifAvailable: true });
  if (done === null) {
    throw new SpecError(
      of === 'run'
        ? `training: expected a run that no other tab trains, got ${runId}`
        : `search: expected a search that no other tab carries out, got ${runId}`,
    );
  }
  return done.result;
}

const QUEUE = 'instantnet-lab:queue';

/**
 * Do `work` while no other tab works on the queue of runs.
 * @returns false, and does nothing, where another tab does @throws what `work` throws
 */
export async function withQueueLock(
  work: () => Promise<void>,
  locks = lockManager(),
): Promise<boolean> {
  if (locks === undefined) {
    await work();
    return true;
  }
  return locks.request(QUEUE, { ifAvailable: true }, async (lock) => {
    if (lock !== null) await work();
    return lock !== null;
  });
}

/** A request that waited too long, or a lock that was stolen. */
function isLockGone(error: unknown): boolean {
  return (
    error instanceof DOMException && (error.name === 'AbortError' || error.name === 'TimeoutError')
  );
}

/** @returns ids of the runs that any tab trains, this one included */
export async function runsInTraining(locks = lockManager()): Promise<string[]> {
  return idsOf(PREFIX, locks);
}

/** @returns ids of the searches that any tab carries out, this one included */
export async function searchesInProgress(locks = lockManager()): Promise<string[]> {
  return idsOf(SEARCH_PREFIX, locks);
}

async function idsOf(prefix: string, locks: LockManager | undefined): Promise<string[]> {
  let held: LockInfo[] = [];
  try {
    held = (await locks?.query())?.held ?? [];
  } catch (error) {
    // where storage is blocked there is nothing to hold
    if (!(error instanceof DOMException && error.name === 'SecurityError')) throw error;
  }
  return held.flatMap(({ name = '' }) =>
    name.startsWith(prefix) ? [name.slice(prefix.length)] : [],
  );
}

function lockManager(): LockManager | undefined {
  return typeof navigator === 'undefined'
    ? undefined
    : (navigator as { readonly locks?: LockManager }).locks;
}
