/**
 * @file The oracle of the cost model: walks a loop nest word by word.
 *
 * Shares nothing with `hw/` but the types. Every instance of every level steps through its own
 * iterations with explicit sets of words; nothing is derived in closed form. For tiny shapes only.
 */
import type { Mapping } from '../hw/mapping.ts';
import type { ConvDim, ConvShape, Dataspace } from '../hw/workload.ts';

const ALL_DIMS = ['N', 'K', 'C', 'P', 'Q', 'R', 'S', 'G'] as const;

type Point = Record<ConvDim, number>;
/** One loop of the whole nest; `stride` is how far a step moves its dimension. */
interface NestLoop {
  readonly level: number;
  readonly dim: ConvDim;
  readonly factor: number;
  readonly stride: number;
  readonly spatial: boolean;
}

export interface WalkedCounts {
  readonly reads: number;
  readonly fills: number;
  readonly updates: number;
  /** Of the instance at the origin, which has the most iterations. */
  readonly busyReads: number;
  readonly busyFills: number;
  readonly busyUpdates: number;
  /** The largest tile that any instance holds. */
  readonly tileWords: number;
}

export interface WalkedNest {
  /** Iterations of the busiest MAC. */
  readonly cycles: number;
  /** Iterations of all MACs. */
  readonly macs: number;
  /** By level, of the dataspaces kept there. */
  readonly levels: readonly Partial<Record<Dataspace, WalkedCounts>>[];
  readonly usedInstances: readonly number[];
}

export function walkNest(shape: ConvShape, mapping: Mapping): WalkedNest {
  const walk = new NestWalk(shape, mapping);
  const top = mapping.levels.length - 1;
  const macs = walk.instancesOf(-1).map((origin) => walk.iterations(-1, origin).length);
  return {
    cycles: Math.max(...macs),
    macs: macs.reduce((a, b) => a + b, 0),
    levels: mapping.levels.map((level, i) => {
      const kept: Partial<Record<Dataspace, WalkedCounts>> = {};
      for (const dataspace of level.keep) kept[dataspace] = countAt(walk, i, dataspace, i === top);
      return kept;
    }),
    usedInstances: mapping.levels.map((_, i) => walk.instancesOf(i).length),
  };
}

function countAt(walk: NestWalk, level: number, dataspace: Dataspace, top: boolean): WalkedCounts {
  const each = walk.instancesOf(level).map((origin) => {
    const accesses = walk.askedFromInside(level, dataspace, origin);
    const entering = walk.entering(level, dataspace, origin);
    if (dataspace !== 'Outputs')
      return {
        reads: accesses,
        fills: top ? 0 : entering.words,
        updates: 0,
        tile: entering.largest,
      };
    const everHeld = entering.distinct;
    return {
      reads: accesses - everHeld,
      fills: top ? 0 : entering.words - everHeld,
      updates: accesses,
      tile: entering.largest,
    };
  });
  const sum = (of: 'reads' | 'fills' | 'updates'): number => each.reduce((a, e) => a + e[of], 0);
  const [origin] = each;
  if (origin === undefined) throw new Error('no instance has work');
  return {
    reads: sum('reads'),
    fills: sum('fills'),
    updates: sum('updates'),
    busyReads: origin.reads,
    busyFills: origin.fills,
    busyUpdates: origin.updates,
    tileWords: Math.max(...each.map(({ tile }) => tile)),
  };
}

class NestWalk {
  readonly #shape: ConvShape;
  readonly #mapping: Mapping;
  /** Outermost first. */
  readonly #loops: readonly NestLoop[];
  readonly #inside = new Map<string, readonly number[]>();

  constructor(shape: ConvShape, mapping: Mapping) {
    this.#shape = shape;
    this.#mapping = mapping;
    const extent = { N: 1, K: 1, C: 1, P: 1, Q: 1, R: 1, S: 1, G: 1 };
    const loops: NestLoop[] = [];
    mapping.levels.forEach((level, i) => {
      for (const [list, spatial] of [
        [level.spatialX, true],
        [level.spatialY, true],
        [level.temporal, false],
      ] as const)
        for (const [dim, factor] of list) {
          loops.push({ level: i, dim, factor, stride: extent[dim], spatial });
          extent[dim] *= factor;
        }
    });
    this.#loops = loops.reverse();
  }

  /** Where each instance of a level (−1: the MACs) that has work starts. */
  instancesOf(level: number): Point[] {
    return this.#expand(
      zero(),
      this.#loops.filter((loop) => loop.spatial && loop.level > level),
    ).filter((point) => this.#isInside(point));
  }

  /** Where an instance's tile starts at each of its iterations, in order. */
  iterations(level: number, from: Point): Point[] {
    return this.#expand(
      from,
      this.#loops.filter((loop) => !loop.spatial && loop.level > level),
    ).filter((point) => this.#isInside(point));
  }

