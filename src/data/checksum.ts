/**
 * @file CRC-32.
 *
 * @source ISO 3309 / RFC 1952 §8: reflected polynomial 0xEDB88320, start and end inverted.
 */

const TABLE = new Uint32Array(256).map((_, value) => {
  let crc = value;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  return crc;
});

/** @param start the CRC of the bytes before, 0 at the beginning @returns 0 to 2³² − 1 */
export function crc32(bytes: Uint8Array, start = 0): number {
  let crc = ~start;
  for (const byte of bytes) crc = (TABLE[(crc ^ byte) & 255] as number) ^ (crc >>> 8);
  return ~crc >>> 0;
}
