/**
 * @file The room a chart has, in units of 1/16 rem: charts lay out in these and the SVG's viewBox
 * scales them, so that on a projector words and marks grow with the type.
 */
import type { Size } from './axis.ts';

const UNITS_PER_REM = 16;

export class Measure {
  #width = $state(0);
  #height = $state(0);

  readonly #size = $derived.by((): Size => ({ width: this.#width, height: this.#height }));

  /** Zero until measured. */
  get size(): Size {
    return this.#size;
  }

  get isKnown(): boolean {
    return this.#width > 0 && this.#height > 0;
  }

  /** An attachment: `{@attach measure.attach}`. */
  readonly attach = (element: Element): (() => void) => {
    const observer = new ResizeObserver(([entry]) => {
      if (!entry) return;
      const rem = parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
      this.#width = Math.round((entry.contentRect.width / rem) * UNITS_PER_REM);
      this.#height = Math.round((entry.contentRect.height / rem) * UNITS_PER_REM);
    });
    observer.observe(element);
    return () => observer.disconnect();
  };
}
