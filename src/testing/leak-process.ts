/**
 * @file A process that trains a tiny net on one backend and prints what it held early and at its end.
 * Run by bench/leak.ts. Takes: BACKEND STEPS.
 */
import { ready, setBackend } from '@tensorflow/tfjs-core';
import { startDawn } from './dawn.ts';

const [backendName = '', steps = ''] = process.argv.slice(2);

async function prepare(): Promise<void> {
  switch (backendName) {
    case 'webgpu': {
      if (!(await startDawn())) throw new Error('Dawn for Node could not be loaded');
      await import('@tensorflow/tfjs-backend-webgpu');
      const { registerWebGpuKernels } = await import('../engine/webgpu/register.ts');
      registerWebGpuKernels();
      break;
    }
    case 'simd': {
      const { registerSimdInNode } = await import('./simd.ts');
      registerSimdInNode();
      break;
    }
    default: {
      await import('@tensorflow/tfjs-backend-cpu');
      const { registerReferenceKernels } = await import('../engine/reference/register.ts');
      registerReferenceKernels();
    }
  }
  if (!(await setBackend(backendName))) throw new Error(`there is no ${backendName} here`);
  await ready();
}

async function report(): Promise<string> {
  await prepare();
  const { longRun } = await import('./long-run.ts');
  return JSON.stringify(await longRun(Number(steps)));
}

report().then(
  (result) => process.stdout.write(result, () => process.exit(0)),
  (error: unknown) => process.stderr.write(String(error), () => process.exit(1)),
);
