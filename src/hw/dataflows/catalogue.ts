/** @file The dataflows that commands and the page know by name. */
import { SpecError } from '../../util/errors.ts';
import type { Accelerator } from '../accelerator.ts';
import type { Dataflow } from './dataflow.ts';
import { chaiDnn, dnnBuilder } from './fpga.ts';
import { magnetSet } from './magnet-set.ts';
import { rowStationary } from './row-stationary.ts';
import { inputStationary, noLocalReuse, outputStationary, weightStationary } from './stationary.ts';

export const DATAFLOWS: readonly Dataflow[] = [
  rowStationary,
  weightStationary,
  outputStationary,
  inputStationary,
  noLocalReuse,
  magnetSet,
  dnnBuilder,
  chaiDnn,
];

/** @throws SpecError listing the names there are, or if the dataflow does not suit the accelerator */
export function dataflowByName(name: string, accelerator: Accelerator): Dataflow {
  const suiting = DATAFLOWS.filter((dataflow) => dataflow.suits(accelerator));
  const dataflow = suiting.find((candidate) => candidate.name === name);
  if (dataflow) return dataflow;
  const names = suiting.map((candidate) => candidate.name).join(', ');
  throw new SpecError(`dataflow on ${accelerator.name}: expected one of ${names}, got "${name}"`);
}
