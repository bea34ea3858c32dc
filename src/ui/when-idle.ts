/** @file Work that can wait: each piece in a task of its own, so that input and frames come between. */

/** Where there are no idle callbacks (Safari), a piece waits this part of its time. */
const PART_WITHOUT_IDLE = 0.25;

/**
 * Do `job` once the main thread has nothing to do, after `latestMs` in any case.
 *
 * @returns what calls it off
 */
export function whenIdle(job: () => void, latestMs: number): () => void {
  if ('requestIdleCallback' in window) {
    const idle = requestIdleCallback(job, { timeout: latestMs });
    return () => cancelIdleCallback(idle);
  }
  const timer = setTimeout(job, latestMs * PART_WITHOUT_IDLE);
  return () => clearTimeout(timer);
}
