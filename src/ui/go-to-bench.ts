/**
 * @file Going to a bench: the page scrolls (a phone changes to it) and the focus goes with it. At once: a
 * bench gets its true height as it comes into sight, so those on the way would move the goal.
 */
import type { BenchId, Journey } from '../state/journey.svelte.ts';

/** Slow machines have brought all benches by then. */
const HOLD_MS = 10_000;
/** What the reader does to go elsewhere. */
const OTHER_WAYS = ['wheel', 'touchstart', 'pointerdown', 'keydown', 'hashchange'] as const;

/**
 * Keep a bench at the top of the window while those above it come in, until the reader goes elsewhere.
 *
 * @param around all benches
 */
export function holdAt(bench: BenchId, around: Element): () => void {
  const over = new AbortController();
  const { signal } = over;
  const watch = new ResizeObserver(() => document.getElementById(bench)?.scrollIntoView());
  watch.observe(around);
  signal.addEventListener('abort', () => watch.disconnect());
  for (const way of OTHER_WAYS)
    addEventListener(way, () => over.abort(), { signal, passive: true });
  const timer = setTimeout(() => over.abort(), HOLD_MS);
  return () => {
    clearTimeout(timer);
    over.abort();
  };
}

/** For a click on a link to `#bench`, which works as a plain link too. */
export function goToBench(event: MouseEvent, journey: Journey, bench: BenchId): void {
  event.preventDefault();
  journey.goTo(bench);
  document.getElementById(bench)?.scrollIntoView();
  document.getElementById(`${bench}-title`)?.focus({ preventScroll: true });
  history.replaceState(null, '', `#${bench}`);
}

/** For a click on a link to the microscope, from the bench that it stands in. */
export function goToScope(event: MouseEvent): void {
  event.preventDefault();
  document.getElementById('scope')?.scrollIntoView();
  document.getElementById('scope-title')?.focus({ preventScroll: true });
}

/** To the runs that are compared, in the bench of the trade-off; after a phone has changed to it. */
export function goToCompare(journey: Journey): void {
  journey.goTo('trade');
  requestAnimationFrame(() => {
    document.getElementById('compare')?.scrollIntoView();
    document.getElementById('compare-title')?.focus({ preventScroll: true });
  });
}
