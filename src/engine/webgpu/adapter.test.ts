import { describe, expect, test } from 'vitest';
import { describeAdapter, probeWebGpu } from './adapter.ts';

describe('an adapter', () => {
  test.each([
    [{ vendor: 'google', architecture: 'swiftshader' }, true],
    [{ vendor: 'mesa', description: 'llvmpipe (LLVM 15.0.6, 256 bits)' }, true],
    [{ vendor: 'microsoft', device: 'Microsoft Basic Render Driver' }, true],
    [{ vendor: 'nvidia', architecture: 'hopper', description: 'NVIDIA H200' }, false],
    [{ vendor: 'apple', architecture: 'metal-3' }, false],
    [{ vendor: 'intel', architecture: 'gen-12lp' }, false],
  ])('%o runs in software: %s', (info, software) => {
    expect(describeAdapter({ info })).toMatchObject({ available: true, software });
  });

  test('is software where it says that it is the fallback, old way or new', () => {
    expect(describeAdapter({ isFallbackAdapter: true })).toMatchObject({ software: true });
    expect(describeAdapter({ info: { isFallbackAdapter: true } })).toMatchObject({
      software: true,
    });
  });
});

describe('the probe', () => {
  test('says why there is none', async () => {
    const none = await probeWebGpu({ requestAdapter: () => Promise.resolve(null) });
    expect(none).toEqual({
      available: false,
      reason: 'WebGPU is there, but no adapter for it.',
    });
    const failing = await probeWebGpu({
      requestAdapter: () => Promise.reject(new Error('driver on the blocklist')),
    });
    expect(failing).toMatchObject({ available: false });
    expect(JSON.stringify(failing)).toContain('driver on the blocklist');
  });

  test('finds none in plain Node', async () => {
    expect(await probeWebGpu(undefined)).toMatchObject({ available: false });
  });
});
