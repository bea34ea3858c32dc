/** @file Where a browser finds the compiled kernels; nothing else imports them. */
import plainUrl from '../../../build/simd/plain.wasm?url';
import relaxedUrl from '../../../build/simd/relaxed.wasm?url';
import { supportedVariant } from './module.ts';

/** Fetch and compile the faster module that this browser can run. */
export async function fetchSimdModule(): Promise<WebAssembly.Module> {
  const url = supportedVariant() === 'relaxed' ? relaxedUrl : plainUrl;
  const response = await fetch(url);
  if (!response.ok) throw new Error(`simd backend: ${url} answered with status ${response.status}`);
  // Not compileStreaming: it refuses servers that do not say application/wasm.
  return WebAssembly.compile(await response.arrayBuffer());
}
