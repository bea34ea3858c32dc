/**
 * @file Take files out of a tar archive as its bytes arrive.
 *
 * Entries that no reader wants are passed over without being kept. Nothing is ever written to a
 * path, yet an archive whose paths leave its folder, or that holds links or devices, is refused: no
 * dataset is distributed so.
 *
 * @source POSIX.1-2017, pax: ustar interchange format
 */
import { baseName, counted, grouped, Pieces, refuse, shownName } from './file.ts';
import type { Budget, DataFile } from './file.ts';

const BLOCK = 512;
const MAX_ENTRIES = 1000;
const utf8 = new TextDecoder();

interface Header {
  readonly path: string;
  readonly sizeBytes: number;
  readonly type: string;
}

/** @returns the text of a field, up to its first zero byte */
function field(block: Uint8Array, start: number, length: number): string {
  const bytes = block.subarray(start, start + length);
  const zero = bytes.indexOf(0);
  return utf8.decode(zero < 0 ? bytes : bytes.subarray(0, zero));
}

/** @returns an octal number, or NaN */
function octal(block: Uint8Array, start: number, length: number): number {
  const text = field(block, start, length).trim();
  return /^[0-7]+$/.test(text) ? parseInt(text, 8) : NaN;
}

/** @returns whether the block's checksum is that of a tar header */
export function isTarHeader(block: Uint8Array): boolean {
  if (block.length < BLOCK) return false;
  const wanted = octal(block, 148, 8);
  let sum = 8 * 32; // the checksum itself counts as spaces
  for (let i = 0; i < BLOCK; i++) if (i < 148 || i >= 156) sum += block[i] as number;
  return sum === wanted;
}

/** Reads an archive handed over piece by piece. */
export class TarReader {
  readonly #name: string;
  readonly #budget: Budget | null;
  readonly #wanted: (path: string) => boolean;
  readonly #files: DataFile[] = [];
  readonly #block = new Uint8Array(BLOCK);
  #blockFill = 0;
  #entries = 0;
  #entry: { header: Header; pieces: Pieces | null; left: number } | null = null;
  #padding = 0;
  #ended = false;

  /**
   * @param name   of the archive, for sentences
   * @param wanted which paths to keep
   * @param budget counted against for what is kept; null when its bytes are counted already
   */
  constructor(name: string, wanted: (path: string) => boolean, budget: Budget | null) {
    this.#name = name;
    this.#wanted = wanted;
    this.#budget = budget;
  }

  /** @throws SpecError at the first thing that is no honest tar archive */
  push(piece: Uint8Array): void {
    let at = 0;
    while (at < piece.length && !this.#ended) {
      if (this.#entry !== null) {
        const part = piece.subarray(at, at + this.#entry.left);
        at += part.length;
        this.#entry.left -= part.length;
        // A copy: the piece belongs to the caller.
        this.#entry.pieces?.push(part.slice());
        if (this.#entry.left === 0) this.#finishEntry();
      } else if (this.#padding > 0) {
        const skipped = Math.min(this.#padding, piece.length - at);
        at += skipped;
        this.#padding -= skipped;
      } else {
        const part = piece.subarray(at, at + BLOCK - this.#blockFill);
        this.#block.set(part, this.#blockFill);
        this.#blockFill += part.length;
        at += part.length;
        if (this.#blockFill === BLOCK) {
          this.#blockFill = 0;
          this.#startEntry();
        }
      }
    }
  }

  /** @returns the files kept, in the archive's order @throws SpecError if the archive is cut short */
  finish(): DataFile[] {
    if (this.#entry !== null) {
      const { header, left } = this.#entry;
      refuse(
        this.#name,
        `${counted(header.sizeBytes, 'byte')} of ${shownName(header.path)} in the archive`,
        `${grouped(header.sizeBytes - left)} before its end`,
      );
    }
    if (this.#blockFill > 0) refuse(this.#name, 'whole tar blocks', 'an archive cut short');
    return this.#files;
  }

  #startEntry(): void {
    if (this.#block.every((byte) => byte === 0)) {
      this.#ended = true;
      return;
    }
    const header = this.#readHeader();
    const keep = header.type === 'file' && this.#wanted(header.path);
    if (keep) this.#budget?.take(header.sizeBytes, this.#name);
    this.#entry = { header, pieces: keep ? new Pieces() : null, left: header.sizeBytes };
    if (header.sizeBytes === 0) this.#finishEntry();
  }

  #finishEntry(): void {
    if (this.#entry === null) return;
    const { header, pieces } = this.#entry;
    if (pieces !== null) this.#files.push({ name: header.path, bytes: pieces.join() });
    this.#padding = (BLOCK - (header.sizeBytes % BLOCK)) % BLOCK;
    this.#entry = null;
  }

  #readHeader(): Header {
    const block = this.#block;
    if (!isTarHeader(block))
      refuse(this.#name, 'a tar header', 'bytes whose checksum is wrong: the archive is damaged');
    if (++this.#entries > MAX_ENTRIES)
      refuse(this.#name, `at most ${grouped(MAX_ENTRIES)} entries`, 'more');
    const prefix = field(block, 257, 5) === 'ustar' ? field(block, 345, 155) : '';
    const path = (prefix === '' ? '' : `${prefix}/`) + field(block, 0, 100);
    const sizeBytes = octal(block, 124, 12);
    if (!(sizeBytes <= Number.MAX_SAFE_INTEGER))
      refuse(this.#name, `a size for ${shownName(path)}`, 'none that can be read');
    const flag = String.fromCharCode(block[156] as number);
    if (flag === '0' || flag === '\0' || flag === '7') {
      if (/^[/\\]|^[A-Za-z]:|\\|(^|\/)\.\.(\/|$)/.test(path))
        refuse(
          this.#name,
          'paths inside the archive',
          `one that leads out of it (${quoted(path)})`,
        );
      return { path, sizeBytes, type: path.endsWith('/') ? 'folder' : 'file' };
    }
    // Folders, extended headers (pax x and g, GNU L and K): passed over.
    if ('5xgLK'.includes(flag)) return { path, sizeBytes, type: 'other' };
    return refuse(
      this.#name,
      'plain files in the archive',
      `a link or device (${shownName(baseName(path))})`,
    );
  }
}

function quoted(path: string): string {
  return path.slice(0, 60).replace(/\p{C}/gu, '?');
}
