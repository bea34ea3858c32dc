/** @file Going to a bench: the page scrolls (a phone changes to it) and the focus goes with it. */
import type { BenchId, Journey } from '../state/journey.svelte.ts';

/** For a click on a link to `#bench`, which works as a plain link too. */
export function goToBench(event: MouseEvent, journey: Journey, bench: BenchId): void {
  event.preventDefault();
  journey.goTo(bench);
  document.getElementById(bench)?.scrollIntoView();
  document.getElementById(`${bench}-title`)?.focus({ preventScroll: true });
  history.replaceState(null, '', `#${bench}`);
}

/** To the runs that are compared, in the bench of the trade-off; after a phone has changed to it. */
export function goToCompare(journey: Journey): void {
  journey.goTo('trade');
  requestAnimationFrame(() => {
    // at once: benches on the way would come in and move the goal
    document.getElementById('compare')?.scrollIntoView({ behavior: 'instant' });
    document.getElementById('compare-title')?.focus({ preventScroll: true });
  });
}
