/** @file A process that counts the dispatches of a step in Dawn; run by bench/dispatches.ts. */
import { startDawn } from './dawn.ts';

async function report(): Promise<string> {
  if (!(await startDawn())) throw new Error('Dawn for Node could not be loaded');
  const { ready, setBackend } = await import('@tensorflow/tfjs-core');
  await import('@tensorflow/tfjs-backend-webgpu');
  const { registerWebGpuKernels } = await import('../engine/webgpu/register.ts');
  const { speedStepDispatches } = await import('./speed-step.ts');
  registerWebGpuKernels();
  if (!(await setBackend('webgpu'))) throw new Error('there is no WebGPU adapter here');
  await ready();
  const { byProgram, stock } = await speedStepDispatches();
  return JSON.stringify({ programs: Object.fromEntries(byProgram), stock });
}

report().then(
  (result) => process.stdout.write(result, () => process.exit(0)),
  (error: unknown) => process.stderr.write(String(error), () => process.exit(1)),
);
