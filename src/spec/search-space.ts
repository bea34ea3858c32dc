/**
 * @file A search space as plain data: a macro layout whose blocks are each one of several choices.
 *
 * After FBNet (Wu et al., CVPR 2019, Tables 1 and 2), which InstantNet searches too: stem, searchable
 * blocks of given width and stride, 1×1 head, classifier. Stem, head and classifier stay at 32 bits.
 */
import * as v from 'valibot';
import { SpecError } from '../util/errors.ts';
import { listOf } from './list.ts';
import { blockLayers } from './model.ts';
import type { BlockSpec, ImageShape, ModelLayer, ModelSpec } from './model.ts';
import { parse } from './parse.ts';

/** `k<kernel>_e<expansion>`, with `_g2` for two groups and a channel shuffle; or `skip`. */
const CHOICE = /^(?:k([357])_e(\d{1,2})(_g2)?|skip)$/;

export const MOST_BLOCKS = 64;
/** Of each block. */
export const MOST_CHOICES = 32;

const channels = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4096));
const stride = v.picklist([1, 2]);

export const searchSpaceSchema = v.strictObject({
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(80)),
  input: v.strictObject({
    height: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1024)),
    width: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1024)),
    channels: v.picklist([1, 3]),
  }),
  classes: v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(1000)),
  stem: v.strictObject({ out: channels, stride }),
  /** Those that are searched. */
  blocks: listOf(v.strictObject({ out: channels, stride }), MOST_BLOCKS, 1),
  /** Output channels of the 1×1 convolution before the pool. */
  head: channels,
  /** The same for every block. */
  choices: v.pipe(
    listOf(
      v.pipe(v.string(), v.regex(CHOICE, 'expected k3_e6, k5_e1_g2, skip or the like')),
      MOST_CHOICES,
      1,
    ),
    v.check((list) => new Set(list).size === list.length, 'expected each choice once'),
  ),
});

export type SearchSpace = v.InferOutput<typeof searchSpaceSchema>;

/** One choice for one block. */
export interface BlockOption {
  readonly choice: string;
  /** null: the identity, no layer at all. */
  readonly block: BlockSpec | null;
  /** With names of their own: `block3.k3_e6.expand`. */
  readonly layers: readonly ModelLayer[];
}

export interface SpaceBlock {
  readonly input: ImageShape;
  readonly output: ImageShape;
  readonly options: readonly BlockOption[];
}

/** A space with every shape resolved. */
export interface SpaceLayers {
  readonly stem: ModelLayer;
  readonly blocks: readonly SpaceBlock[];
  readonly head: ModelLayer;
  readonly classifier: ModelLayer;
}

/** Index of the choice of each block. */
export type Picks = readonly number[];

/**
 * Check a space from outside.
 * @throws SpecError naming the field, what was expected and what came
 */
export function parseSearchSpace(value: unknown): SearchSpace {
  const space = parse(searchSpaceSchema, value, 'space');
  spaceLayers(space);
  return space;
}

const stemOf = ({ stem }: SearchSpace): BlockSpec => ({
  kind: 'conv',
  ...stem,
  kernel: 3,
  relu: true,
  quantized: false,
});

const headOf = ({ head }: SearchSpace): BlockSpec => ({
  kind: 'conv',
  out: head,
  kernel: 1,
  stride: 1,
  relu: true,
  quantized: false,
});

const CLASSIFIER: BlockSpec = { kind: 'classifier' };

/**
 * A choice at a block. `skip` is the identity; where the block changes the shape, it is a 1×1
 * convolution with batch norm, so that every block has the same choices (ours).
 */
function blockOf(
  choice: string,
  at: SearchSpace['blocks'][number],
  input: ImageShape,
): BlockSpec | null {
  const [, kernel, expand, groups] = CHOICE.exec(choice) ?? [];
  if (kernel === undefined || expand === undefined) {
    if (at.stride === 1 && at.out === input.channels) return null;
    return { kind: 'conv', ...at, kernel: 1, relu: false, quantized: true };
  }
  return {
    kind: 'mbconv',
    ...at,
    expand: Number(expand),
    kernel: Number(kernel) as 3 | 5 | 7,
    ...(groups === undefined ? {} : { groups: 2 as const }),
    alwaysExpands: true,
  };
}

/**
 * Resolve all shapes.
 * @throws SpecError when groups do not divide channels, or the last block keeps its shape: a skip
 *         there would change how wide the block before stores its output, and costs would not add up
 */
export function spaceLayers(space: SearchSpace): SpaceLayers {
  const { classes } = space;
  const stem = blockLayers(stemOf(space), 0, 'stem', space.input, classes);
  let input = stem.output;
  const blocks = space.blocks.map((at, i): SpaceBlock => {
    const index = i + 1;
    const options = space.choices.map((choice): BlockOption => {
      const block = blockOf(choice, at, input);
      const name = `block${index}.${choice}`;
      const layers = block === null ? [] : blockLayers(block, index, name, input, classes).layers;
      return { choice, block, layers };
    });
    const extent = (size: number): number => Math.floor((size - 1) / at.stride) + 1;
    const output = {
      height: extent(input.height),
      width: extent(input.width),
      channels: at.out,
    };
    const result = { input, output, options };
    input = output;
    return result;
  });
  if (blocks.at(-1)?.options.some(({ block }) => block === null) === true) {
    throw new SpecError(
      'space.blocks: expected a last block that changes channels or size, got one that a skip would leave out',
    );
  }
  const head = blockLayers(headOf(space), blocks.length + 1, 'head', input, classes);
  const end = blockLayers(CLASSIFIER, blocks.length + 2, 'classifier', head.output, classes);
  return {
    stem: only(stem.layers),
    blocks,
    head: only(head.layers),
    classifier: only(end.layers),
  };
}

function only(layers: readonly ModelLayer[]): ModelLayer {
  const [layer] = layers;
  if (layer === undefined) throw new Error('internal: a block without layers');
  return layer;
}

/** Networks in the space: the product of the choices of each block. */
export function spaceSize(space: SearchSpace): number {
  return space.choices.length ** space.blocks.length;
}

/** Every network of a space. @yields picks, the last block changing fastest */
export function* allPicks(space: SearchSpace): Generator<Picks> {
  const count = space.choices.length;
  const size = spaceSize(space);
  for (let n = 0; n < size; n++) {
    const picks: number[] = [];
    for (let rest = n, i = 0; i < space.blocks.length; i++, rest = Math.floor(rest / count)) {
      picks.unshift(rest % count);
    }
    yield picks;
  }
}

/**
 * The network that some picks make. Identities leave no block.
 * @throws SpecError unless there is a pick for each block
 */
export function networkOf(space: SearchSpace, picks: Picks, name = space.name): ModelSpec {
  const { blocks } = spaceLayers(space);
  if (picks.length !== blocks.length) {
    throw new SpecError(
      `networkOf: expected a pick for each of ${blocks.length} blocks, got ${picks.length}`,
    );
  }
  const chosen = blocks.flatMap(({ options }, i): BlockSpec[] => {
    const option = options[picks[i] ?? -1];
    if (option === undefined) {
      throw new SpecError(
        `networkOf: expected a choice from 0 to ${options.length - 1} at block ${i}, got ${String(picks[i])}`,
      );
    }
    return option.block === null ? [] : [option.block];
  });
  return {
    name,
    input: space.input,
    classes: space.classes,
    blocks: [stemOf(space), ...chosen, headOf(space), CLASSIFIER],
  };
}
