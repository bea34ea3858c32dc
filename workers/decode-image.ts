/** @file The browser's image decoders, in a worker; and files read piece by piece. */
import type { DecodedImage } from '../src/data/folders/folder-file.ts';
import type { ByteSource } from '../src/data/formats/zip.ts';
import { SpecError } from '../src/util/errors.ts';

/** Entries of an archive mostly lie in the order they are asked for. */
const AHEAD_BYTES = 4 * 2 ** 20;

/**
 * Decode PNG, JPEG, WebP, GIF (its first picture) or BMP, turned as its camera says; what is
 * transparent becomes white. Colour profiles are not applied.
 *
 * @throws what the browser throws for a file that is no image
 */
export async function decodeImage(bytes: Uint8Array): Promise<DecodedImage> {
  const bitmap = await createImageBitmap(new Blob([Uint8Array.from(bytes)]), {
    colorSpaceConversion: 'none',
  });
  try {
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext('2d', {
      willReadFrequently: true,
    });
    if (!context) throw new SpecError('image: expected a browser that draws on a canvas, got none');
    context.fillStyle = '#fff';
    context.fillRect(0, 0, width, height);
    context.drawImage(bitmap, 0, 0);
    return { width, height, rgba: context.getImageData(0, 0, width, height).data };
  } finally {
    bitmap.close();
  }
}

/** A file as bytes at random; what lies ahead is read along. */
export function fileSource(file: File): ByteSource {
  let window = new Uint8Array(0);
  let from = 0;
  return {
    name: file.name,
    length: file.size,
    async slice(start, end) {
      if (start < from || end > from + window.length) {
        const until = Math.max(end, Math.min(file.size, start + AHEAD_BYTES));
        window = new Uint8Array(await file.slice(start, until).arrayBuffer());
        from = start;
      }
      return window.subarray(start - from, end - from);
    },
  };
}
