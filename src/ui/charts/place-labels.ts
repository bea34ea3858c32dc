/** @file Where the words beside marks go: near their own, off all marks and off each other. */
import type { Plot } from './axis.ts';

interface Point {
  readonly x: number;
  readonly y: number;
}

export interface LabelledMark extends Point {
  readonly text: string;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const CHARACTER_PX = 7.5;
const LABEL_HEIGHT_PX = 13;
/** Half of a mark, with a little air. */
const MARK_PX = 8;
const GAP_PX = 9;

/** From the middle of a mark to that of its label, best first; ends are further out for long words. */
function places(halfWidth: number): readonly Point[] {
  const side = GAP_PX + halfWidth;
  const over = GAP_PX + LABEL_HEIGHT_PX / 2;
  return [
    { x: 0, y: -over },
    { x: 0, y: over },
    { x: side, y: 0 },
    { x: -side, y: 0 },
    { x: side, y: -over },
    { x: -side, y: -over },
    { x: side, y: over },
    { x: -side, y: over },
  ];
}

const boxAt = ({ x, y }: Point, halfWidth: number, halfHeight: number): Box => ({
  left: x - halfWidth,
  right: x + halfWidth,
  top: y - halfHeight,
  bottom: y + halfHeight,
});

function overlap(a: Box, b: Box): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return width > 0 && height > 0 ? width * height : 0;
}

const area = ({ left, right, top, bottom }: Box): number => (right - left) * (bottom - top);

/**
 * Middles of the labels, in the order of `marks`. Each takes the first place that covers nothing and
 * stays in the plot; where there is none, the one that covers least.
 */
export function placeLabels(marks: readonly LabelledMark[], plot: Plot): Point[] {
  const taken = marks.map((mark) => boxAt(mark, MARK_PX, MARK_PX));
  return marks.map((mark) => {
    const halfWidth = (mark.text.length * CHARACTER_PX) / 2;
    let best: { at: Point; box: Box; covered: number } | null = null;
    for (const by of places(halfWidth)) {
      const at = { x: mark.x + by.x, y: mark.y + by.y };
      const box = boxAt(at, halfWidth, LABEL_HEIGHT_PX / 2);
      const inside = overlap(box, plot);
      const covered =
        area(box) - inside + taken.reduce((sum, other) => sum + overlap(box, other), 0);
      if (best === null || covered < best.covered) best = { at, box, covered };
      if (covered === 0) break;
    }
    if (best) taken.push(best.box);
    return best?.at ?? mark;
  });
}
