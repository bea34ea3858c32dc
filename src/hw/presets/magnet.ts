/**
 * @file A MAGNet-like tiled array: 16 PEs of 8 lanes × 8-wide vector MACs, 8 bits, 45 nm.
 *
 * A lane makes one output channel, a vector sums over input channels; every PE has buffers for
 * weights, inputs and partial sums, all share a global buffer. MAGNet itself was published for
 * 16 nm without energies per access; the sizes are its, the energies are public 45 nm ones.
 *
 * Not modelled: MAGNet's network on chip and post-processing; several accumulation buffers a PE
 * are one of the same width.
 *
 * @source Venkatesan et al., "MAGNet: A Modular Accelerator Generator for Neural Networks",
 * ICCAD 2019, §III and table I (PE, lanes, vector size, buffer sizes).
 */
import type { Accelerator } from '../accelerator.ts';

const PES = 16;
const PE_COLUMNS = 4;
const LANES = 8;
const VECTOR = 8;
const WORD_BITS = 8;
const MACS = PES * LANES * VECTOR;

const CACTI = 'CACTI 7, itrs-hp 45 nm, 360 K, one bank';
const SIMBA = 'timeloop-accelergy-exercises: simba_like ERT_summary.yaml, 45 nm (Aladdin table)';
const MAGNET = 'MAGNet, ICCAD 2019, table I';

export const magnet: Accelerator = {
  name: 'magnet',
  clockMHz: 500,
  note: '1024 8-bit MACs in 16 PEs; 43 KB of buffers a PE, 64 KB shared.',
  mac: {
    kind: 'fixed',
    instances: MACS,
    meshX: PE_COLUMNS * LANES,
    energyPj: 0.561,
    nativeBits: WORD_BITS,
    source: SIMBA,
  },
  levels: [
    {
      name: 'WeightRegs',
      capacityBits: WORD_BITS,
      wordBits: WORD_BITS,
      instances: MACS,
      meshX: PE_COLUMNS * LANES,
      readPj: 0.009,
      writePj: 0.009,
      mayKeep: ['Weights'],
      source: SIMBA,
      sources: { capacityBits: `${MAGNET}: one weight collector register a MAC` },
    },
    {
      name: 'AccumulationBuffer',
      capacityBits: 3 * 1024 * 8,
      wordBits: 32 * 8,
      instances: PES,
      meshX: PE_COLUMNS,
      readPj: 12.2829,
      writePj: 20.8024,
      readBitsPerCycle: LANES * 24,
      writeBitsPerCycle: LANES * 24,
      mayKeep: ['Outputs'],
      source: `${CACTI}: 4 KB, 32-byte word`,
      sources: { capacityBits: MAGNET, bandwidth: `${MAGNET}: one 24-bit sum a lane and cycle` },
    },
    {
      name: 'WeightBuffer',
      capacityBits: 32 * 1024 * 8,
      wordBits: 32 * 8,
      instances: PES,
      meshX: PE_COLUMNS,
      readPj: 33.2561,
      writePj: 61.3576,
      readBitsPerCycle: LANES * VECTOR * WORD_BITS,
      writeBitsPerCycle: VECTOR * WORD_BITS,
      mayKeep: ['Weights'],
      source: `${CACTI}: 32 KB, 32-byte word`,
      sources: { capacityBits: MAGNET, bandwidth: `${MAGNET}: one vector a lane and cycle` },
    },
    {
      name: 'InputBuffer',
      capacityBits: 8 * 1024 * 8,
      wordBits: 8 * 8,
      instances: PES,
      meshX: PE_COLUMNS,
      readPj: 5.95539,
      writePj: 12.9808,
      readBitsPerCycle: VECTOR * WORD_BITS,
      writeBitsPerCycle: VECTOR * WORD_BITS,
      mayKeep: ['Inputs'],
      source: `${CACTI}: 8 KB, 8-byte word`,
      sources: { capacityBits: MAGNET, bandwidth: `${MAGNET}: one vector a cycle` },
    },
    {
      name: 'GlobalBuffer',
      capacityBits: 64 * 1024 * 8,
      wordBits: 32 * 8,
      instances: 1,
      meshX: 1,
      readPj: 46.9002,
      writePj: 103.439,
      readBitsPerCycle: 32 * 8,
      writeBitsPerCycle: 32 * 8,
      source: `${CACTI}: 64 KB, 32-byte word`,
      sources: { capacityBits: MAGNET, bandwidth: 'one 32-byte word a cycle each way' },
    },
    {
      name: 'DRAM',
      capacityBits: null,
      wordBits: 64,
      instances: 1,
      meshX: 1,
      readPj: 512,
      writePj: 512,
      // 12.8 GB/s (LPDDR4-3200, 32 bits) at 500 MHz.
      sharedBitsPerCycle: (12.8e9 * 8) / 500e6,
      source: `${SIMBA}: LPDDR4, 512 pJ for 64 bits`,
      sources: { bandwidth: 'LPDDR4-3200, 32-bit channel: 12.8 GB/s at 500 MHz' },
    },
  ],
};
