/** @file Changing single numbers of an accelerator, so that each still names where it comes from. */
import { sourceOf } from '../hw/accelerator.ts';
import type { Accelerator, LevelConstant, StorageLevel } from '../hw/accelerator.ts';

/** The numbers of a level that can be edited. */
export const LEVEL_FIELDS = [
  'capacityBits',
  'wordBits',
  'instances',
  'meshX',
  'readPj',
  'writePj',
  'readBitsPerCycle',
  'writeBitsPerCycle',
  'sharedBitsPerCycle',
] as const;
export type LevelField = (typeof LEVEL_FIELDS)[number];

/** The numbers of the MACs that can be edited. */
export type MacField = 'nativeBits' | 'instances' | 'meshX' | 'energyPj';

const EDITED = 'edited here';

function constantOf(field: LevelField): LevelConstant {
  if (field === 'meshX') return 'instances';
  return field.endsWith('BitsPerCycle') ? 'bandwidth' : (field as LevelConstant);
}

/** A source that says so, and where the number stood before. */
function edited(source: string): string {
  return source.startsWith(EDITED) ? source : `${EDITED}, from: ${source}`;
}

/** @param value NaN while a field is empty: the accelerator is then at fault */
export function withLevelField(
  accelerator: Accelerator,
  levelName: string,
  field: LevelField,
  value: number,
): Accelerator {
  const change = (level: StorageLevel): StorageLevel => {
    const constant = constantOf(field);
    const sources = { ...level.sources, [constant]: edited(sourceOf(level, constant)) };
    return { ...level, [field]: value, sources };
  };
  const levels = accelerator.levels.map((level) =>
    level.name === levelName ? change(level) : level,
  );
  return { ...accelerator, levels };
}

export function withMacField(
  accelerator: Accelerator,
  field: MacField,
  value: number,
): Accelerator {
  const { mac } = accelerator;
  return { ...accelerator, mac: { ...mac, [field]: value, source: edited(mac.source) } };
}

export function withDoubleBuffering(
  accelerator: Accelerator,
  levelName: string,
  doubleBuffered: boolean,
): Accelerator {
  const levels = accelerator.levels.map((level) =>
    level.name === levelName ? { ...level, doubleBuffered } : level,
  );
  return { ...accelerator, levels };
}
