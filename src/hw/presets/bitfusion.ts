/**
 * @file Bit Fusion: 16 × 32 fused units of sixteen 2-bit bricks each, three buffers, DRAM, 45 nm.
 *
 * Input channels lie on the 16 rows, output channels on the 32 columns; a fused unit does
 * (8/inputs)·(8/weights) products a cycle and sums them, so narrow operands shorten the loop over
 * input channels.
 *
 * Not modelled as its simulator does: the simulator charges the whole array's energy in every busy
 * cycle and one input read per MAC; here energy follows the products done and inputs are multicast
 * along the columns (docs/automapper.md has both side by side).
 *
 * @source Sharma et al., "Bit Fusion: Bit-Level Dynamically Composable Architecture for
 * Accelerating Deep Neural Networks", ISCA 2018; figures of its public simulator (bf_e_conf.ini).
 */
import type { Accelerator, StorageLevel } from '../accelerator.ts';

const ROWS = 16;
const COLUMNS = 32;
const CLOCK_MHZ = 500;
/** The whole array, 45 nm synthesis: pJ in each busy cycle. */
const CORE_PJ_PER_CYCLE = 235.104;
const SIMULATOR = 'Bit Fusion simulator: bf_e_conf.ini and results/systolic_array_synth.csv, 45 nm';

/** Energies below are per bit (CACTI 45 nm, as the simulator calls it). */
function buffer(
  of: Pick<StorageLevel, 'name' | 'mayKeep'>,
  kilobytes: number,
  readPj: number,
  writePj: number,
): StorageLevel {
  return {
    ...of,
    capacityBits: kilobytes * 1024 * 8,
    wordBits: 1,
    instances: 1,
    meshX: 1,
    readPj,
    writePj,
    doubleBuffered: true,
    source: SIMULATOR,
  };
}

export interface BitFusionOptions {
  /** The simulator's default is 15; a comment in it says 6. */
  readonly dramPjPerBit?: number;
  /** Fused units: rows take input channels, columns output channels. */
  readonly rows?: number;
  readonly columns?: number;
  /** The widest operands of one fused unit. */
  readonly nativeBits?: number;
  /** The whole array in each busy cycle. */
  readonly corePjPerCycle?: number;
}

/** A Bit Fusion machine; what is left out is as in its paper's comparison with Eyeriss. */
export function bitFusionWith({
  dramPjPerBit = 15,
  rows = ROWS,
  columns = COLUMNS,
  nativeBits = 8,
  corePjPerCycle = CORE_PJ_PER_CYCLE,
}: BitFusionOptions = {}): Accelerator {
  return {
    name: 'bitfusion',
    clockMHz: CLOCK_MHZ,
    note: 'Bit Fusion at 45 nm: 512 fused units (8 × 8 bits, bricks of 2), 112 KB. Its outputs are 32 bits wide everywhere.',
    mac: {
      kind: 'bit-scalable',
      instances: rows * columns,
      meshX: columns,
      energyPj: corePjPerCycle / (rows * columns),
      nativeBits,
      minBits: 2,
      source: `${SIMULATOR}: 235.104 pJ a cycle for 512 units`,
    },
    levels: [
      buffer({ name: 'OutputBuffer', mayKeep: ['Outputs'] }, 16, 0.0331553125, 0.0730840625),
      buffer(
        { name: 'WeightBuffer', mayKeep: ['Weights'] },
        64,
        0.02136565625,
        0.028916156250000002,
      ),
      buffer({ name: 'InputBuffer', mayKeep: ['Inputs'] }, 32, 0.059474374999999996, 0.1137040625),
      {
        name: 'DRAM',
        capacityBits: null,
        wordBits: 1,
        instances: 1,
        meshX: 1,
        readPj: dramPjPerBit,
        writePj: dramPjPerBit,
        sharedBitsPerCycle: 192,
        source: 'Bit Fusion simulator: stats.py (15 pJ a bit; its comment says 6), if_width 192',
      },
    ],
  };
}

export const bitFusion: Accelerator = bitFusionWith();
