/** @file Kernel cases of learned clips, symmetric grids and DoReFa's map of weights. */
import { KERNELS } from '../engine/kernels.ts';
import type { NdArray } from '../engine/reference/nd-array.ts';
import { Rng } from '../util/rng.ts';
import { drawRange, nearGrid, normals } from './draws.ts';
import type { KernelCase } from './kernel-cases.ts';

function clipCases(): KernelCase[] {
  const cases: KernelCase[] = [];
  for (const shape of [[1], [7], [3, 3, 2, 5], [2, 40, 41, 6]]) {
    for (const steps of [3, 255]) {
      for (const ends of ['upper', 'symmetric'] as const) {
        const name = `clipGradient [${shape.join()}], ${steps} steps, ${ends}`;
        cases.push({
          name,
          kernel: KERNELS.clipGradient,
          inputs: () => {
            const rng = new Rng(31).fork(name);
            const range =
              ends === 'upper'
                ? { shape: [2], data: new Float32Array([0, 1.7]) }
                : { shape: [2], data: new Float32Array([-1.2, 1.2]) };
            const x = nearGrid(rng, shape, range, steps);
            // On a fine grid the offsets are lost in float32 beside one value that is clipped.
            if (steps > 3) x.data[0] = 2.5;
            // A mean well off 0, so that the sum is not all cancellation.
            return { dy: normals(rng, shape, 0.5), x, range };
          },
          attrs: { steps, ends },
        });
      }
    }
  }
  return cases;
}

function symmetricCases(): KernelCase[] {
  return ([1, 5, 300] as const).map((channels) => ({
    name: `symmetricRange of ${channels}`,
    kernel: KERNELS.symmetricRange,
    inputs: () => ({
      range: drawRange(new Rng(32), channels === 1 ? 'tensor' : 'channel', channels),
    }),
    attrs: {},
  }));
}

/** Weights and their range. */
function weights(shape: readonly number[], deviation: number): { w: NdArray; range: NdArray } {
  const w = normals(new Rng(33).fork(shape.join()), shape, 0, deviation);
  const range = { shape: [2], data: new Float32Array([Infinity, -Infinity]) };
  for (const value of w.data) {
    range.data[0] = Math.min(range.data[0] ?? 0, value);
    range.data[1] = Math.max(range.data[1] ?? 0, value);
  }
  return { w, range };
}

function tanhCases(): KernelCase[] {
  const cases: KernelCase[] = [];
  for (const [shape, deviation] of [
    [[1], 1],
    [[3, 3, 4, 7], 0.2],
    [[1, 1, 40, 60], 1.5],
    [[5, 5, 3, 1], 30],
  ] as const) {
    const name = `[${shape.join()}], deviation ${deviation}`;
    cases.push(
      {
        name: `tanhUnit of ${name}`,
        kernel: KERNELS.tanhUnit,
        inputs: () => weights(shape, deviation),
        attrs: {},
      },
      {
        name: `tanhUnitBack of ${name}`,
        kernel: KERNELS.tanhUnitBack,
        inputs: () => ({ ...weights(shape, deviation), dy: normals(new Rng(34), shape, 0.3) }),
        attrs: {},
      },
    );
  }
  const tied = { shape: [4], data: new Float32Array([0.5, -0.5, 0.25, 0.5]) };
  cases.push({
    name: 'tanhUnitBack with ties at the largest',
    kernel: KERNELS.tanhUnitBack,
    inputs: () => ({
      w: tied,
      range: { shape: [2], data: new Float32Array([-0.5, 0.5]) },
      dy: { shape: [4], data: new Float32Array([1, 2, 3, 4]) },
    }),
    attrs: {},
  });
  return cases;
}

function clampCases(): KernelCase[] {
  return [[1], [7], [3, 3, 5, 6], [2, 600]].map((shape) => ({
    name: `clamp [${shape.join()}]`,
    kernel: KERNELS.clamp,
    inputs: () => ({ x: normals(new Rng(35), shape, 0, 2) }),
    attrs: { limit: 1.5 },
  }));
}

export function quantizerCases(): KernelCase[] {
  return [...clampCases(), ...clipCases(), ...symmetricCases(), ...tanhCases()];
}
