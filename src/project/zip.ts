/**
 * @file The zip of a project file: written to the same bytes every time, read within bounds.
 *
 * Entries are inflated as a stream and counted while they come, so that a small file which claims to
 * be, or is, gigabytes is refused before it takes the memory or the time.
 */
import { Unzip, UnzipInflate, zipSync } from 'fflate';
import type { UnzipFile, Zippable } from 'fflate';
import { SpecError } from '../util/errors.ts';

/** One file inside. */
export interface Entry {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Zip keeps local times from 1980 on; the first of them is the same in every time zone. */
const NO_TIME = new Date(1980, 0, 1);
const BEST_COMPRESSION = 9;
/** Deflate makes at most 1032 bytes of one: 16 MB at a time. */
const SLICE_BYTES = 2 ** 14;

/** @returns the same bytes for the same entries in the same order */
export function writeZip(entries: readonly Entry[]): Uint8Array<ArrayBuffer> {
  const files: Zippable = {};
  for (const { path, bytes } of entries) files[path] = bytes;
  return zipSync(files, { level: BEST_COMPRESSION, mtime: NO_TIME });
}

export interface ZipLimits {
  readonly entries: number;
  /**
   * Bytes that an entry may have, told before any of it is inflated; all entries before it are whole.
   * @throws SpecError when there must be no such entry
   */
  allow(path: string, before: readonly Entry[]): number;
}

/** @throws SpecError for what is no zip, is damaged, or goes past the limits */
export function readZip(bytes: Uint8Array, limits: ZipLimits, who: string): Entry[] {
  const entries: Entry[] = [];
  let fault: unknown = null;
  let isOpen = false;
  const fail = (reason: string): never => {
    throw new SpecError(`${who}: expected a project file, got ${reason}`);
  };
  const guarded = (work: () => void): void => {
    if (fault !== null) return;
    try {
      work();
    } catch (error) {
      fault = error;
    }
  };
  const receive = (file: UnzipFile): void => {
    if (isOpen) fail('a zip that is cut off');
    if (entries.length >= limits.entries) fail(`a zip of more than ${limits.entries} entries`);
    const path = file.name.slice(0, 80);
    if (entries.some((entry) => entry.path === file.name)) fail(`two entries ${path}`);
    const most = limits.allow(file.name, entries);
    if ((file.originalSize ?? 0) > most) fail(`${file.originalSize} bytes in ${path}`);
    isOpen = true;
    const chunks: Uint8Array[] = [];
    let size = 0;
    file.ondata = (error, chunk, isLast) => {
      guarded(() => {
        if (error) fail('a zip that is damaged');
        size += chunk.length;
        if (size > most) fail(`more than ${most} bytes in ${path}`);
        chunks.push(chunk.slice());
        if (!isLast) return;
        entries.push({ path: file.name, bytes: joined(chunks, size) });
        isOpen = false;
      });
    };
    file.start();
  };
  const unzip = new Unzip((file) => guarded(() => receive(file)));
  unzip.register(UnzipInflate);
  try {
    for (let at = 0; at < bytes.length && fault === null; at += SLICE_BYTES) {
      unzip.push(bytes.subarray(at, at + SLICE_BYTES), at + SLICE_BYTES >= bytes.length);
    }
  } catch (error) {
    if (fault === null && error instanceof SpecError) throw error;
    if (fault === null) fail('a zip that is damaged');
  }
  if (fault instanceof SpecError) throw fault;
  if (fault !== null) fail('a zip that is damaged');
  if (isOpen) fail('a zip that is cut off');
  if (entries.length === 0) fail(bytes.length === 0 ? 'an empty file' : 'another kind of file');
  return entries;
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
