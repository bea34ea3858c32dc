/**
 * @file A mapping: the loop nest of one layer on one accelerator.
 *
 * A level's block is its temporal loops (outside), then its spatial loops (inside), then the next
 * level in. Loop factors of a dimension multiply to at least its size; where they multiply to more,
 * the nest stops at the dimension's end (docs/cost-model.md, "Imperfect factors").
 */
import { SpecError } from '../util/errors.ts';
import type { Accelerator } from './accelerator.ts';
import { assertWhole, CONV_DIMS, WORKLOAD_LIMITS } from './workload.ts';
import type { ConvDim, ConvShape, Dataspace } from './workload.ts';

/** A loop over `factor` blocks of a dimension; at most one a dimension in each list. */
export type Loop = readonly [dim: ConvDim, factor: number];

export interface LevelMapping {
  /** The dataspaces held here; the others pass through. The outermost level keeps all. */
  readonly keep: readonly Dataspace[];
  /** Innermost first. */
  readonly temporal: readonly Loop[];
  /** Spread over the columns of the mesh below this level. */
  readonly spatialX: readonly Loop[];
  /** Spread over its rows. */
  readonly spatialY: readonly Loop[];
}

export interface Mapping {
  /** Inner to outer, one for each storage level of the accelerator. */
  readonly levels: readonly LevelMapping[];
}

/** The three loop lists of a level, in the order of the flat encoding. */
export const LOOP_LISTS = ['temporal', 'spatialX', 'spatialY'] as const;

/** Product of all factors of `dim` over all levels. */
export function factorProduct(mapping: Mapping, dim: ConvDim): number {
  let product = 1;
  for (const level of mapping.levels)
    for (const list of LOOP_LISTS)
      for (const [d, factor] of level[list]) if (d === dim) product *= factor;
  return product;
}

/** True where every dimension's factors multiply to exactly its size. */
export function isPerfect(shape: ConvShape, mapping: Mapping): boolean {
  return CONV_DIMS.every((dim) => factorProduct(mapping, dim) === shape[dim]);
}

/**
 * What makes a mapping malformed (as against one that does not fit, which is data).
 *
 * @throws SpecError naming level and loop: a level missing, a factor that is no whole number of at
 *   least 1, a dimension twice in one list, a dimension not covered, an outermost level that
 *   does not keep everything
 */
export function assertMapping(
  shape: ConvShape,
  accelerator: Accelerator,
  mapping: Mapping,
  who = 'mapping',
): void {
  const { levels } = mapping;
  if (levels.length !== accelerator.levels.length)
    throw new SpecError(
      `${who}: expected ${accelerator.levels.length} levels, got ${levels.length}`,
    );
  levels.forEach((level, i) => {
    const name = accelerator.levels[i]?.name ?? '';
    for (const list of LOOP_LISTS) {
      const seen = new Set<ConvDim>();
      for (const [dim, factor] of level[list]) {
        assertWhole(factor, `${who}: ${name}.${list} ${dim}`, WORKLOAD_LIMITS.dim);
        if (seen.has(dim))
          throw new SpecError(
            `${who}: ${name}.${list}: expected each dimension once, got ${dim} twice`,
          );
        seen.add(dim);
      }
    }
    if (new Set(level.keep).size !== level.keep.length)
      throw new SpecError(
        `${who}: ${name}.keep: expected each dataspace once, got ${level.keep.join(', ')}`,
      );
  });
  const held = levels[levels.length - 1]?.keep ?? [];
  if (held.length !== 3)
    throw new SpecError(
      `${who}: ${accelerator.levels[levels.length - 1]?.name ?? ''}.keep: expected all three dataspaces at the outermost level, got ${held.join(', ') || 'none'}`,
    );
  for (const dim of CONV_DIMS) {
    const product = factorProduct(mapping, dim);
    if (product < shape[dim])
      throw new SpecError(
        `${who}: expected factors of ${dim} that multiply to at least ${shape[dim]}, got ${product}`,
      );
  }
}
