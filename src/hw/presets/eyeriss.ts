/**
 * @file Eyeriss: 168 PEs in 12 rows of 14, three scratchpads a PE, a 108 KB buffer, DRAM.
 *
 * Two energy tables on the same machine: 65 nm picojoules, and the normalized 200/6/2/1/1 of the
 * Eyeriss papers. Weights may bypass the global buffer, as on the chip, where 100 KB hold inputs
 * and partial sums and 8 KB only prefetch weights; the model lets a mapping use the 108 KB freely.
 *
 * Not modelled: run-length compression of activations in DRAM, zero gating, the network on chip
 * (but for the normalized table, see there), configuration time between layers.
 *
 * @source Chen et al., "Eyeriss: An Energy-Efficient Reconfigurable Accelerator for Deep
 * Convolutional Neural Networks", IEEE JSSC 52(1), 2017 ("JSSC 2017" below).
 */
import type { Accelerator, MacArray, StorageLevel } from '../accelerator.ts';

const PES = 168;
const COLUMNS = 14;
const WORD_BITS = 16;
const CORE_MHZ = 200;
/** The chip's off-chip link: 64 bits at 60 MHz while the core runs at 200 MHz (JSSC 2017, §VII). */
const LINK_BITS_PER_CORE_CYCLE = (64 * 60) / CORE_MHZ;

interface EnergyTable {
  readonly source: string;
  readonly psumSpad: readonly [readPj: number, writePj: number];
  readonly weightSpad: readonly [readPj: number, writePj: number];
  readonly ifmapSpad: readonly [readPj: number, writePj: number];
  readonly globalBuffer: readonly [readPj: number, writePj: number];
  readonly dram: readonly [readPj: number, writePj: number];
  readonly mac: number;
}

const CHIP = 'JSSC 2017, §V and table II';
const LIKE = 'timeloop-accelergy-exercises: eyeriss_like.yaml';

function eyerissWith(name: string, note: string, energy: EnergyTable): Accelerator {
  const spad = (
    of: Pick<StorageLevel, 'name' | 'mayKeep'>,
    words: number,
    [readPj, writePj]: readonly [number, number],
  ): StorageLevel => ({
    ...of,
    capacityBits: words * WORD_BITS,
    wordBits: WORD_BITS,
    instances: PES,
    meshX: COLUMNS,
    readPj,
    writePj,
    // 2 words a cycle each way (eyeriss_like.yaml).
    readBitsPerCycle: 2 * WORD_BITS,
    writeBitsPerCycle: 2 * WORD_BITS,
    source: energy.source,
    sources: { capacityBits: CHIP, wordBits: CHIP, instances: CHIP, bandwidth: LIKE },
  });
  const mac: MacArray = {
    kind: 'fixed',
    instances: PES,
    meshX: COLUMNS,
    energyPj: energy.mac,
    nativeBits: WORD_BITS,
    source: energy.source,
  };
  return {
    name,
    mac,
    clockMHz: CORE_MHZ,
    note,
    levels: [
      spad({ name: 'PsumSpad', mayKeep: ['Outputs'] }, 24, energy.psumSpad),
      spad({ name: 'WeightSpad', mayKeep: ['Weights'] }, 224, energy.weightSpad),
      spad({ name: 'IfmapSpad', mayKeep: ['Inputs'] }, 12, energy.ifmapSpad),
      {
        name: 'GlobalBuffer',
        capacityBits: 108 * 1024 * 8,
        wordBits: WORD_BITS,
        instances: 1,
        meshX: 1,
        readPj: energy.globalBuffer[0],
        writePj: energy.globalBuffer[1],
        // 16 words a cycle each way (eyeriss_like.yaml).
        readBitsPerCycle: 16 * WORD_BITS,
        writeBitsPerCycle: 16 * WORD_BITS,
        source: energy.source,
        sources: { capacityBits: CHIP, bandwidth: LIKE },
      },
      {
        name: 'DRAM',
        capacityBits: null,
        wordBits: WORD_BITS,
        instances: 1,
        meshX: 1,
        readPj: energy.dram[0],
        writePj: energy.dram[1],
        sharedBitsPerCycle: LINK_BITS_PER_CORE_CYCLE,
        source: energy.source,
        sources: { bandwidth: 'JSSC 2017, §VII: 64-bit link at 60 MHz, core at 200 MHz' },
      },
    ],
  };
}

/** Words of 16 bits in one 64-bit access of buffer and DRAM. */
const WORDS_PER_ACCESS = 4;

export const eyeriss: Accelerator = eyerissWith(
  'eyeriss',
  'Eyeriss at 65 nm. MACs are 16 bits wide; a narrower product takes the energy of a multiplier of its size.',
  {
    source: 'Accelergy eyeriss_like, 65 nm: ERT_summary.yaml of timeloop-accelergy-exercises',
    psumSpad: [0.251, 0.219],
    weightSpad: [1.98, 1.88],
    ifmapSpad: [0.202, 0.177],
    globalBuffer: [18.18 / WORDS_PER_ACCESS, 14.14 / WORDS_PER_ACCESS],
    // LPDDR4, 512 pJ for 64 bits: 8 pJ a bit.
    dram: [512 / WORDS_PER_ACCESS, 512 / WORDS_PER_ACCESS],
    // 0.2077 pJ for an 8-bit MAC; a multiplier grows with the product of its widths.
    mac: 0.2077 * (WORD_BITS / 8) ** 2,
  },
);

export const eyerissNormalized: Accelerator = eyerissWith(
  'eyeriss-normalized',
  'Eyeriss with energies relative to one 16-bit MAC (= 1 "pJ" here): DRAM 200, buffer 6, array 2, spad 1. The array cost of 2 is charged to each word that enters a weight or input spad; partial sums passed between PEs are not charged.',
  {
    source: 'Chen et al., "Eyeriss", ISCA 2016, table IV: 200/6/2/1/1 relative to a 16-bit MAC',
    psumSpad: [1, 1],
    weightSpad: [1, 1 + 2],
    ifmapSpad: [1, 1 + 2],
    globalBuffer: [6, 6],
    dram: [200, 200],
    mac: 1,
  },
);
