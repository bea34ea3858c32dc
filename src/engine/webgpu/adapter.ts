/**
 * @file Whether this machine has a GPU that WebGPU can use, and what it says about itself.
 *
 * A software adapter (SwiftShader, llvmpipe, WARP) works, but a hundred times slower than our own
 * SIMD kernels: it is reported as `software`, so that the choice of backend can count it as none.
 */

export type WebGpuProbe =
  | {
      readonly available: true;
      /** The adapter runs on the CPU. */
      readonly software: boolean;
      readonly vendor: string;
      readonly architecture: string;
      readonly description: string;
    }
  | {
      readonly available: false;
      /** One sentence for the page. */
      readonly reason: string;
    };

/** Names by which drivers that run on the CPU go. */
const SOFTWARE_NAMES = /swiftshader|llvmpipe|lavapipe|softpipe|software|basic render|warp\b/i;

/** Fields that older browsers put on the adapter, newer ones on its info. */
interface AdapterLike {
  readonly info?: Partial<GPUAdapterInfo> & { readonly isFallbackAdapter?: boolean };
  readonly isFallbackAdapter?: boolean;
}

export function describeAdapter(adapter: AdapterLike): WebGpuProbe {
  const { vendor = '', architecture = '', device = '', description = '' } = adapter.info ?? {};
  const isFallback = adapter.isFallbackAdapter ?? adapter.info?.isFallbackAdapter ?? false;
  const names = [vendor, architecture, device, description].join(' ');
  return {
    available: true,
    software: isFallback || SOFTWARE_NAMES.test(names),
    vendor,
    architecture,
    description: description === '' ? device : description,
  };
}

/** Ask for an adapter. Never throws. @param gpu this thread's, by default */
export async function probeWebGpu(
  gpu: Pick<GPU, 'requestAdapter'> | undefined = globalThis.navigator?.gpu,
): Promise<WebGpuProbe> {
  if (gpu === undefined) {
    return { available: false, reason: 'This browser has no WebGPU here.' };
  }
  try {
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (adapter === null) {
      return { available: false, reason: 'WebGPU is there, but no adapter for it.' };
    }
    return describeAdapter(adapter);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { available: false, reason: `WebGPU failed to start: ${message}` };
  }
}
