/** @file Small PNG files, a decoder for just these, and zip archives of them: for tests of folders. */
import { unzlibSync, zipSync, zlibSync } from 'fflate';
import type { Zippable } from 'fflate';
import { crc32 } from '../data/checksum.ts';
import type { DecodedImage, FolderFile } from '../data/folders/folder-file.ts';
import { concat } from './data-files.ts';

type Rgb = readonly [number, number, number];

function chunk(kind: string, data: Uint8Array): Uint8Array {
  const body = concat([new TextEncoder().encode(kind), data]);
  const framed = new Uint8Array(body.length + 8);
  const view = new DataView(framed.buffer);
  view.setUint32(0, data.length);
  framed.set(body, 4);
  view.setUint32(body.length + 4, crc32(body));
  return framed;
}

/** A PNG, 8-bit RGB, no filters. @param colorOf the pixel at (x, y) */
export function pngFile(
  width: number,
  height: number,
  colorOf: (x: number, y: number) => Rgb,
): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(13);
  const view = new DataView(head.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  head.set([8, 2, 0, 0, 0], 8);
  const rows = new Uint8Array(height * (1 + 3 * width));
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) rows.set(colorOf(x, y), y * (1 + 3 * width) + 1 + 3 * x);
  return concat([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk('IHDR', head),
    chunk('IDAT', zlibSync(rows)),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

/** A PNG of one color. */
export function plainPng(side: number, color: Rgb): Uint8Array<ArrayBuffer> {
  return pngFile(side, side, () => color);
}

/** Decodes what `pngFile` writes; rejects for everything else. */
export async function decodePlainPng(bytes: Uint8Array): Promise<DecodedImage> {
  await Promise.resolve();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  const length = view.getUint32(33);
  const rows = unzlibSync(bytes.subarray(41, 41 + length));
  if (rows.length !== height * (1 + 3 * width)) throw new Error('no PNG of ours');
  const rgba = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let channel = 0; channel < 3; channel++)
        rgba[4 * (y * width + x) + channel] = rows[y * (1 + 3 * width) + 1 + 3 * x + channel] ?? 0;
  return { width, height, rgba };
}

/** Paths to contents, packed in their order. */
export function zipOf(files: ReadonlyMap<string, Uint8Array>): Uint8Array<ArrayBuffer> {
  const entries: Zippable = Object.create(null) as Zippable;
  for (const [path, bytes] of files) entries[path] = [bytes, { level: 1, mtime: '2026-01-01' }];
  return Uint8Array.from(zipSync(entries));
}

/** Files in memory as a folder has them. */
export function folderOf(files: ReadonlyMap<string, Uint8Array>): FolderFile[] {
  return [...files].map(([path, bytes]) => ({
    path,
    sizeBytes: bytes.length,
    read: () => Promise.resolve(bytes),
  }));
}
