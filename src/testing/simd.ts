/** @file The compiled kernels of the `simd` backend, read from disk, for Node. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SimdBackend } from '../engine/simd/backend.ts';
import { supportedVariant } from '../engine/simd/module.ts';
import type { SimdVariant } from '../engine/simd/module.ts';
import { registerSimdBackend } from '../engine/simd/register.ts';

/** Bytes of build/simd/*.wasm. @throws where `npm run -s build:wasm` has not been run */
export function readSimdModule(variant: SimdVariant = supportedVariant()): Uint8Array<ArrayBuffer> {
  const file = join(import.meta.dirname, '../../build/simd', `${variant}.wasm`);
  if (!existsSync(file)) {
    throw new Error(`${file} is missing: run \`npm run -s build:wasm\` first`);
  }
  return new Uint8Array(readFileSync(file));
}

/** Register the backend in Node, with the fastest module that runs here or a given one. */
export function registerSimdInNode(variant?: SimdVariant): SimdBackend {
  return registerSimdBackend(readSimdModule(variant));
}
