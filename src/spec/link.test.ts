import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { anyBitWidths, anyRecipe } from '../testing/any-recipe.ts';
import { SpecError } from '../util/errors.ts';
import {
  BACKEND_CHOICES,
  LINK_DEFAULTS,
  MAX_LINK_CHARS,
  METRIC_CHOICES,
  MODES,
  PANELS,
  readLink,
  writeLink,
} from './link.ts';
import type { LinkShown, LinkState } from './link.ts';
import { parseSearchRecipe, SEARCH_METHODS } from './search-recipe.ts';
import type { SearchSetup } from './search-recipe.ts';

const anyShown: fc.Arbitrary<LinkShown> = fc
  .record({
    backend: fc.constantFrom(...BACKEND_CHOICES),
    bench: fc.constantFrom('data', 'train', 'map', 'trade'),
    network: fc.constantFrom('run', 'network:alexnet', 'model:tiny'),
    mapWidths: anyBitWidths,
    bits: fc.constantFrom(null, 2, 7, 16, 32),
    metric: fc.constantFrom(...METRIC_CHOICES),
    mode: fc.constantFrom(...MODES),
    panels: fc.shuffledSubarray([...PANELS], { minLength: 1 }),
  })
  .map((shown) => structuredClone(shown));

const anySearch: fc.Arbitrary<SearchSetup> = fc
  .record({
    recipe: anyRecipe,
    methods: fc.subarray([...SEARCH_METHODS], { minLength: 1 }),
    target: fc.integer({ min: 1, max: 1e9 }),
    epochs: fc.integer({ min: 7, max: 1000 }),
    hasAnchor: fc.boolean(),
    paths: fc.constantFrom('all' as const, { weights: 3, architecture: 4 }),
    lambda: fc.constantFrom(
      { kind: 'fixed' as const, value: 0.5 },
      { kind: 'steered' as const, initial: 1, low: 0.9, high: 1.1, factor: 1.5 },
      { kind: 'multiplier' as const, initial: 1, rate: 0.05, damping: 0 },
    ),
  })
  .map(({ recipe, methods, target, epochs, hasAnchor, paths, lambda }) => {
    const { model: _model, dataset: _images, ...rest } = recipe;
    const { anchor, ...search } = LINK_DEFAULTS.nas.search;
    const cost = { ...search.cost, target };
    return structuredClone({
      ...rest,
      search: {
        ...{ ...search, methods, cost, epochs, paths, lambda },
        ...(hasAnchor && anchor ? { anchor: { ...anchor, epochs: 1 + (epochs % 10) } } : {}),
      },
    });
  });

const withField = (field: string): string => `v=1&${field}`;
const stateOf = (hash: string): LinkState => {
  const read = readLink(hash);
  if (read.kind !== 'link') throw new Error(`no link: ${hash}`);
  return read.state;
};

