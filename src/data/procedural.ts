/**
 * @file The built-in image set: ten things drawn from a seed.
 *
 * The same options give the same bytes in every browser: only exactly rounded arithmetic is used.
 * Train and test are two streams of one seed; within a split the classes are balanced to within
 * one image and shuffled. How hard the set is, and how that was measured: docs/data.md.
 */
import { SpecError } from '../util/errors.ts';
import { Rng } from '../util/rng.ts';
import type { DataProgress, Dataset, ImageSplit } from './dataset.ts';
import { Canvas } from './procedural/canvas.ts';
import { drawPicture } from './procedural/picture.ts';
import { SHAPE_CLASSES } from './procedural/shapes.ts';

export interface ProceduralOptions {
  readonly seed: number;
  readonly trainCount: number;
  readonly testCount: number;
  /** In pixels, 16 to 128; default 32. */
  readonly width?: number;
  /** In pixels, 16 to 128; default 32. */
  readonly height?: number;
  /** The first so many of the ten classes, 2 to 10; default 10. */
  readonly classCount?: number;
}

/** Pictures drawn between two reports of progress. */
const REPORT_EVERY = 250;
const MAX_COUNT = 100_000;

function requireInteger(field: string, value: number, low: number, high: number): void {
  if (!Number.isInteger(value) || value < low || value > high)
    throw new SpecError(
      `generateProcedural: ${field} must be a whole number from ${low} to ${high}, got ${value}`,
    );
}

/**
 * Draw the built-in set.
 *
 * @returns images of shape [count, height, width, 3]
 * @throws SpecError if an option is out of bounds
 */
export function generateProcedural(options: ProceduralOptions, onProgress?: DataProgress): Dataset {
  const { seed, trainCount, testCount, width = 32, height = 32, classCount = 10 } = options;
  requireInteger('seed', seed, 0, 0xffffffff);
  requireInteger('trainCount', trainCount, 1, MAX_COUNT);
  requireInteger('testCount', testCount, 1, MAX_COUNT);
  requireInteger('width', width, 16, 128);
  requireInteger('height', height, 16, 128);
  requireInteger('classCount', classCount, 2, SHAPE_CLASSES.length);
  const classes = SHAPE_CLASSES.slice(0, classCount);
  const canvas = new Canvas(width, height);
  const total = trainCount + testCount;
  let done = 0;

  const drawSplit = (name: string, count: number): ImageSplit => {
    const images = new Uint8Array(count * width * height * 3);
    const labels = new Uint8Array(count);
    for (let i = 0; i < count; i++) labels[i] = i % classCount;
    new Rng(seed).fork(`${name} labels`).shuffle(labels);
    const rng = new Rng(seed).fork(`${name} pictures`);
    labels.forEach((label, i) => {
      const shapeClass = classes[label];
      if (shapeClass === undefined) throw new Error(`internal: no class ${label}`);
      drawPicture(rng, canvas, shapeClass, images, i * width * height * 3);
      done++;
      if (done % REPORT_EVERY === 0 || done === total) onProgress?.(done, total, 'drawing');
    });
    return { count, images, labels };
  };

  return {
    name: 'shapes',
    width,
    height,
    channels: 3,
    classNames: classes.map((shapeClass) => shapeClass.name),
    train: drawSplit('train', trainCount),
    test: drawSplit('test', testCount),
    source: `Drawn by this lab from seed ${seed}.`,
  };
}
