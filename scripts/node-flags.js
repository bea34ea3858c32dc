/** @file Flags that this version of Node needs for the kernels to run as they do in a browser. */

/** @returns {string[]} Node 20 has relaxed SIMD behind a flag that later versions do not know */
export function nodeFlags() {
  return process.versions.node.startsWith('20.') ? ['--experimental-wasm-relaxed-simd'] : [];
}
