import { runKernelSuite } from '../../testing/kernel-suite.ts';
import { registerSimdInNode } from '../../testing/simd.ts';
import { TOLERANCES } from '../../testing/tolerances.ts';

runKernelSuite('simd', TOLERANCES.simd, () => {
  registerSimdInNode('plain');
});
