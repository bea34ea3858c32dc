/**
 * @file Checksums of checkpoints: find a torn or flipped byte, not a forger.
 *
 * Two independent 32-bit multiply-xor hashes over all words, printed as 16 hex digits.
 */
import type { Checkpoint } from './schema.ts';

class Hash {
  #a = 0x811c9dc5;
  #b = 0x2545f491;

  word(value: number): void {
    this.#a = Math.imul(this.#a ^ value, 0x01000193);
    this.#a ^= this.#a >>> 15; // spreads high bits down, which multiplying alone never does
    this.#b = Math.imul(this.#b + value, 0x85ebca6b);
    this.#b ^= this.#b >>> 13;
  }

  text(value: string): void {
    this.word(value.length);
    for (let i = 0; i < value.length; i++) this.word(value.charCodeAt(i));
  }

  words(values: Int32Array): void {
    this.word(values.length);
    for (const value of values) this.word(value);
  }

  get hex(): string {
    const digits = (n: number): string => (n >>> 0).toString(16).padStart(8, '0');
    return digits(this.#a) + digits(this.#b);
  }
}

/** @returns 16 hex digits over all of the texts */
export function textChecksum(...texts: readonly string[]): string {
  const hash = new Hash();
  for (const text of texts) hash.text(text);
  return hash.hex;
}

/** @returns 16 hex digits over step, epoch, state, and every tensor's name, shape and bits */
export function checkpointChecksum(checkpoint: Checkpoint): string {
  const hash = new Hash();
  hash.text(
    JSON.stringify([
      checkpoint.step,
      checkpoint.epoch,
      checkpoint.state,
      checkpoint.tensors.map(({ name, shape }) => [name, shape]),
    ]),
  );
  for (const { data } of checkpoint.tensors) {
    hash.words(new Int32Array(data.buffer, data.byteOffset, data.length));
  }
  return hash.hex;
}
