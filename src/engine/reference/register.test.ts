import '@tensorflow/tfjs-backend-cpu';
import { runKernelSuite } from '../../testing/kernel-suite.ts';
import { TOLERANCES } from '../../testing/tolerances.ts';
import { registerReferenceKernels } from './register.ts';

runKernelSuite('cpu', TOLERANCES.cpu, registerReferenceKernels);
