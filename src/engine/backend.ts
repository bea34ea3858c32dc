/**
 * @file Which compute is used and why.
 *
 * 'auto': WebGPU where there is a real adapter; a software adapter (or none) is 30 to 1000 times
 * slower than our own SIMD kernels, so then `simd`; `cpu` (plain reference kernels) where
 * WebAssembly SIMD is missing. Everything heavy is imported only when it is chosen.
 */
import { getBackend, ready, setBackend } from '@tensorflow/tfjs-core';
import type { BackendName, BackendPreference, BackendReport } from '../spec/run.ts';
import { SpecError } from '../util/errors.ts';
import type { WebGpuProbe } from './webgpu/adapter.ts';

type Choice = Omit<BackendReport, 'workers'>;

/** WebAssembly.validate on a module with one v128 constant: valid exactly where SIMD is. */
const SIMD_PROBE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15,
  253, 98, 11,
]);

const GPU_LOST = 'The GPU was lost; reload the page to try it again.';

let inUse: Choice | null = null;
let starting: Promise<unknown> = Promise.resolve();
let isGpuLost = false;

/** The backend in use; null before `startBackend`. */
export function currentBackend(): string | null {
  return inUse === null ? null : getBackend();
}

/**
 * Be told, once, that the GPU in use is gone (driver reset, sleep): nothing on it can be read again.
 * `startBackend` then starts anew, without it. Never called on other backends.
 * @returns a function that stops listening
 */
export async function onGpuLost(tell: (message: string) => void): Promise<() => void> {
  if (currentBackend() !== 'webgpu') return () => undefined;
  const { watchDevice } = await import('./webgpu/device.ts');
  const lose = (message: string): void => {
    isGpuLost = true;
    inUse = null;
    tell(message);
  };
  return watchDevice({ onLost: lose, onError: lose });
}

/**
 * Compile ahead what `work` needs of the backend in use, asynchronously; without changing a tensor.
 * Only WebGPU compiles: elsewhere nothing happens and `work` is not called.
 * @param work       what to prepare for, as `compileAhead` of ./webgpu/warm-up.ts says
 * @param onProgress programs compiled, of how many
 */
export async function prepareBackend(
  work: () => void | Promise<void>,
  onProgress: (done: number, total: number) => void,
): Promise<void> {
  if (currentBackend() !== 'webgpu') return;
  const { compileAhead } = await import('./webgpu/warm-up.ts');
  await compileAhead(work, onProgress);
}

/** What `startBackend` would choose, without starting it. */
export async function probeBackend(preference: BackendPreference): Promise<BackendReport> {
  return { ...(await choose(preference)), workers: 1 };
}

/**
 * Start the backend that is asked for, or go over to it from another: what was made there must be disposed of
 * or made again. Where it cannot be, the one in use stays.
 * @throws SpecError when the asked backend does not exist here
 */
export function startBackend(preference: BackendPreference): Promise<Choice> {
  const start = starting.then(() => use(preference));
  starting = start.catch(() => undefined); // one after the other
  return start;
}

async function use(preference: BackendPreference): Promise<Choice> {
  const choice = await choose(preference);
  const { name } = choice;
  if (inUse?.name !== name) {
    if (!loaded.has(name)) await LOADERS[name]();
    loaded.add(name);
    await setBackend(name);
    await ready();
  }
  inUse = choice;
  return choice;
}

const loaded = new Set<BackendName>();
const LOADERS: Record<BackendName, () => Promise<void>> = {
  async webgpu() {
    const [{ registerWebGpuKernels }] = await Promise.all([
      import('./webgpu/register.ts'),
      import('@tensorflow/tfjs-backend-webgpu'),
    ]);
    registerWebGpuKernels();
  },
  async simd() {
    const [{ registerSimdBackend }, { fetchSimdModule }] = await Promise.all([
      import('./simd/register.ts'),
      import('./simd/wasm-urls.ts'),
    ]);
    registerSimdBackend(await fetchSimdModule());
  },
  async cpu() {
    const [{ registerReferenceKernels }] = await Promise.all([
      import('./reference/register.ts'),
      import('@tensorflow/tfjs-backend-cpu'),
    ]);
    registerReferenceKernels();
  },
};

async function choose(preference: BackendPreference): Promise<Choice> {
  const { probeWebGpu } = await import('./webgpu/adapter.ts');
  const gpu: WebGpuProbe = isGpuLost ? { available: false, reason: GPU_LOST } : await probeWebGpu();
  const hasSimd = WebAssembly.validate(SIMD_PROBE);
  const simdDetail = `WebAssembly SIMD, ${navigator.hardwareConcurrency} cores`;
  switch (preference) {
    case 'webgpu':
      if (!gpu.available) throw new SpecError(`backend: expected WebGPU, got none: ${gpu.reason}`);
      return { name: 'webgpu', reason: 'Chosen by you.', detail: gpu.description };
    case 'simd':
      if (!hasSimd)
        throw new SpecError('backend: expected WebAssembly SIMD, got a browser without');
      return { name: 'simd', reason: 'Chosen by you.', detail: simdDetail };
    case 'cpu':
      return { name: 'cpu', reason: 'Chosen by you.', detail: 'plain JavaScript' };
    case 'auto':
      if (gpu.available && !gpu.software) {
        return { name: 'webgpu', reason: 'There is a GPU.', detail: gpu.description };
      }
      if (hasSimd) {
        return { name: 'simd', reason: whyNoGpu(gpu), detail: simdDetail };
      }
      return {
        name: 'cpu',
        reason: 'There is neither a GPU nor WebAssembly SIMD here.',
        detail: 'plain JavaScript',
      };
    default:
      return preference satisfies never;
  }
}

function whyNoGpu(gpu: WebGpuProbe): string {
  if (gpu.available) {
    return 'The only WebGPU adapter here is software, which is far slower than SIMD.';
  }
  return gpu.reason === GPU_LOST ? GPU_LOST : `There is no WebGPU here: ${gpu.reason}`;
}
