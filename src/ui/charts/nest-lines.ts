/** @file A mapping as a readable loop nest: outermost level first, one line a loop. */
import type { Mapping } from '../../hw/mapping.ts';

export type NestLine =
  | {
      readonly kind: 'level';
      readonly depth: number;
      readonly level: string;
      /** The dataspaces held here. */
      readonly keep: readonly string[];
    }
  | {
      readonly kind: 'temporal' | 'spatialX' | 'spatialY';
      readonly depth: number;
      readonly dim: string;
      readonly factor: number;
    };

/**
 * @param levelNames inner to outer, as in the accelerator; a missing one is numbered
 * @returns lines outermost first; loops of factor 1 left out
 */
export function nestLines(mapping: Mapping, levelNames: readonly string[]): NestLine[] {
  const lines: NestLine[] = [];
  let depth = 0;
  for (let i = mapping.levels.length - 1; i >= 0; i--) {
    const level = mapping.levels[i];
    if (!level) continue;
    lines.push({ kind: 'level', depth, level: levelNames[i] ?? `level ${i}`, keep: level.keep });
    // the record lists temporal loops innermost first; spatial loops stand inside them
    for (const [dim, factor] of [...level.temporal].reverse())
      if (factor > 1) lines.push({ kind: 'temporal', depth: depth++, dim, factor });
    for (const kind of ['spatialX', 'spatialY'] as const)
      for (const [dim, factor] of level[kind])
        if (factor > 1) lines.push({ kind, depth, dim, factor });
    if (level.spatialX.length + level.spatialY.length > 0) depth++;
  }
  return lines;
}
