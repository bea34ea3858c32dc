/** Which backend computes, in this process: no WebGPU, `simd` from disk. */
import { getBackend, tensor1d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { readSimdModule } from '../testing/simd.ts';
import { currentBackend, startBackend } from './backend.ts';
import { accumulate } from './kernels.ts';

vi.mock('./simd/wasm-urls.ts', () => ({
  fetchSimdModule: () => WebAssembly.compile(readSimdModule()),
}));

beforeAll(() => {
  vi.stubGlobal('navigator', { hardwareConcurrency: 2 });
});

/** By a kernel of ours: 1 + 2. */
async function three(): Promise<readonly number[]> {
  const [sum, x] = [tensor1d([1]), tensor1d([2])];
  accumulate(sum, x, 1);
  const values = [...(await sum.data<'float32'>())];
  sum.dispose();
  x.dispose();
  return values;
}

describe('startBackend', () => {
  it('uses what is asked for, also after another was in use', async () => {
    expect(currentBackend()).toBeNull();
    for (const name of ['simd', 'cpu', 'simd', 'cpu'] as const) {
      expect(await startBackend(name)).toMatchObject({ name, reason: 'Chosen by you.' });
      expect([currentBackend(), getBackend()]).toEqual([name, name]);
      expect(await three()).toEqual([3]);
    }
    expect(await startBackend('auto')).toMatchObject({ name: 'simd' });
  });

  it('keeps the one in use where another is not to be had', async () => {
    await startBackend('cpu');
    await expect(startBackend('webgpu')).rejects.toThrow('backend: expected WebGPU, got none');
    expect(currentBackend()).toBe('cpu');
    expect(await three()).toEqual([3]);
  });

  it('does one change after the other', async () => {
    const asked = (['simd', 'cpu', 'simd', 'cpu'] as const).map((name) => startBackend(name));
    expect((await Promise.all(asked)).map(({ name }) => name)).toEqual([
      ...['simd', 'cpu', 'simd', 'cpu'],
    ]);
    expect(getBackend()).toBe('cpu');
  });
});
