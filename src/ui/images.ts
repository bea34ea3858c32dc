/** @file Drawing preview images on a canvas. */
import type { ImagePreview, RawPicture } from '../rpc/data-api.ts';

/** The images at `positions` of a preview, in a row with a transparent gap. */
export function drawStrip(
  canvas: HTMLCanvasElement,
  preview: ImagePreview,
  positions: readonly number[],
  gapPx: number,
): void {
  const { width, height, rgba } = preview;
  canvas.width = Math.max(1, positions.length * (width + gapPx) - gapPx);
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context) return;
  const bytes = width * height * 4;
  positions.forEach((at, i) => {
    const pixels = new Uint8ClampedArray(rgba.subarray(at * bytes, (at + 1) * bytes));
    context.putImageData(new ImageData(pixels, width, height), i * (width + gapPx), 0);
  });
}

/** Positions in the preview of each class's images, by label. */
export function positionsByLabel(preview: ImagePreview, classes: number): number[][] {
  const rows = Array.from({ length: classes }, (): number[] => []);
  preview.labels.forEach((label, at) => rows[label]?.push(at));
  return rows;
}

/** One image of shape [side, side, 3]. */
export function drawSquare(canvas: HTMLCanvasElement, pixels: Uint8Array, side: number): void {
  const image = new ImageData(side, side);
  image.data.fill(255);
  for (let from = 0, to = 0; from < pixels.length; from += 3, to += 4)
    image.data.set(pixels.subarray(from, from + 3), to);
  canvas.getContext('2d')?.putImageData(image, 0, 0);
}

/** What a canvas or a video shows now, shape [height, width, 4]. */
export function rawPicture(
  source: CanvasImageSource,
  { width, height }: { readonly width: number; readonly height: number },
): RawPicture {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('image: expected a browser that draws on a canvas, got none');
  context.drawImage(source, 0, 0, width, height);
  return { width, height, rgba: context.getImageData(0, 0, width, height).data };
}
