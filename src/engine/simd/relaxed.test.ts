import { expect, test } from 'vitest';
import { runKernelSuite } from '../../testing/kernel-suite.ts';
import { registerSimdInNode } from '../../testing/simd.ts';
import { TOLERANCES } from '../../testing/tolerances.ts';
import { supportedVariant } from './module.ts';

test('this Node runs relaxed SIMD, given its flag', () => {
  expect(supportedVariant()).toBe('relaxed');
});

runKernelSuite('simd', TOLERANCES.simd, () => {
  registerSimdInNode('relaxed');
});
