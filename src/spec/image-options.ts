/** @file How pictures of any size become a dataset: their size in it, and the part kept for testing. */
import * as v from 'valibot';
import { parse } from './parse.ts';
import { SEED_BOUNDS } from './recipe.ts';
import type { Bounds } from './recipe.ts';

/** Endings of file names that may be images; what they are, their content says. */
export const IMAGE_NAME = /\.(png|jpe?g|jfif|webp|gif|bmp)$/i;

/** Least and most of each option. */
export const IMAGE_BOUNDS = {
  side: { min: 16, max: 96 },
  testPercent: { min: 5, max: 50 },
  seed: SEED_BOUNDS,
  mostPerClass: { min: 2, max: 100_000 },
} as const;

const within = ({ min, max }: Bounds) =>
  v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));

const schema = v.strictObject({
  /** Width and height of every image, in pixels. */
  side: within(IMAGE_BOUNDS.side),
  /** Part of each class that is kept for testing, where the files do not say. */
  testPercent: within(IMAGE_BOUNDS.testPercent),
  /** Which images those are, and which are taken where there are more than `mostPerClass`. */
  seed: within(IMAGE_BOUNDS.seed),
  /** Images taken of each class, in each part. */
  mostPerClass: within(IMAGE_BOUNDS.mostPerClass),
});

export type ImageOptions = Readonly<v.InferOutput<typeof schema>>;

export const DEFAULT_IMAGE_OPTIONS: ImageOptions = {
  side: 32,
  testPercent: 20,
  seed: 1,
  mostPerClass: 100_000,
};

/** @throws SpecError naming the first field that is out of its bounds */
export function parseImageOptions(value: unknown): ImageOptions {
  return parse(schema, value, 'images');
}

export function isImageOptions(value: unknown): value is ImageOptions {
  return v.is(schema, value);
}
