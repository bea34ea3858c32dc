/** @file How pictures of any size become a dataset: their size in it, and the part kept for testing. */
import * as v from 'valibot';
import { parse } from './parse.ts';

/** Endings of file names that may be images; what they are, their content says. */
export const IMAGE_NAME = /\.(png|jpe?g|jfif|webp|gif|bmp)$/i;

export const SMALLEST_SIDE = 16;
export const LARGEST_SIDE = 96;

const schema = v.strictObject({
  /** Width and height of every image, in pixels. */
  side: v.pipe(v.number(), v.integer(), v.minValue(SMALLEST_SIDE), v.maxValue(LARGEST_SIDE)),
  /** Part of each class that is kept for testing, where the files do not say. */
  testPercent: v.pipe(v.number(), v.integer(), v.minValue(5), v.maxValue(50)),
  /** Which images those are, and which are taken where there are more than `mostPerClass`. */
  seed: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 32 - 1)),
  /** Images taken of each class, in each part. */
  mostPerClass: v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(100_000)),
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
