/** @file What the controls and figures of the data bench and of the store are. */
import { NO_UNIT, ours } from './entry.ts';
import type { HelpText } from './entry.ts';

export const DATA_HELP = {
  builtIn: {
    text: 'Ten classes of shapes and textures, 32 × 32 pixels in colour, drawn here from a seed: position, size, rotation, light, clutter and noise vary. The same seed always draws the same images.',
    unit: NO_UNIT,
    source: ours('docs/data.md, src/data/procedural'),
  },
  ownFiles: {
    text: 'A folder, or a .zip, with a folder of images for each class (PNG, JPEG, WebP, GIF, BMP; with train and test folders above them if there are such; Tiny ImageNet as it is); CIFAR-10 or CIFAR-100 (the binary version, as .bin files or .tar.gz); IDX files such as MNIST (with or without .gz). They are read on this device, kept in this browser and sent nowhere.',
    unit: NO_UNIT,
    source: 'CIFAR: Krizhevsky 2009; IDX: LeCun et al., MNIST; Tiny ImageNet: Stanford CS231n',
  },
  collect: {
    text: 'Classes of your own: image files, drawings and pictures from the camera, kept in this browser as you add them and sent nowhere. Each is cut to the square in its middle. When there are enough, they become a dataset like any other.',
    unit: NO_UNIT,
    source: ours('docs/data.md'),
  },
  imageSide: {
    text: 'Pictures of any size are cut to the largest square in their middle and averaged down to this many pixels a side, each pixel the mean of the area that it covers. More pixels show more and train slower, by their square.',
    unit: 'pixels a side',
    source: ours('src/data/folders/average.ts'),
  },
  testShare: {
    text: 'Part of each class that is kept for testing, drawn by the seed. Where the folders say which images are for testing, they decide.',
    unit: 'percent of each class',
    source: ours('src/data/folders/share.ts'),
  },
  mostPerClass: {
    text: 'Where a class has more images, so many are drawn by the seed; in the train folder and the test folder each, where there are such.',
    unit: 'images',
    source: ours('src/data/folders/share.ts'),
  },
  seed: {
    text: 'Where all randomness starts. The same settings and seed on the same backend give the same result, bit for bit.',
    unit: NO_UNIT,
    source: ours('src/util/rng.ts'),
  },
  trainImages: {
    text: 'Images that the network learns from.',
    unit: 'images',
    source: ours('docs/data.md'),
  },
  testImages: {
    text: 'Images kept back: accuracy is measured on these, which the network never learns from.',
    unit: 'images',
    source: ours('docs/data.md'),
  },
  preview: {
    text: 'Some of the training images, by class, as they are stored; and how many there are of each class.',
    unit: 'images for each class',
    source: 'The dataset that is chosen',
  },
  storage: {
    text: 'Runs, weights and datasets kept by this page in this browser. Nothing is stored anywhere else. The lab asks the browser to keep it safe; where the browser does not, it may clear all of it when the disk runs low. When the disk is full, training goes on in memory and older automatic checkpoints make room first; nothing you have named goes without being asked for.',
    unit: 'bytes',
    source: ours('docs/durability.md'),
  },
} as const satisfies Record<string, HelpText>;
