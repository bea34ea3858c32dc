/** @file The compiled kernels: which of the two modules runs here, and what a module exports. */

/** The two builds of the kernels: `relaxed` fuses multiply-add, `plain` runs wherever SIMD does. */
export type SimdVariant = 'relaxed' | 'plain';

/**
 * A module with one function `() => f32x4.relaxed_madd(i8x16.splat(0), …)`: valid only where relaxed
 * SIMD is.
 */
const RELAXED_PROBE = new Uint8Array([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // magic, version
  ...[0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b], // type () → v128
  ...[0x03, 0x02, 0x01, 0x00], // one function of it
  ...[0x0a, 0x13, 0x01, 0x11, 0x00], // its body, 17 bytes, no locals
  ...[0x41, 0x00, 0xfd, 0x0f, 0x41, 0x00, 0xfd, 0x0f, 0x41, 0x00, 0xfd, 0x0f],
  ...[0xfd, 0x85, 0x02, 0x0b], // f32x4.relaxed_madd, end
]);

/** The faster module that this engine can run. */
export function supportedVariant(): SimdVariant {
  return WebAssembly.validate(RELAXED_PROBE) ? 'relaxed' : 'plain';
}

/** An address in the module's memory. */
type Address = number;

/**
 * What a module exports; parameters and meaning are told where each is written (assembly/*.ts).
 * Addresses come back as signed 32-bit numbers.
 */
export interface SimdExports {
  readonly memory: WebAssembly.Memory;
  heapBase(): Address;
  gridBytes(ranges: number): number;
  rangeScratch(channels: number, ranges: number): number;
  normScratch(channels: number): number;
  pointwiseScratch(rows: number, depth: number, columns: number, ranges: number): number;
  convScratch(...sizes: number[]): number;
  convBackInputScratch(...sizes: number[]): number;
  convBackFilterScratch(...sizes: number[]): number;
  depthwiseScratch(...sizes: number[]): number;
  depthwiseBackInputScratch(...sizes: number[]): number;
  matmul(
    a: Address,
    b: Address,
    c: Address,
    rows: number,
    depth: number,
    columns: number,
    scratch: Address,
  ): void;
  fakeQuantize(...parameters: number[]): void;
  clipMask(...parameters: number[]): void;
  clipGradient(...parameters: number[]): void;
  rangeOf(...parameters: number[]): void;
  pointwise(...parameters: number[]): void;
  pointwiseBackInput(...parameters: number[]): void;
  pointwiseBackFilter(...parameters: number[]): void;
  conv(...parameters: number[]): void;
  convBackInput(...parameters: number[]): void;
  convBackFilter(...parameters: number[]): void;
  depthwise(...parameters: number[]): void;
  depthwiseBackInput(...parameters: number[]): void;
  depthwiseBackFilter(...parameters: number[]): void;
  batchStats(x: Address, rows: number, channels: number, stats: Address, scratch: Address): void;
  normalize(...parameters: number[]): void;
  normalizeBack(...parameters: number[]): void;
  add(...parameters: number[]): void;
  reluBack(dy: Address, y: Address, dx: Address, count: number): void;
  globalPool(x: Address, y: Address, batch: number, pixels: number, channels: number): void;
  globalPoolBack(dy: Address, dx: Address, batch: number, pixels: number, channels: number): void;
  bias(x: Address, b: Address, y: Address, rows: number, columns: number): void;
  columnSum(x: Address, to: Address, rows: number, columns: number, scratch: Address): void;
  accumulate(sum: Address, x: Address, count: number, scale: number): void;
  blend(running: Address, x: Address, count: number, keep: number, take: number): void;
  scaleTo(x: Address, y: Address, count: number, scale: number): void;
  dot(a: Address, b: Address, count: number): number;
  shuffle(x: Address, y: Address, rows: number, groups: number, perGroup: number): void;
  sgd(
    w: Address,
    v: Address,
    g: Address,
    count: number,
    learningRate: number,
    momentum: number,
    weightDecay: number,
  ): void;
}

/** @param module one of build/simd/*.wasm, compiled or as bytes */
export function instantiate(module: WebAssembly.Module | BufferSource): SimdExports {
  const compiled = module instanceof WebAssembly.Module ? module : new WebAssembly.Module(module);
  return new WebAssembly.Instance(compiled).exports as unknown as SimdExports;
}
