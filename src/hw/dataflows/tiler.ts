/**
 * @file The best tiling that a fixed dataflow allows: loop orders, the dimensions of the array and
 * bypass are given, only loop sizes are free.
 *
 * The array is filled first, with as few strips of each dimension as its mesh allows; then primes of
 * factors are moved between levels, alone or in pairs, while that lowers what is to be small (energy
 * times latency by default), from two starts (all loops outside, all loops as far inside as they
 * fit). No chance is involved.
 */
import { fanoutOf, mayKeep } from '../accelerator.ts';
import { compileCost } from '../compile.ts';
import type { CompiledCost } from '../compile.ts';
import { NEST } from '../nest.ts';
import { CONV_DIMS, DATASPACES } from '../workload.ts';
import type { ConvDim, Dataspace } from '../workload.ts';
import type { DataflowProblem } from './dataflow.ts';

export interface Template {
  /** Dimensions on the columns of every mesh, those to be served first in front. */
  readonly spatialX: readonly ConvDim[];
  readonly spatialY: readonly ConvDim[];
  /** Loop order of a level, innermost first, all eight dimensions. */
  order(level: number): readonly ConvDim[];
  /** What a level keeps; left out: all it may. */
  keep?(level: number): readonly Dataspace[];
  /** Whether a dataspace may pass a level by where that helps; default false. */
  readonly mayBypass?: boolean;
}

/**
 * Tile one layer.
 *
 * @returns the mapping in flat form (nest.ts)
 */
export function tileTemplate(problem: DataflowProblem, template: Template): Int32Array {
  const cost = compileCost(problem.shape, problem.bits, problem.accelerator);
  const outside = startCode(problem, template, cost);
  fillArray(problem, template, outside, cost);
  const inside = outside.slice();
  fillInwards(problem, template, inside, cost);
  const first = descend(problem, template, outside, cost);
  const second = descend(problem, template, inside, cost);
  return second < first ? inside : outside;
}

/** What a problem wants small; Infinity where a mapping does not fit. */
export function scoreOf(
  cost: CompiledCost,
  code: Int32Array,
  { minimize = 'edp' }: DataflowProblem,
): number {
  if (cost.evaluate(code) !== 'ok') return Infinity;
  if (minimize === 'edp') return cost.energyPj * cost.latencyCycles;
  return minimize === 'energy' ? cost.energyPj : cost.latencyCycles;
}

function fits(cost: CompiledCost, code: Int32Array): boolean {
  return cost.evaluate(code) === 'ok';
}

/** All loops at the outermost level; what cannot be held passes by. */
function startCode(problem: DataflowProblem, template: Template, cost: CompiledCost): Int32Array {
  const { levels } = problem.accelerator;
  const code = new Int32Array(levels.length * NEST.stride).fill(1);
  const top = levels.length - 1;
  levels.forEach((level, i) => {
    const at = i * NEST.stride;
    template.order(i).forEach((dim, position) => {
      code[at + NEST.order + position] = CONV_DIMS.indexOf(dim);
    });
    const wanted = i === top ? DATASPACES : (template.keep?.(i) ?? DATASPACES);
    code[at + NEST.keep] = DATASPACES.reduce(
      (mask, space, bit) =>
        wanted.includes(space) && mayKeep(level, space) ? mask | (1 << bit) : mask,
      0,
    );
  });
  CONV_DIMS.forEach((dim, d) => {
    code[top * NEST.stride + NEST.temporal + d] = problem.shape[dim];
  });
  for (let i = 0; i < top && !fits(cost, code); i++) dropWhatOverflows(code, i, problem, cost);
  return code;
}

/** Keep at level `i`, alone among the inner levels, only what it has room for. */
function dropWhatOverflows(
  code: Int32Array,
  i: number,
  problem: DataflowProblem,
  cost: CompiledCost,
): void {
  const trial = code.slice();
  for (let level = 0; level < problem.accelerator.levels.length - 1; level++)
    if (level !== i) trial[level * NEST.stride + NEST.keep] = 0;
  const at = i * NEST.stride + NEST.keep;
  for (let bit = 4; bit > 0 && !fits(cost, trial); bit >>= 1)
    trial[at] = (trial[at] as number) & ~bit;
  code[at] = trial[at] as number;
}

/** Fill every mesh with the template's dimensions, each in as few equal strips as it takes. */
function fillArray(
  problem: DataflowProblem,
  template: Template,
  code: Int32Array,
  cost: CompiledCost,
): void {
  const { accelerator, shape } = problem;
  const top = (accelerator.levels.length - 1) * NEST.stride + NEST.temporal;
  for (let level = 0; level < accelerator.levels.length; level++) {
    const fan = fanoutOf(accelerator, level);
    const lanes = level === 0 ? cost.prices.mac.lanes : 1;
    const axes = [
      { at: level * NEST.stride + NEST.spatialX, room: fan.x * lanes, dims: template.spatialX },
      { at: level * NEST.stride + NEST.spatialY, room: fan.y, dims: template.spatialY },
    ];
    for (const axis of axes) {
      let room = axis.room;
      for (const dim of axis.dims) {
        const d = CONV_DIMS.indexOf(dim);
        const left = code[top + d] as number;
        for (let strips = Math.ceil(left / room); room > 1 && strips < left; strips++) {
          const factor = Math.ceil(left / strips);
          code[axis.at + d] = factor;
          code[top + d] = Math.ceil(shape[dim] / productWithout(code, d, top));
          if (fits(cost, code)) {
            room = Math.floor(room / factor);
            break;
          }
          code[axis.at + d] = 1;
          code[top + d] = left;
        }
      }
    }
  }
}

