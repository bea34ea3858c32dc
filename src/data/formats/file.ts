/** @file A file from outside, and how sentences speak of it. */
import { SpecError } from '../../util/errors.ts';

export interface DataFile {
  /** Name or path as given; from a stranger, never used as a path. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Characters of a name that a sentence shows. */
const SHOWN_NAME = 60;

/** @returns the last part of a path, safe to print: no control characters, at most 60 long */
export function shownName(name: string): string {
  const base = baseName(name).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?');
  const shown = base.length > SHOWN_NAME ? `${base.slice(0, SHOWN_NAME - 1)}…` : base;
  return shown === '' ? 'a file without a name' : shown;
}

/** @returns the part after the last slash */
export function baseName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** Numbers in names count as numbers: data_batch_2 before data_batch_10. Same in every locale. */
export function inNaturalOrder(a: string, b: string): number {
  const pad = (name: string): string =>
    name.toLowerCase().replace(/\d{1,15}/g, (digits) => digits.padStart(15, '0'));
  const [x, y] = [pad(a), pad(b)];
  if (x !== y) return x < y ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Files that systems leave in archives and folders. */
export function isLitter(path: string): boolean {
  return /(^|\/)(\.(?!\.?\/)|__MACOSX\/|Thumbs\.db$|desktop\.ini$)/i.test(path);
}

/** @returns `count` with its noun, and thousands set off */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** @returns whole number with commas: 1,234,567 */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** The one way a reader refuses: file, expected, got. */
export function refuse(name: string, expected: string, got: string): never {
  throw new SpecError(`${shownName(name)}: expected ${expected}, got ${got}`);
}

/** What may still be unpacked: shared by all the files of one reading, so that no nesting avoids it. */
export class Budget {
  readonly limitBytes: number;
  #usedBytes = 0;

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  get leftBytes(): number {
    return this.limitBytes - this.#usedBytes;
  }

  /** @throws SpecError when more than the limit is taken in all */
  take(bytes: number, name: string): void {
    this.#usedBytes += bytes;
    if (this.#usedBytes > this.limitBytes)
      refuse(
        name,
        `at most ${grouped(this.limitBytes / 2 ** 20)} MiB of data in all`,
        'more than that',
      );
  }
}

/** Pieces of a file as they arrive. */
export class Pieces {
  readonly #pieces: Uint8Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.#length += piece.length;
  }

  /** @returns all pieces as one; they are let go, what is pushed next begins anew */
  join(): Uint8Array {
    const pieces = this.#pieces.splice(0);
    const [only] = pieces;
    const whole = pieces.length === 1 && only !== undefined ? only : new Uint8Array(this.#length);
    this.#length = 0;
    if (whole === only) return whole;
    let at = 0;
    for (const piece of pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }
}
