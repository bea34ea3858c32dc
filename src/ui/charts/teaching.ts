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
const THICKEST = 5;
/** Arcs leave left of a width's middle and arrive right of it, this far out at most. */
const REACH = 13;

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
  /** How far out an arc ends: the nearer its other end, the further, so that none cross. */
  const reachOf = (own: readonly number[], other: number): number => {
    const rank = own.indexOf(other);
    return own.length === 1 ? REACH / 2 : REACH * (1 - rank / (own.length - 1));
  };
  const edgeOf = (reach: number): number => y - Math.sqrt(RADIUS ** 2 - reach ** 2);
  const arcs = terms.map(({ student, teacher, term }) => {
    const students = terms.filter((t) => t.teacher === teacher).map((t) => t.student);
    const teachers = terms.filter((t) => t.student === student).map((t) => t.teacher);
    const leaves = reachOf(
      students.sort((a, b) => b - a),
      student,
    );
    const arrives = reachOf(
      teachers.sort((a, b) => a - b),
      teacher,
    );
    const from = round(xOf(teacher) - leaves);
    const to = round(xOf(student) + arrives);
    const tip = round(edgeOf(arrives) - 2);
    // each arc as high as it is wide, as far as there is room; its top is at ¾ of its handles
    const top = round(y - RADIUS - ((from - to) / far) * ((y - RADIUS - 14) / 0.75));
    return {
      student,
      teacher,
      path: `M${from} ${round(edgeOf(leaves))}C${from} ${top} ${to} ${top} ${to} ${round(tip - 6)}`,
      stroke: round(1 + (THICKEST - 1) * Math.sqrt(Math.max(term, 0) / most)),
      head: `M${to} ${tip}l-5 -9h10z`,
    };
  });
  return { nodes, arcs };
}

const round = (value: number): number => Math.round(value * 10) / 10;
