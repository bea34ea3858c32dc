/** @file The part of a recipe that says how a network is mapped. */
import * as v from 'valibot';

export const OBJECTIVES = ['edp', 'energy', 'latency', 'fps'] as const;
/** fps is latency for one layer at a time, and the slowest stage of a pipeline. */
export type Objective = (typeof OBJECTIVES)[number];

/** The searches there are (docs/automapper.md); left out: evolve. */
export const MAP_ALGORITHMS = [
  'evolve',
  'algorithm1',
  'random',
  'annealing',
  'exhaustive',
] as const;
export type MapAlgorithm = (typeof MAP_ALGORITHMS)[number];

/** multi-cycle: layers one after another on the whole array · pipeline: chunks side by side. */
export const SCHEDULES = ['multi-cycle', 'pipeline'] as const;
export type MapSchedule = (typeof SCHEDULES)[number];

export const mappingSchema = v.strictObject({
  accelerator: v.pipe(v.string(), v.minLength(1), v.maxLength(80)),
  objective: v.picklist(OBJECTIVES),
  /** Mappings evaluated for each distinct layer and bit-width. */
  evaluationsPerLayer: v.pipe(v.number(), v.integer(), v.minValue(100), v.maxValue(10_000_000)),
  algorithm: v.exactOptional(v.picklist(MAP_ALGORITHMS)),
  schedule: v.exactOptional(v.picklist(SCHEDULES)),
  /** Stop once every bit-width's network costs at most this: pJ, cycles or pJ·cycles; or makes this many FPS. */
  target: v.exactOptional(v.pipe(v.number(), v.minValue(1), v.maxValue(1e30))),
});

export type MappingSpec = v.InferOutput<typeof mappingSchema>;
