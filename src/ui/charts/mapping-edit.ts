/** @file Small changes of a mapping, each giving a new one. Whether it fits is asked of the worker. */
import type { LevelMapping, Loop, LOOP_LISTS, Mapping } from '../../hw/mapping.ts';
import { CONV_DIMS, DATASPACES } from '../../hw/workload.ts';
import type { ConvDim, ConvShape, Dataspace } from '../../hw/workload.ts';

export type LoopList = (typeof LOOP_LISTS)[number];

/** The dimensions that a layer has loops over. */
export function loopDims(shape: ConvShape): ConvDim[] {
  return CONV_DIMS.filter((dim) => shape[dim] > 1);
}

/** Every dimension of the layer in every level's temporal loops, so that each can be changed. */
export function spreadOut(mapping: Mapping, shape: ConvShape): Mapping {
  const dims = loopDims(shape);
  return {
    levels: mapping.levels.map((level) => ({
      ...level,
      temporal: [
        ...level.temporal,
        ...dims
          .filter((dim) => !level.temporal.some(([d]) => d === dim))
          .map((dim): Loop => [dim, 1]),
      ],
    })),
  };
}

export function factorOf(level: LevelMapping, list: LoopList, dim: ConvDim): number {
  return level[list].find(([d]) => d === dim)?.[1] ?? 1;
}

/** A factor that is no whole number of at least 1 counts as 1. */
export function withFactor(
  mapping: Mapping,
  at: number,
  list: LoopList,
  dim: ConvDim,
  factor: number,
): Mapping {
  const value = Number.isInteger(factor) && factor >= 1 ? factor : 1;
  return withLevel(mapping, at, (level) => {
    const loops = level[list];
    const next: Loop[] = loops.some(([d]) => d === dim)
      ? loops.map(([d, f]) => [d, d === dim ? value : f])
      : [...loops, [dim, value]];
    return { ...level, [list]: next };
  });
}

/** @param by 1: one place outwards, −1: one inwards */
export function withMovedLoop(mapping: Mapping, at: number, dim: ConvDim, by: 1 | -1): Mapping {
  return withLevel(mapping, at, (level) => {
    const loops = [...level.temporal];
    const from = loops.findIndex(([d]) => d === dim);
    const loop = loops[from];
    const other = loops[from + by];
    if (!loop || !other) return level;
    loops[from] = other;
    loops[from + by] = loop;
    return { ...level, temporal: loops };
  });
}

export function withKeep(mapping: Mapping, at: number, dataspace: Dataspace): Mapping {
  return withLevel(mapping, at, (level) => ({
    ...level,
    keep: DATASPACES.filter((d) => level.keep.includes(d) !== (d === dataspace)),
  }));
}

function withLevel(
  mapping: Mapping,
  at: number,
  change: (level: LevelMapping) => LevelMapping,
): Mapping {
  return { levels: mapping.levels.map((level, i) => (i === at ? change(level) : level)) };
}
