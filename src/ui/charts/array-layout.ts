/** @file A mesh of processing elements as a picture: what is used, and what its axes carry. */
import { fanoutOf } from '../../hw/accelerator.ts';
import type { Accelerator } from '../../hw/accelerator.ts';
import { macLaw } from '../../hw/mac-law.ts';
import type { Loop, Mapping } from '../../hw/mapping.ts';
import type { OperandBits } from '../../hw/workload.ts';

/** One loop along an axis: `factor` blocks of `each` elements. */
export interface AxisStrip {
  readonly dim: string;
  readonly factor: number;
  readonly each: number;
}

export interface MeshPicture {
  /** The level whose fan-out this is, and what lies below it. */
  readonly level: string;
  readonly child: string;
  readonly columns: number;
  readonly rows: number;
  readonly usedColumns: number;
  readonly usedRows: number;
  /** Innermost first. */
  readonly onColumns: readonly AxisStrip[];
  readonly onRows: readonly AxisStrip[];
  /** Products that one MAC does at these widths; only at the innermost level. */
  readonly lanes: number;
}

/** Meshes of more than one element, the outermost first. */
export function meshPictures(
  accelerator: Accelerator,
  mapping: Mapping,
  bits: OperandBits,
): MeshPicture[] {
  const { lanes } = macLaw(accelerator.mac, bits);
  return accelerator.levels
    .map((level, i): MeshPicture => {
      const fanout = fanoutOf(accelerator, i);
      const own = i === 0 ? lanes : 1;
      const onColumns = stripsOf(mapping.levels[i]?.spatialX ?? []);
      const onRows = stripsOf(mapping.levels[i]?.spatialY ?? []);
      return {
        level: level.name,
        child: accelerator.levels[i - 1]?.name ?? 'MACs',
        columns: fanout.x * own,
        rows: fanout.y,
        usedColumns: extent(onColumns),
        usedRows: extent(onRows),
        onColumns,
        onRows,
        lanes: own,
      };
    })
    .filter(({ columns, rows }) => columns * rows > 1)
    .reverse();
}

function stripsOf(loops: readonly Loop[]): AxisStrip[] {
  let each = 1;
  return loops
    .filter(([, factor]) => factor > 1)
    .map(([dim, factor]) => {
      const strip = { dim, factor, each };
      each *= factor;
      return strip;
    });
}

function extent(strips: readonly AxisStrip[]): number {
  return strips.reduce((product, { factor }) => product * factor, 1);
}

/** "K in 14 and C in 2", "nothing". */
export function stripsText(strips: readonly AxisStrip[]): string {
  if (strips.length === 0) return 'nothing';
  return strips.map(({ dim, factor }) => `${dim} in ${factor}`).join(' and ');
}
