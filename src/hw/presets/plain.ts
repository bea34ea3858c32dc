/**
 * @file A plain array: 16 × 16 MACs with a register file each, one shared buffer, DRAM.
 *
 * The smallest machine that shows reuse at every level; sizes are those of Timeloop's plain
 * examples. Energies come from Timeloop's built-in table, in units of one 16-bit MAC (= 1 "pJ").
 */
import type { Accelerator } from '../accelerator.ts';

const SIDE = 16;
const WORD_BITS = 16;
const PAT = 'NVlabs/timeloop: pat-public/src/pat/pat.cpp (built-in table)';

/** Timeloop's table for a 16-bit access: 1.0 at 0.5 KB, 6.0 at 100 KB, a line between and beyond. */
function patSramPj(kilobytes: number): number {
  return 1 + ((kilobytes - 0.5) * (6 - 1)) / (100 - 0.5);
}

const REGISTER_WORDS = 256;
const BUFFER_WORDS = 65_536;

export const plain: Accelerator = {
  name: 'plain',
  clockMHz: 200,
  note: '256 MACs, 512 B of registers each, 128 KB buffer; energies relative to one 16-bit MAC.',
  mac: {
    kind: 'fixed',
    instances: SIDE * SIDE,
    meshX: SIDE,
    energyPj: 1,
    nativeBits: WORD_BITS,
    source: PAT,
  },
  levels: [
    {
      name: 'RegFile',
      capacityBits: REGISTER_WORDS * WORD_BITS,
      wordBits: WORD_BITS,
      instances: SIDE * SIDE,
      meshX: SIDE,
      readPj: patSramPj((REGISTER_WORDS * 2) / 1024),
      writePj: patSramPj((REGISTER_WORDS * 2) / 1024),
      source: PAT,
    },
    {
      name: 'GlobalBuffer',
      capacityBits: BUFFER_WORDS * WORD_BITS,
      wordBits: WORD_BITS,
      instances: 1,
      meshX: 1,
      readPj: patSramPj((BUFFER_WORDS * 2) / 1024),
      writePj: patSramPj((BUFFER_WORDS * 2) / 1024),
      // One word a cycle for each row and column of the array.
      readBitsPerCycle: 2 * SIDE * WORD_BITS,
      writeBitsPerCycle: 2 * SIDE * WORD_BITS,
      source: PAT,
    },
    {
      name: 'DRAM',
      capacityBits: null,
      wordBits: WORD_BITS,
      instances: 1,
      meshX: 1,
      readPj: 200,
      writePj: 200,
      // 3.2 GB/s of LPDDR at 200 MHz.
      sharedBitsPerCycle: 128,
      source: PAT,
    },
  ],
};
