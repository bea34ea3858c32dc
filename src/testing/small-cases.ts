/**
 * @file Tiny cases of the cost model whose results can be worked out by hand, in the file format.
 */

/** A file's case, as plain data that tests may change. */
export interface CaseJson {
  name: string;
  bits?: unknown;
  problem: {
    shape: string;
    dims: Record<string, number>;
    stride: { w: number; h: number };
    dilation: { w: number; h: number };
  };
  accelerator: {
    name: string;
    wordBits: number;
    mac: { instances: number; meshX: number; energyPj: number };
    levels: {
      name: string;
      capacityWords: number | null;
      instances: number;
      meshX: number;
      readPj: number;
      writePj: number;
      readWordsPerCycle?: number;
      writeWordsPerCycle?: number;
      sharedWordsPerCycle?: number;
    }[];
  };
  mapping: {
    level: string;
    keep: string[];
    temporal: [string, number][];
    spatialX?: [string, number][];
    spatialY?: [string, number][];
  }[];
}

type LoopJson = [string, number];

/**
 * A buffer inside DRAM, with `macs` MACs in a row (or rows of `meshX`) below the buffer. Reads cost
 * 1 and 10 pJ, writes 2 and 20 pJ, a MAC 1 pJ.
 */
export function smallCase({
  dims,
  inner,
  outer,
  spatialX = [],
  spatialY = [],
  macs = 1,
  meshX = macs,
  stride = 1,
  capacityWords = 1000,
}: {
  dims: Partial<Record<'N' | 'K' | 'C' | 'P' | 'Q' | 'R' | 'S', number>>;
  inner: LoopJson[];
  outer: LoopJson[];
  spatialX?: LoopJson[];
  spatialY?: LoopJson[];
  macs?: number;
  meshX?: number;
  stride?: number;
  capacityWords?: number;
}): CaseJson {
  const all = ['Weights', 'Inputs', 'Outputs'];
  return {
    name: 'small',
    problem: {
      shape: 'conv',
      dims: { N: 1, K: 1, C: 1, P: 1, Q: 1, R: 1, S: 1, ...dims },
      stride: { w: stride, h: stride },
      dilation: { w: 1, h: 1 },
    },
    accelerator: {
      name: 'two levels',
      wordBits: 16,
      mac: { instances: macs, meshX, energyPj: 1 },
      levels: [
        { name: 'Buffer', capacityWords, instances: 1, meshX: 1, readPj: 1, writePj: 2 },
        { name: 'DRAM', capacityWords: null, instances: 1, meshX: 1, readPj: 10, writePj: 20 },
      ],
    },
    mapping: [
      { level: 'Buffer', keep: [...all], temporal: inner, spatialX, spatialY },
      { level: 'DRAM', keep: [...all], temporal: outer },
    ],
  };
}
