/**
 * @file What data must look like to be an accelerator. Whether its numbers make sense together is
 * asked of hw (`assertAccelerator`). Fields that it does not name are left out.
 */
import * as v from 'valibot';
import type { Accelerator } from '../hw/accelerator.ts';
import { listOf } from './list.ts';
import { parse } from './parse.ts';

/** As in hw, which this layer may not import. */
export const DIMS = ['N', 'K', 'C', 'P', 'Q', 'R', 'S', 'G'] as const;
export const DATASPACES = ['Weights', 'Inputs', 'Outputs'] as const;
/** Longer than any note or source of the presets. */
const text = v.pipe(v.string(), v.maxLength(4000));
const real = v.number();
const maybe = <T extends v.GenericSchema>(schema: T) => v.exactOptional(schema);

const levelSchema = v.object({
  name: text,
  capacityBits: v.nullable(real),
  wordBits: real,
  instances: real,
  meshX: real,
  readPj: real,
  writePj: real,
  readBitsPerCycle: maybe(real),
  writeBitsPerCycle: maybe(real),
  sharedBitsPerCycle: maybe(real),
  doubleBuffered: maybe(v.boolean()),
  mayKeep: maybe(listOf(v.picklist(DATASPACES), DATASPACES.length)),
  areaUm2: maybe(real),
  source: text,
  sources: maybe(
    v.object({
      capacityBits: maybe(text),
      wordBits: maybe(text),
      instances: maybe(text),
      readPj: maybe(text),
      writePj: maybe(text),
      bandwidth: maybe(text),
      areaUm2: maybe(text),
    }),
  ),
});

const macFields = {
  instances: real,
  meshX: real,
  energyPj: real,
  nativeBits: real,
  areaUm2: maybe(real),
  source: text,
};
const macSchema = v.variant('kind', [
  v.object({ kind: v.literal('fixed'), ...macFields }),
  v.object({ kind: v.literal('bit-scalable'), ...macFields, minBits: real }),
  v.object({
    kind: v.literal('dsp-packed'),
    ...macFields,
    packing: listOf(v.object({ maxBits: real, products: real }), 32),
    packedDims: listOf(v.picklist(DIMS), DIMS.length),
  }),
]);

export const acceleratorSchema = v.object({
  name: v.pipe(text, v.minLength(1), v.maxLength(80)),
  levels: listOf(levelSchema, 64),
  mac: macSchema,
  clockMHz: maybe(real),
  note: maybe(text),
}) satisfies v.GenericSchema<unknown, Accelerator>;

/**
 * @returns what the schema names, nothing else
 * @throws SpecError naming the first field that is missing or of the wrong kind
 */
export function parseAccelerator(value: unknown): Accelerator {
  return parse(acceleratorSchema, value, 'accelerator');
}

export function isAccelerator(value: unknown): value is Accelerator {
  return v.is(acceleratorSchema, value);
}
