/** @file Images that are being collected in the page: kept until a dataset is made of them. */
import * as v from 'valibot';

/** Images wait at the largest size that a dataset may have. */
export const DRAFT_SIDE = 96;
export const LONGEST_CLASS_NAME = 60;
const PIXELS = DRAFT_SIDE * DRAFT_SIDE * 3;

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(60));

const classSchema = v.object({
  id,
  name: v.pipe(v.string(), v.maxLength(LONGEST_CLASS_NAME)),
  createdAt: v.number(),
});

const imageSchema = v.object({
  id,
  classId: id,
  createdAt: v.number(),
  /** shape [96, 96, 3], 0 to 255 */
  pixels: v.pipe(
    v.instance(Uint8Array),
    v.check((pixels) => pixels.length === PIXELS, `expected ${PIXELS} bytes`),
  ),
});

export type DraftClass = Readonly<v.InferOutput<typeof classSchema>>;
export type DraftImage = Readonly<v.InferOutput<typeof imageSchema>>;

export interface Draft {
  /** In the order of their making. */
  readonly classes: readonly DraftClass[];
  readonly images: readonly DraftImage[];
}

export function isDraftClass(value: unknown): value is DraftClass {
  return v.is(classSchema, value);
}

export function isDraftImage(value: unknown): value is DraftImage {
  return v.is(imageSchema, value);
}
