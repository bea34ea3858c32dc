/**
 * @file Unpack a gzip file piece by piece, checking its length and checksum.
 *
 * The frame is read here and only the deflate stream is left to the library, so that a header
 * without an end, members without number or a tail that does not belong cost nothing. One member a
 * file, as every tool in use writes it.
 *
 * @source RFC 1952
 */
import { Inflate } from 'fflate';
import type { DataProgress } from '../dataset.ts';
import { crc32 } from '../checksum.ts';
import { grouped, refuse, shownName } from './file.ts';
import type { Budget, DataFile } from './file.ts';

/** Packed bytes handed over at a time: at deflate's limit of 1032:1, 16 MiB unpacked. */
const CHUNK_BYTES = 16 * 1024;
/** Packed bytes between two reports of progress. */
const REPORT_BYTES = 512 * 1024;
/** Images pack 1:1 to 20:1; what is past this, and large, is made to fill memory. */
const MAX_RATIO = 50;
const RATIO_FREE_BYTES = 16 * 2 ** 20;
/** A header holds a name and a comment; longer is no header. */
const MAX_HEADER_BYTES = 66_000;
const TRAILER_BYTES = 8;

/** @returns whether the file begins as a gzip file does */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** @returns bytes before the deflate stream */
function headerBytes(file: DataFile): number {
  const { name, bytes } = file;
  if (bytes[2] !== 8) refuse(name, 'gzip data packed with deflate', `method ${bytes[2] ?? 'none'}`);
  const flags = bytes[3] ?? 0;
  let at = 10;
  if ((flags & 4) !== 0) at += 2 + ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8));
  let strings = ((flags >> 3) & 1) + ((flags >> 4) & 1); // name, comment
  const end = Math.min(bytes.length, MAX_HEADER_BYTES + at);
  while (strings > 0 && at < end) if (bytes[at++] === 0) strings--;
  if ((flags & 2) !== 0) at += 2;
  if (strings > 0 || at + TRAILER_BYTES > bytes.length)
    refuse(name, 'a whole gzip file', `one cut short at ${grouped(bytes.length)} bytes`);
  return at;
}

/**
 * Unpack.
 *
 * @param onPiece called with each piece in order; may throw to stop
 * @throws SpecError if it is damaged, cut short, or larger than the budget
 */
export function gunzip(
  file: DataFile,
  budget: Budget,
  onPiece: (piece: Uint8Array) => void,
  onProgress?: DataProgress,
): void {
  const { name, bytes } = file;
  const start = headerBytes(file);
  const end = bytes.length - TRAILER_BYTES;
  const trailer = new DataView(bytes.buffer, bytes.byteOffset + end, TRAILER_BYTES);
  const promised = trailer.getUint32(4, true); // modulo 4 GiB, which no budget reaches
  if (promised > budget.leftBytes)
    refuse(name, `at most ${grouped(budget.limitBytes / 2 ** 20)} MiB of data in all`, 'more');
  let length = 0;
  let crc = 0;
  const accept = (piece: Uint8Array, packedBytes: number): void => {
    length += piece.length;
    budget.take(piece.length, name);
    if (length > promised)
      refuse(name, `${grouped(promised)} unpacked bytes, as its end says`, 'more than that');
    if (length > RATIO_FREE_BYTES && length > MAX_RATIO * packedBytes)
      refuse(name, `at most ${MAX_RATIO} times its packed size`, 'more (an archive bomb)');
    crc = crc32(piece, crc);
    onPiece(piece);
  };
  const stage = `unpacking ${shownName(name)}`;
  const inflate = new Inflate();
  let idle = 0;
  for (let at = start, reported = 0; at < end || at === start; at += CHUNK_BYTES) {
    const next = Math.min(end, at + CHUNK_BYTES);
    const before = length;
    for (const piece of inflateChunk(inflate, bytes.subarray(at, next), next === end, name))
      accept(piece, next);
    // After its last block the stream takes bytes and gives none.
    idle = length === before ? idle + 1 : 0;
    if (idle > 2) refuse(name, 'one gzip member and nothing after it', 'bytes that unpack to none');
    if (next - reported >= REPORT_BYTES || next === end) {
      reported = next;
      onProgress?.(next === end ? bytes.length : next, bytes.length, stage);
    }
  }
  if (promised !== length)
    refuse(name, `${grouped(promised)} unpacked bytes, as its end says`, grouped(length));
  if (trailer.getUint32(0, true) !== crc)
    refuse(name, 'data that fits its checksum', 'other data: the file is damaged');
}

/** @returns what a chunk unpacks to; the library's errors become ours */
function inflateChunk(
  inflate: Inflate,
  chunk: Uint8Array,
  last: boolean,
  name: string,
): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  inflate.ondata = (piece) => {
    if (piece.length > 0) pieces.push(piece);
  };
  try {
    inflate.push(chunk, last);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    refuse(name, 'gzip data', `a damaged or cut file (${reason})`);
  }
  return pieces;
}
