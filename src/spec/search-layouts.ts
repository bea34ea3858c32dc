/** @file The macro layouts that a search recipe can name. */
import type { SearchSpace } from './search-space.ts';

export const LAYOUT_NAMES = ['lab', 'cifar', 'imagenet'] as const;
export type LayoutName = (typeof LAYOUT_NAMES)[number];

/** FBNet, Table 2: kernel 3 or 5 × expansion 1, 1 in two groups, 3 or 6; and skip. */
export const FBNET_CHOICES = [
  'k3_e1',
  'k3_e1_g2',
  'k3_e3',
  'k3_e6',
  'k5_e1',
  'k5_e1_g2',
  'k5_e3',
  'k5_e6',
  'skip',
];

/** Channels, repeats, stride of the first. */
type Stage = readonly [out: number, repeats: number, stride: 1 | 2];

function blocksOf(stages: readonly Stage[]): SearchSpace['blocks'] {
  return stages.flatMap(([out, repeats, stride]) =>
    Array.from({ length: repeats }, (_, i) => ({ out, stride: i === 0 ? stride : (1 as const) })),
  );
}

const CHANNELS = [16, 24, 32, 64, 112, 184, 352] as const;
const REPEATS = [1, 4, 4, 4, 4, 4, 1] as const;
const HEAD = 1504;

/** FBNet's 22 blocks; strides are of the first block of each stage. */
function fbnet(strides: readonly (1 | 2)[]): SearchSpace['blocks'] {
  return blocksOf(CHANNELS.map((out, i): Stage => [out, REPEATS[i] ?? 1, strides[i] ?? 1]));
}

/** @returns a fresh space */
export function namedLayout(name: LayoutName): SearchSpace {
  const choices = [...FBNET_CHOICES];
  switch (name) {
    // Ours: seven blocks at 16×16, 8×8 and 4×4, for minutes in a browser.
    case 'lab':
      return {
        name,
        input: { height: 32, width: 32, channels: 3 },
        classes: 10,
        stem: { out: 16, stride: 2 },
        blocks: blocksOf([
          [24, 2, 1],
          [32, 2, 2],
          [48, 2, 2],
          [64, 1, 1],
        ]),
        head: 128,
        choices,
      };
    // InstantNet's settings for CIFAR-10 and CIFAR-100.
    case 'cifar':
      return {
        name,
        input: { height: 32, width: 32, channels: 3 },
        classes: 100,
        stem: { out: 16, stride: 1 },
        blocks: fbnet([1, 1, 2, 2, 1, 2, 1]),
        head: HEAD,
        choices,
      };
    // FBNet, Table 1.
    case 'imagenet':
      return {
        name,
        input: { height: 224, width: 224, channels: 3 },
        classes: 1000,
        stem: { out: 16, stride: 2 },
        blocks: fbnet([1, 2, 2, 2, 1, 2, 1]),
        head: HEAD,
        choices,
      };
    default:
      return name satisfies never;
  }
}