  /** Words that enter an instance's tile over the nest (rules 2 and 3). */
  entering(
    level: number,
    dataspace: Dataspace,
    from: Point,
  ): { words: number; distinct: number; largest: number } {
    const ever = new Set<number>();
    let words = 0;
    let largest = 0;
    let held: { readonly tile: Set<number>; readonly corner: readonly number[] } | null = null;
    let remembered: string | null = null;
    for (const point of this.iterations(level, from)) {
      const tile = this.#tile(level, dataspace, point);
      const corner = this.#coordinates(dataspace, point);
      for (const word of tile) ever.add(word);
      largest = Math.max(largest, tile.size);
      if (held === null) words += tile.size;
      else {
        const before = held;
        const move = corner.map((x, axis) => x - (before.corner[axis] ?? 0));
        if (move.some((x) => x !== 0)) {
          const name = move.join(',');
          if (remembered === null || remembered === name) {
            words += [...tile].filter((word) => !before.tile.has(word)).length;
            remembered = name;
          } else {
            words += tile.size;
            remembered = null;
          }
        }
      }
      held = { tile, corner };
    }
    return { words, distinct: ever.size, largest };
  }

  /**
   * Words that the children of one instance ask for. Siblings at one offset ask once (rule 4): for
   * the one with most outputs, then most taps, then most of everything else.
   */
  askedFromInside(level: number, dataspace: Dataspace, from: Point): number {
    const siblings = new Map<string, Point[]>();
    for (const child of this.#expand(
      from,
      this.#loops.filter((loop) => loop.spatial && loop.level === level),
    )) {
      if (!this.#isInside(child)) continue;
      const offset = this.#coordinates(dataspace, child).join(',');
      siblings.set(offset, [...(siblings.get(offset) ?? []), child]);
    }
    let words = 0;
    for (const group of siblings.values()) {
      const [first] = group.sort((a, b) => {
        for (const dim of ['P', 'Q', 'R', 'S', 'N', 'K', 'C', 'G'] as const) {
          const more = this.#owned(level - 1, dim, b[dim]) - this.#owned(level - 1, dim, a[dim]);
          if (more !== 0) return more;
        }
        return 0;
      });
      if (first !== undefined) words += this.#asked(level - 1, dataspace, first);
    }
    return words;
  }

  /** Elements of a dimension that an instance of `level` covers, started at `from`. */
  #owned(level: number, dim: ConvDim, from: number): number {
    const loops = this.#loops.filter(
      (loop) => loop.dim === dim && (!loop.spatial || loop.level <= level),
    );
    return this.#expand(zero(), loops).filter((point) => from + point[dim] < this.#shape[dim])
      .length;
  }

  /** Words that one instance asks for from outside (rules 1 and 5). */
  #asked(level: number, dataspace: Dataspace, from: Point): number {
    if (level < 0) return this.iterations(-1, from).length;
    return this.#mapping.levels[level]?.keep.includes(dataspace) === true
      ? this.entering(level, dataspace, from).words
      : this.askedFromInside(level, dataspace, from);
  }

  /** Every word of the tile whose first iteration is `point`, as numbers. */
  #tile(level: number, dataspace: Dataspace, point: Point): Set<number> {
    const last = { ...point };
    for (const dim of ALL_DIMS)
      for (const offset of this.#offsetsInside(level, dim))
        if (point[dim] + offset < this.#shape[dim])
          last[dim] = Math.max(last[dim], point[dim] + offset);
    const low = this.#coordinates(dataspace, point);
    const high = this.#coordinates(dataspace, last);
    let words = [0];
    low.forEach((from, axis) => {
      const next: number[] = [];
      for (const word of words)
        for (let x = from; x <= (high[axis] ?? from); x++) next.push(word * 1000 + x);
      words = next;
    });
    return new Set(words);
  }

  /** Where the loops of one dimension at a level and inside it go, from their start. */
  #offsetsInside(level: number, dim: ConvDim): readonly number[] {
    const key = `${level}${dim}`;
    let offsets = this.#inside.get(key);
    if (offsets === undefined) {
      const loops = this.#loops.filter((loop) => loop.level <= level && loop.dim === dim);
      offsets = this.#expand(zero(), loops).map((point) => point[dim]);
      this.#inside.set(key, offsets);
    }
    return offsets;
  }

  #coordinates(dataspace: Dataspace, at: Point): readonly number[] {
    const { wStride, hStride, wDilation, hDilation } = this.#shape;
    switch (dataspace) {
      case 'Weights':
        return [at.G, at.K, at.C, at.R, at.S];
      case 'Outputs':
        return [at.G, at.N, at.K, at.P, at.Q];
      default:
        return [
          at.G,
          at.N,
          at.C,
          at.P * wStride + at.R * wDilation,
          at.Q * hStride + at.S * hDilation,
        ];
    }
  }

  /** All points that `loops` (outermost first) visit from `from`, in order, inside or not. */
  #expand(from: Point, loops: readonly NestLoop[]): Point[] {
    let points = [from];
    for (const { dim, factor, stride } of loops)
      points = points.flatMap((point) =>
        Array.from({ length: factor }, (_, i) => ({ ...point, [dim]: point[dim] + i * stride })),
      );
    return points;
  }

  #isInside(point: Point): boolean {
    return ALL_DIMS.every((dim) => point[dim] < this.#shape[dim]);
  }
}

function zero(): Point {
  return { N: 0, K: 0, C: 0, P: 0, Q: 0, R: 0, S: 0, G: 0 };
}