describe('a share link', () => {
  it('brings any valid set-up back as it was', () => {
    fc.assert(
      fc.property(anyRecipe, anyShown, (recipe, shown) => {
        const state = { recipe, nas: LINK_DEFAULTS.nas, shown };
        const read = readLink(`#${writeLink(state)}`);
        expect(read).toStrictEqual({ kind: 'link', state, unknown: [] });
      }),
      { numRuns: 500 },
    );
  });

  it('survives an address bar, which encodes what it likes', () => {
    fc.assert(
      fc.property(anyRecipe, (recipe) => {
        const state = { ...LINK_DEFAULTS, recipe };
        const url = new URL(`https://lab.example/#${writeLink(state)}`);
        expect(stateOf(url.hash)).toStrictEqual(state);
      }),
      { numRuns: 100 },
    );
  });

  it('leaves defaults out and is read by people', () => {
    expect(writeLink(LINK_DEFAULTS)).toBe('v=1');
    const { recipe, nas, shown } = LINK_DEFAULTS;
    const training = { ...recipe.training, epochs: 3 };
    const text = writeLink({
      nas,
      recipe: { ...recipe, training, model: 'tiny' },
      shown: { ...shown, bench: 'trade', bits: 4 },
    });
    expect(text).toBe('v=1&bench=trade&bits=4&model=tiny&training.epochs=3');
  });

  // written by version 1 and out there: what it means may never change
  it('goes on to mean what it meant', () => {
    expect(
      stateOf('#v=1&bench=map&network=network:alexnet&mapWidths=%5B4,8%5D&training.beta=0.1'),
    ).toEqual({
      nas: LINK_DEFAULTS.nas,
      recipe: {
        version: 1,
        name: 'quick',
        seed: 1,
        dataset: { kind: 'procedural', seed: 1, train: 6000, test: 1000 },
        model: 'quick',
        bitWidths: [2, 4, 8, 32],
        training: {
          method: 'cdt',
          quantizer: 'sbm',
          beta: 0.1,
          distillOn: 'logits',
          epochs: 6,
          batchSize: 64,
          learningRate: 0.1,
          finalLearningRate: 0,
          warmupEpochs: 1,
          momentum: 0.9,
          weightDecay: 0.0005,
          labelSmoothing: 0,
          pretrainEpochs: 0,
          augmentation: { flip: false, padCrop: 0 },
        },
        mapping: { accelerator: 'eyeriss', objective: 'edp', evaluationsPerLayer: 3000 },
      },
      shown: {
        backend: 'auto',
        bench: 'map',
        network: 'network:alexnet',
        mapWidths: [4, 8],
        bits: null,
        metric: 'energy',
        mode: 'lab',
        panels: ['widths', 'trade', 'image', 'train', 'map', 'layer'],
      },
    });
  });

  it('brings any valid search back as it was', () => {
    fc.assert(
      fc.property(anySearch, (nas) => {
        const state = { ...LINK_DEFAULTS, nas };
        expect(stateOf(writeLink(state))).toStrictEqual(state);
      }),
      { numRuns: 200 },
    );
  });

  it('names the fields of a search one by one', () => {
    const { nas } = LINK_DEFAULTS;
    const cost = { ...nas.search.cost, target: 1e6 };
    const text = writeLink({
      ...LINK_DEFAULTS,
      nas: { ...nas, bitWidths: [4, 32], search: { ...nas.search, cost, methods: ['random'] } },
    });
    expect(text).toBe(
      'v=1&nas.bitWidths=%5B4,32%5D&nas.search.methods=%5B%22random%22%5D&nas.search.cost.target=1000000',
    );
    const read = readLink(`#${withField('nas.search.epochs=12&nas.search.glow=1&nas.model=tiny')}`);
    expect(read).toMatchObject({
      kind: 'link',
      state: { nas: { search: { epochs: 12 } } },
      unknown: ['nas.search.glow', 'nas.model'],
    });
  });

  it.each(['sp-nas-quick', 'sp-nas-edp', 'sp-nas-paper'])('holds the search %s', (name) => {
    const file = new URL(`../../recipes/searches/${name}.json`, import.meta.url);
    const recipe = parseSearchRecipe(JSON.parse(readFileSync(file, 'utf8')));
    const { dataset: _images, ...nas } = recipe;
    expect(stateOf(writeLink({ ...LINK_DEFAULTS, nas })).nas).toStrictEqual(nas);
  });

  it('is told from the plain name of a bench', () => {
    expect(readLink('#train')).toEqual({ kind: 'bench', bench: 'train' });
    expect(readLink('')).toEqual({ kind: 'none' });
    expect(readLink('#%00')).toEqual({ kind: 'none' });
  });

  it('names the fields that this lab does not know, and takes the others', () => {
    const read = readLink(
      `#${withField('training.epochs=2&training.magic=1&hue=red&__proto__=1')}`,
    );
    expect(read).toMatchObject({
      kind: 'link',
      state: { recipe: { training: { epochs: 2 } } },
      unknown: ['training.magic', 'hue', '__proto__'],
    });
    expect('magic' in stateOf(withField('training.magic=1')).recipe.training).toBe(false);
  });

  it.each([
    ['training.epochs=2', /expected version 1, got none/],
    ['v=2&training.epochs=2', /expected version 1, got 2/],
    [withField('training.epochs=0'), /recipe\.training\.epochs: expected at least 1, got 0/],
    [withField('training.epochs=1e999'), /recipe\.training\.epochs/],
    [withField('training.epochs=two'), /recipe\.training\.epochs: expected a number, got "two"/],
    [withField('bitWidths=[4,2]'), /ascending/],
    [withField('training={"epochs":1}'), /recipe\.training\.\w+/],
    [withField('training=5&training.beta=1'), /link\.training\.beta: expected fields of training/],
    [withField('dataset.train=900000'), /recipe\.dataset\.train/],
    [withField('mode=fullscreen'), /link\.mode/],
    [withField('nas.search.epochs=0'), /link\.nas\.search\.epochs: expected at least 1, got 0/],
    [withField('nas.search.space=nowhere'), /link\.nas\.search\.space/],
    [withField('nas.search.anchor.choice=k9_e9'), /link\.nas\.search\.anchor\.choice/],
    [
      withField('nas.search.paths=all&nas.search.paths.weights=2'),
      /expected fields of search\.paths/,
    ],
    [withField('panels=["map","map"]'), /each panel once/],
    [withField('seed=1&seed=2'), /expected seed once/],
    [
      withField('dataset={"kind":"procedural","seed":1,"train":64,"test":10,"x":1}'),
      /recipe\.dataset\.x/,
    ],
    [withField(`name=${'x'.repeat(MAX_LINK_CHARS)}`), /at most 65536 characters/],
  ])('refuses what is damaged or out of range: %#', (hash, sentence) => {
    expect(() => readLink(hash)).toThrow(SpecError);
    expect(() => readLink(hash)).toThrow(sentence);
  });

  it('refuses to write what no address can hold', () => {
    const { recipe } = LINK_DEFAULTS;
    const longName = 'x'.repeat(MAX_LINK_CHARS);
    expect(() => writeLink({ ...LINK_DEFAULTS, recipe: { ...recipe, name: longName } })).toThrow(
      /save the recipe as a file/,
    );
  });
});
