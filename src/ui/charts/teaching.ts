/** @file Layout of who teaches whom: bit-widths on a line, an arc from each teacher to its student. */
import type { TeachingTerm } from '../../spec/inspect.ts';
import type { Method } from '../../spec/recipe.ts';
import type { Size } from './axis.ts';

export interface TeachingLayout {
  readonly nodes: readonly { readonly bits: number; readonly x: number; readonly y: number }[];
  readonly arcs: readonly {
    readonly student: number;
    readonly teacher: number;
    readonly path: string;
    /** Line width, by the square root of the term. */
    readonly stroke: number;
    /** The arrow's head, a triangle above the student. */
    readonly head: string;
  }[];
}

/** Terms that a method trains with: see docs/training.md, "Methods". */
export function taughtTerms(
  method: Method,
  terms: readonly TeachingTerm[],
): readonly TeachingTerm[] {
  if (method === 'cdt') return terms;
  if (method !== 'sp') return [];
  const highest = Math.max(...terms.map(({ teacher }) => teacher));
  return terms.filter(({ teacher }) => teacher === highest);
}

const SIDE = 34;
const FOOT = 30;
const RADIUS = 17;
const THICKEST = 7;

/** @param bitWidths ascending; drawn from the lowest, left, to the highest */
export function layoutTeaching(
  bitWidths: readonly number[],
  terms: readonly TeachingTerm[],
  { width, height }: Size,
): TeachingLayout {
  const gap = (width - 2 * SIDE) / Math.max(bitWidths.length - 1, 1);
  const y = height - FOOT;
  const nodes = bitWidths.map((bits, i) => ({ bits, x: round(SIDE + i * gap), y }));
  const xOf = (bits: number): number => nodes.find((node) => node.bits === bits)?.x ?? 0;
  const most = Math.max(...terms.map(({ term }) => term), Number.MIN_VALUE);
  const far = Math.max(width - 2 * SIDE, 1);
  const arcs = terms.map(({ student, teacher, term }) => {
    const from = xOf(teacher) - 5;
    const to = xOf(student) + 5;
    // each arc as high as it is wide, as far as there is room; its top is at ¾ of its handles
    const rise = ((from - to) / far) * ((y - RADIUS - 14) / 0.75);
    const top = y - RADIUS;
    const tip = top - 1;
    return {
      student,
      teacher,
      path: `M${round(from)} ${round(top)}C${round(from)} ${round(top - rise)} ${round(to)} ${round(top - rise)} ${round(to)} ${round(top - 7)}`,
      stroke: round(1 + (THICKEST - 1) * Math.sqrt(Math.max(term, 0) / most)),
      head: `M${round(to)} ${round(tip)}l-5 -9h10z`,
    };
  });
  return { nodes, arcs };
}

const round = (value: number): number => Math.round(value * 10) / 10;
