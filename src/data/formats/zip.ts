/**
 * @file The files of a zip archive, each read when it is asked for.
 *
 * The list at the archive's end is read here and only the deflate streams are left to the library,
 * whose readers take the archive whole or front to back: that would hold all of TinyImageNet in
 * memory, and cannot tell where an entry ends that was packed as a stream. Sizes are held to what
 * the list says while a file unpacks, checksums are checked, files may not overlap.
 *
 * @source PKWARE, .ZIP File Format Specification (APPNOTE.TXT) 6.3.10
 */
import { Inflate } from 'fflate';
import { crc32 } from '../checksum.ts';
import type { FolderFile } from '../folders/folder-file.ts';
import { counted, grouped, Pieces, refuse, shownName } from './file.ts';

/** Bytes at random, of a file that need not be in memory. */
export interface ByteSource {
  readonly name: string;
  readonly length: number;
  /** @returns bytes `start` to `end`, both within `length` */
  slice(start: number, end: number): Promise<Uint8Array>;
}

/** Tiny ImageNet has 120,609. */
const MAX_ENTRIES = 200_000;
const MAX_LIST_BYTES = 64 * 2 ** 20;
const END_BYTES = 22;
const MAX_COMMENT_BYTES = 0xffff;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const FAR = 0xffffffff;
/** Packed bytes handed over at a time: at deflate's limit of 1032:1, 16 MiB unpacked. */
const CHUNK_BYTES = 16 * 1024;

/** @returns whether the file begins as a zip archive does */
export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
}

interface ZipEntry {
  readonly path: string;
  readonly method: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly sizeBytes: number;
  readonly at: number;
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * List the files of an archive; folders are left out.
 *
 * @throws SpecError if it is no whole zip archive, or one of several disks, encrypted or past limits
 */
export async function listZip(source: ByteSource): Promise<FolderFile[]> {
  const { name } = source;
  const { start, end } = await findList(source);
  const entries = readList(name, await source.slice(start, end));
  let free = 0;
  for (const entry of [...entries].sort((a, b) => a.at - b.at)) {
    if (entry.at < free) refuse(name, 'files one after another', 'files that overlap');
    free = entry.at + LOCAL_BYTES + entry.packedBytes;
  }
  if (free > start) refuse(name, 'its list of files after the files', 'a list that lies in them');
  return entries
    .filter(({ path }) => !path.endsWith('/'))
    .map((entry) => ({
      path: entry.path,
      sizeBytes: entry.sizeBytes,
      read: () => readEntry(source, entry),
    }));
}

/** Where the list of files lies: its own end record says, after which only a comment may follow. */
async function findList(source: ByteSource): Promise<{ start: number; end: number }> {
  const { name, length } = source;
  const tailStart = Math.max(0, length - END_BYTES - MAX_COMMENT_BYTES);
  const tail = await source.slice(tailStart, length);
  const view = viewOf(tail);
  let at = tail.length - END_BYTES;
  while (at >= 0 && view.getUint32(at, true) !== 0x06054b50) at--;
  if (at < 0) refuse(name, 'a whole zip archive', `one without its end (${grouped(length)} bytes)`);
  let count = view.getUint16(at + 10, true);
  let bytes = view.getUint32(at + 12, true);
  let start = view.getUint32(at + 16, true);
  const far = at - 20 >= 0 && view.getUint32(at - 20, true) === 0x07064b50;
  let end = tailStart + at;
  if (far) {
    // More files than 16 bits count: the record before has them in 64.
    const recordAt = Number(view.getBigUint64(at - 12, true));
    if (recordAt + 56 > length) refuse(name, 'a whole zip archive', 'an end that points past it');
    const record = viewOf(await source.slice(recordAt, recordAt + 56));
    if (record.getUint32(0, true) !== 0x06064b50)
      refuse(name, 'a whole zip archive', 'a damaged end');
    count = Number(record.getBigUint64(32, true));
    bytes = Number(record.getBigUint64(40, true));
    start = Number(record.getBigUint64(48, true));
    end = recordAt;
  }
  if (count > MAX_ENTRIES)
    refuse(name, `at most ${grouped(MAX_ENTRIES)} files`, counted(count, 'file'));
  if (bytes > MAX_LIST_BYTES)
    refuse(name, `a list of at most ${MAX_LIST_BYTES / 2 ** 20} MiB`, counted(bytes, 'byte'));
  if (start + bytes > end) refuse(name, 'a whole zip archive', 'a list of files that is cut short');
  return { start, end: start + bytes };
}

function readList(name: string, list: Uint8Array): ZipEntry[] {
  const view = viewOf(list);
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  const entries: ZipEntry[] = [];
  for (let at = 0; at < list.length;) {
    if (at + ENTRY_BYTES > list.length || view.getUint32(at, true) !== 0x02014b50)
      refuse(name, 'a list of files', 'a damaged one');
    if (entries.length >= MAX_ENTRIES)
      refuse(name, `at most ${grouped(MAX_ENTRIES)} files`, 'more');
    const nameBytes = view.getUint16(at + 28, true);
    const next =
      at + ENTRY_BYTES + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > list.length) refuse(name, 'a list of files', 'one that is cut short');
    let path: string;
    try {
      path = utf8.decode(list.subarray(at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes));
    } catch {
      return refuse(name, 'names in UTF-8', 'a file name in another encoding');
    }
    const entry: ZipEntry = {
      path,
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packedBytes: view.getUint32(at + 20, true),
      sizeBytes: view.getUint32(at + 24, true),
      at: view.getUint32(at + 42, true),
    };
    if ((view.getUint16(at + 8, true) & 1) !== 0)
      refuse(name, 'files without a password', `${shownName(path)} with one`);
    if (entry.packedBytes === FAR || entry.sizeBytes === FAR || entry.at === FAR)
      refuse(name, 'files within 4 GiB', `${shownName(path)} past that`);
    entries.push(entry);
    at = next;
  }
  return entries;
}