/** Move whole factors as far in as they fit, dimension by dimension in each level's order. */
function fillInwards(
  problem: DataflowProblem,
  template: Template,
  code: Int32Array,
  cost: CompiledCost,
): void {
  const top = (problem.accelerator.levels.length - 1) * NEST.stride + NEST.temporal;
  for (let level = 0; level < problem.accelerator.levels.length - 1; level++)
    for (const dim of template.order(level)) {
      const d = CONV_DIMS.indexOf(dim);
      const at = level * NEST.stride + NEST.temporal + d;
      for (const prime of primeFactorsOf(code[top + d] as number)) {
        code[at] = (code[at] as number) * prime;
        code[top + d] = (code[top + d] as number) / prime;
        if (fits(cost, code)) continue;
        code[at] = (code[at] as number) / prime;
        code[top + d] = (code[top + d] as number) * prime;
        break;
      }
    }
}

/** One prime of a dimension's factor, from one place to another. */
interface Move {
  readonly dim: number;
  readonly from: number;
  readonly to: number;
  readonly prime: number;
}

/**
 * First-improvement descent: single moves, and where none helps, pairs of which one makes room at a
 * level and the other takes it.
 *
 * @returns the score reached; `code` is there
 */
function descend(
  problem: DataflowProblem,
  template: Template,
  code: Int32Array,
  cost: CompiledCost,
): number {
  const places = placesOf(problem, template);
  let score = scoreOf(cost, code, problem);
  const attempt = (...moves: readonly Move[]): boolean => {
    for (const move of moves) apply(code, move);
    const next = scoreOf(cost, code, problem);
    if (next < score) {
      score = next;
      return true;
    }
    for (const move of moves) apply(code, { ...move, from: move.to, to: move.from });
    return false;
  };
  const bypass = (level: number, bit: number): boolean => {
    const at = level * NEST.stride + NEST.keep;
    code[at] = (code[at] as number) ^ bit;
    const next = scoreOf(cost, code, problem);
    if (next < score) {
      score = next;
      return true;
    }
    code[at] = (code[at] as number) ^ bit;
    return false;
  };
  const keeps = template.mayBypass === true ? keepsOf(problem) : [];
  const improve = (): boolean => {
    const moves = movesFrom(code, places);
    if (moves.some((move) => attempt(move))) return true;
    if (keeps.some(([level, bit]) => bypass(level, bit))) return true;
    return moves.some((out) =>
      moves.some(
        (into) =>
          levelOf(into.to) === levelOf(out.from) && into.dim !== out.dim && attempt(out, into),
      ),
    );
  };
  while (improve());
  return score;
}

/** What each level but the outermost may keep: the level, and the dataspace's bit. */
function keepsOf({ accelerator }: DataflowProblem): (readonly [level: number, bit: number])[] {
  return accelerator.levels
    .slice(0, -1)
    .flatMap((level, i) =>
      DATASPACES.flatMap((space, bit) => (mayKeep(level, space) ? [[i, 1 << bit] as const] : [])),
    );
}

function apply(code: Int32Array, { from, to, prime }: Move): void {
  code[from] = (code[from] as number) / prime;
  code[to] = (code[to] as number) * prime;
}

function levelOf(at: number): number {
  return Math.floor(at / NEST.stride);
}

function movesFrom(code: Int32Array, places: readonly (readonly number[])[]): Move[] {
  return places.flatMap((allowed, d) =>
    allowed.flatMap((source) =>
      [...new Set(primeFactorsOf(code[source + d] as number))].flatMap((prime) =>
        allowed
          .filter((target) => target !== source)
          .map((target) => ({ dim: d, from: source + d, to: target + d, prime })),
      ),
    ),
  );
}

/** Offsets at which the loops of each dimension may stand: any level in time, the template's axes in space. */
function placesOf({ accelerator }: DataflowProblem, template: Template): number[][] {
  return CONV_DIMS.map((dim) => {
    const places: number[] = [];
    accelerator.levels.forEach((_, level) => {
      const base = level * NEST.stride;
      const fan = fanoutOf(accelerator, level);
      if (fan.x > 1 && template.spatialX.includes(dim)) places.push(base + NEST.spatialX);
      if (fan.y > 1 && template.spatialY.includes(dim)) places.push(base + NEST.spatialY);
      places.push(base + NEST.temporal);
    });
    return places;
  });
}

/** Product of all factors of dimension `d` but the one at `skipped + d`. */
function productWithout(code: Int32Array, d: number, skipped: number): number {
  let product = 1;
  for (let base = 0; base < code.length; base += NEST.stride)
    for (const list of [NEST.temporal, NEST.spatialX, NEST.spatialY])
      if (base + list !== skipped) product *= code[base + list + d] as number;
  return product;
}

/** @returns primes of `n` with repetition, ascending */
function primeFactorsOf(n: number): number[] {
  const primes: number[] = [];
  let rest = n;
  for (let p = 2; p * p <= rest; p++)
    while (rest % p === 0) {
      primes.push(p);
      rest /= p;
    }
  if (rest > 1) primes.push(rest);
  return primes;
}
