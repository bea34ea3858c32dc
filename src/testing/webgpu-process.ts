/**
 * @file A process that checks the WebGPU kernels in Dawn and prints what it found as JSON.
 * Run by ../engine/webgpu/webgpu.test.ts.
 */
import { startDawn } from './dawn.ts';
import type { WebGpuProbe } from '../engine/webgpu/adapter.ts';

export interface WebGpuReport {
  readonly adapter: WebGpuProbe;
  /** Faults by name of the case; none where it is right. */
  readonly faults: Readonly<Record<string, readonly string[]>>;
}

async function report(): Promise<WebGpuReport> {
  if (!(await startDawn())) {
    const reason = 'Dawn for Node could not be loaded.';
    return { adapter: { available: false, reason }, faults: {} };
  }
  const { probeWebGpu } = await import('../engine/webgpu/adapter.ts');
  const adapter = await probeWebGpu();
  if (!adapter.available) return { adapter, faults: {} };

  const tf = await import('@tensorflow/tfjs-core');
  await import('@tensorflow/tfjs-backend-webgpu');
  await import('@tensorflow/tfjs-backend-cpu');
  const { registerWebGpuKernels } = await import('../engine/webgpu/register.ts');
  const { watchDevice } = await import('../engine/webgpu/device.ts');
  const { kernelCases } = await import('./kernel-cases.ts');
  const { checkKernelCase } = await import('./kernel-check.ts');
  const { TOLERANCES } = await import('./tolerances.ts');
  const { webGpuChecks } = await import('./webgpu-checks.ts');
  registerWebGpuKernels();
  await tf.setBackend('webgpu');
  await tf.ready();

  const faults: Record<string, string[]> = {};
  let heard: string[] = [];
  watchDevice({
    onLost: (message) => heard.push(`device lost: ${message}`),
    onError: (message) => heard.push(message),
  });
  const collect = async (name: string, check: () => Promise<string[]>): Promise<void> => {
    heard = [];
    try {
      faults[name] = [...(await check()), ...heard];
    } catch (error) {
      faults[name] = [error instanceof Error ? error.message : String(error), ...heard];
    }
  };
  for (const kernelCase of kernelCases()) {
    await collect(kernelCase.name, () => checkKernelCase(kernelCase, TOLERANCES.webgpu));
  }
  for (const [name, check] of Object.entries(webGpuChecks)) await collect(name, check);
  return { adapter, faults };
}

report().then(
  (result) => {
    process.stdout.write(JSON.stringify(result), () => process.exit(0));
  },
  (error: unknown) => {
    process.stderr.write(String(error), () => process.exit(1));
  },
);
