/**
 * @file How far each backend's kernels may stray from the float64 reference, in one place.
 *
 * The bound of an output is `relative` times its largest absolute value: a sum of many terms of
 * both signs is only as exact as its terms. All backends store float32 (half a step: 6e-8);
 * `cpu` sums in float64, the others in float32, in their own order.
 */
export interface Tolerance {
  readonly relative: number;
}

export const TOLERANCES = {
  cpu: { relative: 2e-7 },
  simd: { relative: 5e-6 },
  /** WGSL allows 2.5 steps on a division and more on exp, log and inverseSqrt. */
  webgpu: { relative: 2e-5 },
  /** Stock tfjs ops: many roundings between small ops, sums in float32 one by one. */
  stock: { relative: 5e-5 },
} as const satisfies Record<string, Tolerance>;

export type ToleranceName = keyof typeof TOLERANCES;

/** Central differences in float64, step 1e-5: their rounding is about 1e-10, the gradients about 1e-4 and up. */
export const FINITE_DIFFERENCE: Tolerance = { relative: 1e-6 };