async function readEntry(source: ByteSource, entry: ZipEntry): Promise<Uint8Array> {
  const { path, method, packedBytes, sizeBytes } = entry;
  const damaged = (got: string): never => refuse(path, 'a whole file in the archive', got);
  if (entry.at + LOCAL_BYTES + packedBytes > source.length) damaged('one that is cut short');
  const local = viewOf(await source.slice(entry.at, entry.at + LOCAL_BYTES));
  if (local.getUint32(0, true) !== 0x04034b50) damaged('none where its list says');
  const start = entry.at + LOCAL_BYTES + local.getUint16(26, true) + local.getUint16(28, true);
  if (start + packedBytes > source.length) damaged('one that is cut short');
  const packed = await source.slice(start, start + packedBytes);
  if (method !== 0 && method !== 8)
    refuse(path, 'a file stored or packed with deflate', `method ${method}`);
  const bytes = method === 0 ? packed : inflate(packed, sizeBytes, path);
  if (bytes.length !== sizeBytes)
    refuse(path, `${grouped(sizeBytes)} bytes, as its list says`, grouped(bytes.length));
  if (crc32(bytes) !== entry.crc)
    refuse(path, 'data that fits its checksum', 'other data: the file is damaged');
  return bytes;
}

/** Stops as soon as more comes out than was said. */
function inflate(packed: Uint8Array, sizeBytes: number, path: string): Uint8Array {
  const pieces = new Pieces();
  const stream = new Inflate((piece) => pieces.push(piece));
  for (let at = 0; at === 0 || at < packed.length; at += CHUNK_BYTES) {
    const next = Math.min(packed.length, at + CHUNK_BYTES);
    try {
      stream.push(packed.subarray(at, next), next === packed.length);
    } catch (error) {
      refuse(
        path,
        'packed data',
        `a damaged file (${error instanceof Error ? error.message : ''})`,
      );
    }
    if (pieces.length > sizeBytes)
      refuse(path, `${grouped(sizeBytes)} bytes, as its list says`, 'more (an archive bomb)');
  }
  return pieces.join();
}
