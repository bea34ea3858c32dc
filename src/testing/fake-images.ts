/** @file Cheap made-up images: a disc, a bar or a checker a class, on a ground of its own hue. */
import type { ImagePreview } from '../rpc/data-api.ts';
import type { DatasetInfo } from '../spec/run.ts';
import { Rng } from '../util/rng.ts';

const SIDE = 32;

export const FAKE_CLASSES = [
  'disc',
  'ring',
  'square',
  'triangle',
  'star',
  'cross',
  'stripes',
  'checker',
  'dots',
  'wave',
];

export function fakeDatasetInfo(id: string, train: number, test: number): DatasetInfo {
  return {
    id,
    name: 'Shapes and textures',
    source: 'Drawn in this page from seed 1',
    width: SIDE,
    height: SIDE,
    channels: 3,
    classNames: FAKE_CLASSES,
    train,
    test,
    trainCounts: FAKE_CLASSES.map(() => Math.round(train / 10)),
    testCounts: FAKE_CLASSES.map(() => Math.round(test / 10)),
    checksum: 'b3f1c29a',
    bytes: (train + test) * SIDE * SIDE * 3,
    createdAt: 1_700_000_000_000,
  };
}

export function fakePreview(count: number, seed = 1): ImagePreview {
  const rng = new Rng(seed);
  const rgba = new Uint8ClampedArray(count * SIDE * SIDE * 4);
  const labels: number[] = [];
  for (let i = 0; i < count; i++) {
    const label = i % FAKE_CLASSES.length;
    labels.push(label);
    const ground = [rng.int(200), rng.int(200), rng.int(200)];
    const figure = [55 + rng.int(200), 55 + rng.int(200), 55 + rng.int(200)];
    const [cx, cy, r] = [rng.uniform(11, 21), rng.uniform(11, 21), rng.uniform(6, 12)];
    for (let y = 0; y < SIDE; y++)
      for (let x = 0; x < SIDE; x++) {
        const colour = isInside(label, x - cx, y - cy, r) ? figure : ground;
        const at = ((i * SIDE + y) * SIDE + x) * 4;
        for (let c = 0; c < 3; c++) rgba[at + c] = (colour[c] ?? 0) + rng.normal(0, 12);
        rgba[at + 3] = 255;
      }
  }
  return { width: SIDE, height: SIDE, rgba, labels, indices: labels.map((_, i) => i) };
}

function isInside(label: number, x: number, y: number, r: number): boolean {
  const d = Math.hypot(x, y);
  switch (label) {
    case 0:
      return d < r;
    case 1:
      return d < r && d > r * 0.6;
    case 2:
      return Math.max(Math.abs(x), Math.abs(y)) < r * 0.8;
    case 3:
      return y < r * 0.6 && y > 2 * Math.abs(x) - r;
    case 4:
      return d < r * (0.65 + 0.35 * Math.cos(5 * Math.atan2(y, x)));
    case 5:
      return Math.min(Math.abs(x), Math.abs(y)) < r * 0.3 && d < r;
    case 6:
      return Math.sin(x + y) > 0;
    case 7:
      return Math.sin(x * 0.7) * Math.sin(y * 0.7) > 0;
    case 8:
      return Math.hypot((x + 64) % 7, (y + 64) % 7) < 3;
    default:
      return Math.sin(x * 0.5 + Math.sin(y * 0.4) * 2) > 0.2;
  }
}
