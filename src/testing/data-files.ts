/** @file Small dataset files and archives, built byte by byte for tests of what reads them. */

/** One CIFAR-10 record: label, then planes of constant red, green, blue. */
export function cifar10Record(
  label: number,
  [r, g, b]: readonly [number, number, number],
): Uint8Array {
  const record = new Uint8Array(3073);
  record[0] = label;
  record.fill(r, 1, 1025);
  record.fill(g, 1025, 2049);
  record.fill(b, 2049, 3073);
  return record;
}

/** `count` records, labels 0, 1, 2 … mod `classes`, each of its own grey. */
export function cifar10File(count: number, classes = 10): Uint8Array {
  return concat(
    Array.from({ length: count }, (_, i) => cifar10Record(i % classes, [i % 256, 1, 2])),
  );
}

/** The same with a coarse label before each fine one. */
export function cifar100File(count: number, classes = 100): Uint8Array {
  return concat(
    Array.from({ length: count }, (_, i) =>
      concat([new Uint8Array([i % 20]), cifar10Record(i % classes, [i % 256, 1, 2])]),
    ),
  );
}

/** An IDX file of unsigned bytes. */
export function idxFile(dims: readonly number[], data: Uint8Array): Uint8Array {
  const head = new Uint8Array(4 + 4 * dims.length);
  head.set([0, 0, 0x08, dims.length]);
  const view = new DataView(head.buffer);
  dims.forEach((dim, i) => view.setUint32(4 + 4 * i, dim));
  return concat([head, data]);
}

/** IDX images of counting bytes. */
export function idxImages(count: number, height: number, width: number): Uint8Array {
  const data = new Uint8Array(count * height * width).map((_, i) => i % 251);
  return idxFile([count, height, width], data);
}

/** IDX labels 0, 1, 2 … mod `classes`. */
export function idxLabels(count: number, classes = 10): Uint8Array {
  return idxFile(
    [count],
    new Uint8Array(count).map((_, i) => i % classes),
  );
}

export interface TarEntry {
  readonly path: string;
  readonly bytes?: Uint8Array;
  /** Type flag; default '0', a file. */
  readonly type?: string;
  /** Size written in the header, where it is to differ from the bytes. */
  readonly claimedSize?: number;
}

/** A ustar archive. @param ended whether the two closing blocks of zeros are written */
export function tarFile(entries: readonly TarEntry[], ended = true): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const { path, bytes = new Uint8Array(0), type = '0', claimedSize } of entries) {
    const header = new Uint8Array(512);
    const put = (at: number, text: string): void => header.set(new TextEncoder().encode(text), at);
    const octal = (value: number, length: number): string =>
      value.toString(8).padStart(length - 1, '0');
    put(0, path);
    put(100, octal(0o644, 8));
    put(108, octal(0, 8));
    put(116, octal(0, 8));
    put(124, octal(claimedSize ?? bytes.length, 12));
    put(136, octal(0, 12));
    put(148, '        ');
    put(156, type);
    put(257, 'ustar\0' + '00');
    const sum = header.reduce((total, byte) => total + byte, 0);
    put(148, `${octal(sum, 7)}\0 `);
    parts.push(header, bytes, new Uint8Array((512 - (bytes.length % 512)) % 512));
  }
  if (ended) parts.push(new Uint8Array(1024));
  return concat(parts);
}

export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
