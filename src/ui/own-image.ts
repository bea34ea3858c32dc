/** @file An image of the reader's at the size a network reads: cropped, scaled, never sent. */
import { SpecError } from '../util/errors.ts';

/** What a phone's camera makes is a few megabytes. */
const MOST_BYTES = 25 * 2 ** 20;

export interface ImageSize {
  readonly width: number;
  readonly height: number;
  /** 1: grey. */
  readonly channels: number;
}

export interface ScaledImage {
  readonly width: number;
  readonly height: number;
  /** shape [height, width, channels], 0 to 255 */
  readonly pixels: Uint8Array;
  /** As the network sees it, shape [height, width, 4]. */
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

/** The largest part around the middle that has the shape of `to`. */
export function cropOf(
  from: Pick<ImageSize, 'width' | 'height'>,
  to: Pick<ImageSize, 'width' | 'height'>,
): { readonly x: number; readonly y: number; readonly width: number; readonly height: number } {
  const scale = Math.min(from.width / to.width, from.height / to.height);
  const width = to.width * scale;
  const height = to.height * scale;
  return { x: (from.width - width) / 2, y: (from.height - height) / 2, width, height };
}

/** Channels of a network from opaque RGBA; grey by Rec. 601 luma. */
export function pixelsOf(rgba: Uint8ClampedArray, channels: number): Uint8Array {
  const pixels = new Uint8Array((rgba.length / 4) * channels);
  for (let i = 0; i < rgba.length / 4; i++) {
    const [r = 0, g = 0, b = 0] = rgba.subarray(4 * i, 4 * i + 3);
    if (channels === 1) pixels[i] = Math.round(0.299 * r + 0.587 * g + 0.114 * b);
    else pixels.set([r, g, b], 3 * i);
  }
  return pixels;
}

/** Crop and scale what is on a canvas, in a picture or in a video. What is transparent is white. */
export function scaledImage(
  source: CanvasImageSource,
  from: Pick<ImageSize, 'width' | 'height'>,
  to: ImageSize,
): ScaledImage {
  const { width, height, channels } = to;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new SpecError('image: expected a browser that draws on a canvas, got none');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = 'high';
  const crop = cropOf(from, to);
  context.drawImage(source, crop.x, crop.y, crop.width, crop.height, 0, 0, width, height);
  const rgba = context.getImageData(0, 0, width, height).data;
  const pixels = pixelsOf(rgba, channels);
  if (channels === 1) pixels.forEach((grey, i) => rgba.fill(grey, 4 * i, 4 * i + 3));
  return { width, height, pixels, rgba: new Uint8ClampedArray(rgba) };
}

/** @throws SpecError for what is no picture, or too large a file */
export async function imageOfFile(file: File, to: ImageSize): Promise<ScaledImage> {
  const name = file.name.slice(0, 60);
  if (file.size > MOST_BYTES) {
    throw new SpecError(
      `${name}: expected a picture of at most ${MOST_BYTES / 2 ** 20} MB, got ${(file.size / 2 ** 20).toFixed(0)} MB`,
    );
  }
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    throw new SpecError(
      `${name}: expected a picture as PNG, JPEG or WebP, got ${file.type || 'a file of no known kind'} that cannot be read`,
    );
  }
  try {
    return scaledImage(bitmap, bitmap, to);
  } finally {
    bitmap.close();
  }
}
