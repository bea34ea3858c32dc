/** @file GFLOP/s of the `simd` backend's matrix product, one thread, on the sizes of the speed net. */
import { instantiate } from '../src/engine/simd/module.ts';
import { readSimdModule } from '../src/testing/simd.ts';
import { SpecError } from '../src/util/errors.ts';
import type { Row, Rows } from './row.ts';

/** rows × depth × columns: 1×1 convolutions at batch 64, its stem's filter, one large product. */
const SIZES = [
  [65536, 16, 48],
  [16384, 48, 24],
  [16384, 24, 72],
  [16384, 72, 24],
  [4096, 72, 40],
  [4096, 40, 120],
  [4096, 120, 40],
  [1024, 120, 64],
  [1024, 64, 128],
  [65536, 27, 16],
  [512, 512, 512],
] as const;

const FLOP_A_SAMPLE = 4e8;
const SAMPLES = 7;

export const rows: Rows = (args, say) => {
  if (args.length > 0) {
    throw new SpecError(`bench gemm: expected no arguments, got ${args.join(' ')}`);
  }

  const { exports, base } = openModule();
  const result: Row[] = [];
  for (const [m, depth, columns] of SIZES) {
    const a = base;
    const b = a + m * depth * 4;
    const c = b + depth * columns * 4;
    const scratch = (c + m * columns * 4 + 63) & ~63;
    const flop = 2 * m * depth * columns;
    const repeats = Math.max(1, Math.round(FLOP_A_SAMPLE / flop));
    const sample = (): number => {
      const start = performance.now();
      for (let i = 0; i < repeats; i++) exports.matmul(a, b, c, m, depth, columns, scratch);
      return (performance.now() - start) / repeats;
    };
    sample();
    const ms = Math.min(...Array.from({ length: SAMPLES }, sample));
    result.push({ size: `${m}×${depth}×${columns}`, ms, gflopPerS: flop / ms / 1e6 });
    say(`${m}×${depth}×${columns}: ${(flop / ms / 1e6).toFixed(1)} GFLOP/s`);
  }
  return Promise.resolve(result);
};

/** A module with room for the largest product, filled with small values. */
export function openModule(): { exports: ReturnType<typeof instantiate>; base: number } {
  const exports = instantiate(readSimdModule());
  const base = (exports.heapBase() + 63) & ~63;
  exports.memory.grow(2048);
  new Float32Array(exports.memory.buffer, base).forEach((_, i, all) => (all[i] = (i % 17) / 16));
  return { exports, base };
}
