import '@tensorflow/tfjs-backend-cpu';
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { runKernelSuite } from '../../testing/kernel-suite.ts';
import { TOLERANCES } from '../../testing/tolerances.ts';
import * as kernels from '../kernels.ts';
import { countKernels } from '../kernel-counter.ts';
import { registerStockKernels } from './register.ts';

runKernelSuite('cpu', TOLERANCES.stock, () => {
  registerStockKernels('cpu');
});

test('kernel calls are counted, ours and those they are made of', async () => {
  const x = tf.tensor2d([
    [1, -2],
    [3, 4],
  ]);
  const count = await countKernels(() => {
    kernels.reluBack(x, x).dispose();
  });
  x.dispose();
  expect(count.own).toBe(1);
  expect([...count.byName].sort()).toEqual([
    ['LabReluBack', 1],
    ['Multiply', 1],
    ['Step', 1],
  ]);
  expect(count.stock).toBe(2);
});

// The wasm backend lacks three gradients, which are then compositions of what it has.
const wasmFolder = new URL(
  '../../../node_modules/@tensorflow/tfjs-backend-wasm/dist/',
  import.meta.url,
).pathname;
runKernelSuite(
  'wasm',
  TOLERANCES.stock,
  () => {
    setWasmPaths(wasmFolder);
    setThreadsCount(1);
    registerStockKernels('wasm');
  },
  // Its depthwise convolution makes −∞ of NaN.
  ['depthwise keeps NaN'],
);
