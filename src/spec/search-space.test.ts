import { describe, expect, it } from 'vitest';
import { TINY_SPACE } from '../testing/search-problems.ts';
import { modelLayers, modelTotals, parseModelSpec } from './model.ts';
import { LAYOUT_NAMES, namedLayout } from './search-layouts.ts';
import { allPicks, networkOf, parseSearchSpace, spaceLayers, spaceSize } from './search-space.ts';

describe('layouts', () => {
  it.each(LAYOUT_NAMES)('%s holds together, and its networks too', (name) => {
    const space = parseSearchSpace(namedLayout(name));
    const { blocks } = spaceLayers(space);
    for (const [option, choice] of space.choices.entries()) {
      const model = parseModelSpec(
        networkOf(
          space,
          blocks.map(() => option),
        ),
      );
      // The same layers, shape by shape, as the space says of this choice.
      const expected = blocks.flatMap(({ options }) => options[option]?.layers ?? []);
      const actual = modelLayers(model).slice(1, -2);
      expect(actual.length, choice).toBe(expected.length);
      actual.forEach((layer, i) => {
        const { name: _a, block: _b, ...shape } = layer;
        expect(expected[i]).toMatchObject(shape);
      });
    }
  });

  it('have the 22 blocks and the strides of the papers', () => {
    for (const [name, extents] of [
      ['cifar', [32, 32, 16, 8, 8, 4, 4]],
      ['imagenet', [112, 56, 28, 14, 14, 7, 7]],
    ] as const) {
      const { blocks } = spaceLayers(namedLayout(name));
      expect(blocks).toHaveLength(22);
      const ends = [0, 4, 8, 12, 16, 20, 21].map((i) => blocks[i]?.output);
      expect(ends.map((end) => end?.height)).toEqual(extents);
      expect(ends.map((end) => end?.channels)).toEqual([16, 24, 32, 64, 112, 184, 352]);
    }
    expect(namedLayout('cifar').choices).toHaveLength(9);
  });

  it('for the lab is small enough for minutes', () => {
    const space = namedLayout('lab');
    expect(space.blocks.length).toBeGreaterThanOrEqual(6);
    expect(space.blocks.length).toBeLessThanOrEqual(9);
    const largest = networkOf(
      space,
      space.blocks.map(() => space.choices.indexOf('k5_e6')),
    );
    expect(modelTotals(largest).macs).toBeLessThan(20e6);
  });
});

describe('networkOf', () => {
  it('makes a network of every combination, each its own', () => {
    const seen = new Set<string>();
    for (const picks of allPicks(TINY_SPACE)) {
      const model = parseModelSpec(networkOf(TINY_SPACE, picks));
      seen.add(JSON.stringify(model.blocks));
    }
    expect(seen.size).toBe(64);
    expect(spaceSize(TINY_SPACE)).toBe(64);
  });

  it('leaves an identity out, and makes a skip that changes the shape a 1×1 convolution', () => {
    const { blocks } = networkOf(TINY_SPACE, [3, 3, 0]);
    expect(blocks.slice(1, -2)).toEqual([
      { kind: 'conv', out: 12, stride: 2, kernel: 1, relu: false, quantized: true },
      { kind: 'mbconv', out: 16, stride: 1, kernel: 3, expand: 1, alwaysExpands: true },
    ]);
  });

  it('says what is wrong', () => {
    expect(() => networkOf(TINY_SPACE, [0])).toThrow('expected a pick for each of 3 blocks, got 1');
    expect(() => networkOf(TINY_SPACE, [0, 4, 0])).toThrow(
      'expected a choice from 0 to 3 at block 1, got 4',
    );
    const flat = { ...TINY_SPACE, blocks: [{ out: 8, stride: 1 }] };
    expect(() => parseSearchSpace(flat)).toThrow('expected a last block that changes');
    expect(() => parseSearchSpace({ ...TINY_SPACE, choices: ['k4_e1'] })).toThrow('space.choices');
  });
});
