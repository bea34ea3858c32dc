/** @file The accelerators that commands and the page know by name. */
import { SpecError } from '../../util/errors.ts';
import type { Accelerator } from '../accelerator.ts';
import { bitFusion } from './bitfusion.ts';
import { eyeriss, eyerissNormalized } from './eyeriss.ts';
import { magnet } from './magnet.ts';
import { plain } from './plain.ts';
import { zc706, zc706With } from './zc706.ts';

export const ACCELERATORS: readonly Accelerator[] = [
  eyeriss,
  eyerissNormalized,
  plain,
  magnet,
  bitFusion,
  zc706,
];

/**
 * An accelerator by name; `zc706:COLUMNSxROWS` is the FPGA with a mesh of its own.
 *
 * @throws SpecError listing the names there are, or for more DSPs than the FPGA has
 */
export function acceleratorByName(name: string): Accelerator {
  const [, columns, rows] = /^zc706:(\d{1,4})x(\d{1,4})$/.exec(name) ?? [];
  if (columns !== undefined && rows !== undefined)
    return zc706With({ meshX: Number(columns), meshY: Number(rows) });
  const accelerator = ACCELERATORS.find((candidate) => candidate.name === name);
  if (accelerator) return accelerator;
  const names = ACCELERATORS.map((candidate) => candidate.name).join(', ');
  throw new SpecError(`accelerator: expected one of ${names}, got "${name}"`);
}
