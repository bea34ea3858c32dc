/** @file What the controls and figures of the data bench and of the store are. */
import { NO_UNIT, ours } from './entry.ts';
import type { HelpText } from './entry.ts';

export const DATA_HELP = {
  builtIn: {
    title: 'Built-in images',
    text: 'Ten classes of shapes and textures, 32 × 32 pixels in colour, drawn here from a seed: position, size, rotation, light, clutter and noise vary. The same seed always draws the same images.',
    unit: NO_UNIT,
    source: ours('docs/data.md, src/data/procedural'),
  },
  ownFiles: {
    title: 'Your own images',
    text: 'CIFAR-10 or CIFAR-100 (the binary version, as .bin files or .tar.gz) and IDX files such as MNIST (with or without .gz). They are read on this device, kept in this browser and sent nowhere.',
    unit: NO_UNIT,
    source: 'CIFAR: Krizhevsky 2009; IDX: LeCun et al., MNIST',
  },
  seed: {
    title: 'Seed',
    text: 'Where all randomness starts. The same settings and seed on the same backend give the same result, bit for bit.',
    unit: NO_UNIT,
    source: ours('src/util/rng.ts'),
  },
  trainImages: {
    title: 'Training images',
    text: 'Images that the network learns from.',
    unit: 'images',
    source: ours('docs/data.md'),
  },
  testImages: {
    title: 'Test images',
    text: 'Images kept back: accuracy is measured on these, which the network never learns from.',
    unit: 'images',
    source: ours('docs/data.md'),
  },
  preview: {
    title: 'The images',
    text: 'Some of the training images, by class, as they are stored; and how many there are of each class.',
    unit: 'images for each class',
    source: 'The dataset that is chosen',
  },
  storage: {
    title: 'Storage',
    text: 'Runs, weights and datasets kept by this page in this browser. Nothing is stored anywhere else. The lab asks the browser to keep it safe; where the browser does not, it may clear all of it when the disk runs low. When the disk is full, training goes on in memory and older automatic checkpoints make room first; nothing you have named goes without being asked for.',
    unit: 'bytes',
    source: ours('docs/durability.md'),
  },
} as const satisfies Record<string, HelpText>;
