/** @file Drawing activation maps on a canvas: channels side by side in two rows. */
import type { ActivationMaps } from '../spec/inspect.ts';

const COLUMNS = 8;
const GAP_PX = 1;

type Rgba = readonly [red: number, green: number, blue: number, alpha: number];

/** Dark lowest, light highest, on the scale of all bit-widths. */
export function drawMaps(
  canvas: HTMLCanvasElement,
  maps: ActivationMaps,
  values: Float32Array,
): void {
  const { lowest, highest } = maps;
  const span = highest - lowest || 1;
  drawTiles(canvas, maps, (i) => {
    const grey = 255 * (((values[i] ?? lowest) - lowest) / span);
    return [grey, grey, grey, 255];
  });
}

/** Orange where more than the reference, blue where less; full at half the scale. */
export function drawDifference(
  canvas: HTMLCanvasElement,
  maps: ActivationMaps,
  values: Float32Array,
  reference: Float32Array,
): void {
  const half = (maps.highest - maps.lowest || 1) / 2;
  drawTiles(canvas, maps, (i) => {
    const difference = (values[i] ?? 0) - (reference[i] ?? 0);
    const alpha = 255 * Math.min(Math.sqrt(Math.abs(difference) / half), 1);
    return difference > 0 ? [240, 130, 30, alpha] : [50, 120, 235, alpha];
  });
}

function drawTiles(
  canvas: HTMLCanvasElement,
  { channels, height, width }: ActivationMaps,
  colorOf: (at: number) => Rgba,
): void {
  const columns = Math.min(channels, COLUMNS);
  const rows = Math.ceil(channels / columns);
  canvas.width = columns * (width + GAP_PX) - GAP_PX;
  canvas.height = rows * (height + GAP_PX) - GAP_PX;
  const context = canvas.getContext('2d');
  if (!context) return;
  const tile = new ImageData(width, height);
  for (let k = 0; k < channels; k++) {
    for (let i = 0; i < width * height; i++) {
      tile.data.set(colorOf(k * width * height + i), 4 * i);
    }
    const left = (k % columns) * (width + GAP_PX);
    context.putImageData(tile, left, Math.floor(k / columns) * (height + GAP_PX));
  }
}
