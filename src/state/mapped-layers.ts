/** @file A stored mapping with the hardware that it was made for: what its layers can be asked with. */
import type { Accelerator } from '../hw/accelerator.ts';
import type { Mapping } from '../hw/mapping.ts';
import { splitAccelerator } from '../hw/schedule.ts';
import type { LayerQuestion } from '../rpc/map-api.ts';
import type { BitMapping } from '../spec/run.ts';

/** True for what a mapping record may hold as its mapping. */
export function isMapping(value: unknown): value is Mapping {
  const levels = (value as { levels?: unknown } | null)?.levels;
  return (
    Array.isArray(levels) &&
    levels.every(
      (level: Partial<Mapping['levels'][number]> | null) =>
        Array.isArray(level?.keep) &&
        Array.isArray(level.temporal) &&
        Array.isArray(level.spatialX) &&
        Array.isArray(level.spatialY),
    )
  );
}

/** The part of the accelerator that each layer runs on; the whole one without a pipeline. */
export function partsOf(hardware: Accelerator, { chunks, layers }: BitMapping): Accelerator[] {
  if (!chunks) return layers.map(() => hardware);
  const parts = splitAccelerator(
    hardware,
    chunks.map(({ columns }) => columns),
  );
  return chunks.flatMap((chunk, i) =>
    new Array<Accelerator>(chunk.layers).fill(parts[i] ?? hardware),
  );
}

/**
 * Every layer of a network as a question for the mapper worker.
 *
 * @returns null for a record of an older version, which does not hold shapes and widths
 */
export function questionsOf(hardware: Accelerator, mapped: BitMapping): LayerQuestion[] | null {
  const parts = partsOf(hardware, mapped);
  const questions: LayerQuestion[] = [];
  for (const [i, { name, shape, bits, mapping, count = 1 }] of mapped.layers.entries()) {
    if (!shape || !bits || !isMapping(mapping)) return null;
    questions.push({ name, shape, bits, mapping, count, accelerator: parts[i] ?? hardware });
  }
  return questions;
}
