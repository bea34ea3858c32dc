/** @file Drawing preview images on a canvas. */
import type { ImagePreview } from '../rpc/data-api.ts';

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
