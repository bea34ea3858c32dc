/**
 * @file From words to picojoules and cycles: what counts cost on one accelerator at given widths.
 *
 * The bit rules (docs/cost-model.md, "Bits"): a b-bit word costs b / wordBits of the level's energy
 * per word and b bits of its bandwidth and capacity. Outputs move at the width of partial sums, but
 * the last write of each output at a level, once the sum is complete, at the width of outputs.
 */
import { usableBits } from './accelerator.ts';
import type { Accelerator } from './accelerator.ts';
import type { Counts } from './counts.ts';
import { INPUTS, OUTPUTS, SPACES, WEIGHTS } from './dims.ts';
import type { LoopNest } from './loop-nest.ts';
import type { MacLaw } from './mac-law.ts';
import type { OperandBits } from './workload.ts';

/** The numbers of an accelerator at given widths, by level. */
export interface PriceList {
  readonly bits: OperandBits;
  readonly readPjPerBit: Float64Array;
  readonly writePjPerBit: Float64Array;
  readonly usableBits: Float64Array;
  readonly wordBits: Float64Array;
  /** Words of `wordBits` a cycle and instance; Infinity where unlimited. */
  readonly readWords: Float64Array;
  readonly writeWords: Float64Array;
  readonly sharedWords: Float64Array;
  readonly mac: MacLaw;
  /** Products that the whole array can do in a cycle. */
  readonly lanes: number;
}

export function priceList(accelerator: Accelerator, bits: OperandBits, mac: MacLaw): PriceList {
  const { levels } = accelerator;
  return {
    bits,
    readPjPerBit: Float64Array.from(levels, (l) => l.readPj / l.wordBits),
    writePjPerBit: Float64Array.from(levels, (l) => l.writePj / l.wordBits),
    usableBits: Float64Array.from(levels, usableBits),
    wordBits: Float64Array.from(levels, (l) => l.wordBits),
    readWords: Float64Array.from(levels, (l) => (l.readBitsPerCycle ?? Infinity) / l.wordBits),
    writeWords: Float64Array.from(levels, (l) => (l.writeBitsPerCycle ?? Infinity) / l.wordBits),
    sharedWords: Float64Array.from(levels, (l) => (l.sharedBitsPerCycle ?? Infinity) / l.wordBits),
    mac,
    lanes: accelerator.mac.instances * mac.lanes,
  };
}

/** Bits of one dataspace read at a level, from word counts. */
export function readBits(words: number, dataspace: number, bits: OperandBits): number {
  return words * movingBits(dataspace, bits);
}

/** Bits written at a level: `finals` of the updates bring finished outputs. */
export function writtenBits(
  fills: number,
  updates: number,
  finals: number,
  dataspace: number,
  bits: OperandBits,
): number {
  if (dataspace !== OUTPUTS) return fills * movingBits(dataspace, bits);
  return (fills + updates - finals) * bits.psums + finals * bits.outputs;
}

/** Width of a word of Weights, of Inputs, or of a partial sum. */
export function movingBits(dataspace: number, bits: OperandBits): number {
  if (dataspace === WEIGHTS) return bits.weights;
  return dataspace === INPUTS ? bits.inputs : bits.psums;
}

/**
 * Width at which a level must be able to hold a dataspace: Outputs at the width of partial sums
 * unless only finished outputs arrive.
 */
export function heldBits(
  dataspace: number,
  updates: number,
  finals: number,
  bits: OperandBits,
): number {
  if (dataspace !== OUTPUTS) return movingBits(dataspace, bits);
  if (finals === 0) return bits.psums;
  return finals === updates ? bits.outputs : Math.max(bits.psums, bits.outputs);
}

/** Energy of one dataspace at one level. */
export function energyPjAt(
  counts: Counts,
  list: PriceList,
  level: number,
  dataspace: number,
): number {
  const at = level * SPACES + dataspace;
  const read = readBits(counts.reads[at] as number, dataspace, list.bits);
  const written = writtenBits(
    counts.fills[at] as number,
    dataspace === OUTPUTS ? (counts.updates[at] as number) : 0,
    dataspace === OUTPUTS ? (counts.finals[at] as number) : 0,
    dataspace,
    list.bits,
  );
  return (
    read * (list.readPjPerBit[level] as number) + written * (list.writePjPerBit[level] as number)
  );
}

/** Cycles that each port of a level needs; 0 where unlimited. */
export interface PortCycles {
  read: number;
  write: number;
  shared: number;
}

/** Work out into `into` how long the busiest instance of a level keeps each port. */
export function portCyclesAt(
  nest: LoopNest,
  counts: Counts,
  list: PriceList,
  level: number,
  into: PortCycles,
): void {
  let read = 0;
  let written = 0;
  for (let dataspace: number = WEIGHTS; dataspace < SPACES; dataspace++) {
    if (!nest.keeps(level, dataspace)) continue;
    const at = level * SPACES + dataspace;
    read += readBits(counts.busyReads[at] as number, dataspace, list.bits);
    written += writtenBits(
      counts.busyFills[at] as number,
      counts.busyUpdates[at] as number,
      counts.busyFinals[at] as number,
      dataspace,
      list.bits,
    );
  }
  const word = list.wordBits[level] as number;
  into.read = Math.ceil(read / word / (list.readWords[level] as number));
  into.write = Math.ceil(written / word / (list.writeWords[level] as number));
  into.shared = Math.ceil((read + written) / word / (list.sharedWords[level] as number));
}

/** Bits of all tiles that one instance of a level holds. */
export function tileBitsAt(nest: LoopNest, counts: Counts, list: PriceList, level: number): number {
  let bits = 0;
  for (let dataspace: number = WEIGHTS; dataspace < SPACES; dataspace++) {
    if (!nest.keeps(level, dataspace)) continue;
    const at = level * SPACES + dataspace;
    bits +=
      (nest.tileWords[at] as number) *
      heldBits(dataspace, counts.updates[at] as number, counts.finals[at] as number, list.bits);
  }
  return bits;
}
