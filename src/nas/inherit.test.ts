import { setBackend, tensor } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { NamedArray } from '../nn/parameters.ts';
import { sbm } from '../quant/quantizer.ts';
import { pureMixture } from '../search/mixture.ts';
import type { SearchSpace } from '../spec/search-space.ts';
import { TINY_SPACE } from '../testing/search-problems.ts';
import { registerSimdInNode } from '../testing/simd.ts';
import { Rng } from '../util/rng.ts';
import { inherited } from './inherit.ts';
import { Supernet, supernetParameters } from './supernet.ts';

const BITS = [4, 32];
const IMAGES = 12;
const CHOICES = ['k3_e1', 'k3_e1_g2', 'k3_e3', 'k3_e6', 'k5_e3', 'k5_e6', 'skip'];
const space: SearchSpace = { ...TINY_SPACE, name: 'inherits', choices: CHOICES };
const index = (choice: string): number => CHOICES.indexOf(choice);

/** Parameters as after a training: γ, β, moments and ranges are no longer all alike. */
function trained(seed = 1): NamedArray[] {
  const rng = new Rng(seed).fork('training');
  return supernetParameters(space, sbm, BITS, seed).map((array) => {
    const isAlike = /affine|moments|range/.test(array.name);
    const data = isAlike ? array.data.map((v) => v + rng.uniform(0.05, 0.5)) : array.data;
    return { ...array, data };
  });
}

function withChanges(arrays: readonly NamedArray[], anchor: string): NamedArray[] {
  const changed = new Map(
    inherited(space, arrays, BITS, index(anchor)).map((array) => [array.name, array]),
  );
  return arrays.map((array) => changed.get(array.name) ?? array);
}

function images(): Tensor {
  const rng = new Rng(5);
  const data = Float32Array.from({ length: IMAGES * 8 * 8 * 3 }, () => rng.normal());
  return tensor(data, [IMAGES, 8, 8, 3]);
}

/** Logits at 32 bits of the network that takes one choice in every block, or in one of them. */
function logits(
  arrays: readonly NamedArray[],
  picks: readonly number[],
  x = images(),
): Float32Array {
  const supernet = new Supernet(space, sbm, arrays);
  const mixture = pureMixture(picks);
  const pass = { bits: 32, keep: 1, mixture, trains: 'weights' } as const;
  const { logits: out, tape } = supernet.forward(x, pass);
  const values = out.dataSync<'float32'>().slice();
  tape.dispose();
  x.dispose();
  supernet.dispose();
  return values;
}

const everywhere = (choice: string): number[] => space.blocks.map(() => index(choice));

/** One colour each. */
function plainImages(): Tensor {
  const rng = new Rng(6);
  const colours = Array.from({ length: IMAGES * 3 }, () => rng.normal());
  const data = Float32Array.from(
    { length: IMAGES * 8 * 8 * 3 },
    (_, i) => colours[3 * Math.floor(i / (8 * 8 * 3)) + (i % 3)] ?? 0,
  );
  return tensor(data, [IMAGES, 8, 8, 3]);
}

/** Pearson's, over images, of what two networks say beside their mean for each class. */
function correlation(a: Float32Array, b: Float32Array): number {
  const centred = (values: Float32Array): number[] =>
    [...values].map((value, i) => {
      const own = values.filter((_, j) => j % space.classes === i % space.classes);
      return value - own.reduce((x, y) => x + y, 0) / own.length;
    });
  const [x, y] = [centred(a), centred(b)];
  const dot = (u: readonly number[], v: readonly number[]): number =>
    u.reduce((sum, value, i) => sum + value * (v[i] ?? 0), 0);
  return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
}

beforeAll(async () => {
  registerSimdInNode();
  await setBackend('simd');
});

describe('inherited', () => {
  const before = trained();

  it.each(['k3_e6', 'k5_e3', 'k5_e6'])('grows k3_e3 to %s without a change of output', (choice) => {
    const after = withChanges(before, 'k3_e3');
    const anchor = logits(after, everywhere('k3_e3'));
    const grown = logits(after, everywhere(choice));
    grown.forEach((value, i) => expect(value).toBeCloseTo(anchor[i] ?? NaN, 4));
    // before, they had nothing to do with each other
    const old = logits(before, everywhere(choice));
    expect(Math.max(...old.map((value, i) => Math.abs(value - (anchor[i] ?? 0))))).toBeGreaterThan(
      0.05,
    );
  });

  it.each(['k3_e3', 'k5_e3', 'skip'])(
    'shrinks k5_e6 to a %s that says more of the same',
    (choice) => {
      // one block at a time, over blocks and random networks; skips of block 1 are identities
      const cases = [1, 2, 3, 4].flatMap((seed) => [1, 2].map((block) => ({ seed, block })));
      const alike = (change: (arrays: readonly NamedArray[]) => readonly NamedArray[]): number => {
        const each = cases.map(({ seed, block }) => {
          const arrays = change(trained(seed));
          const whole = everywhere('k5_e6');
          return correlation(
            logits(arrays, whole.with(block, index(choice)), plainImages()),
            logits(arrays, whole, plainImages()),
          );
        });
        return each.reduce((x, y) => x + y, 0) / each.length;
      };
      expect(alike((arrays) => withChanges(arrays, 'k5_e6'))).toBeGreaterThan(
        alike((arrays) => arrays) + 0.1,
      );
    },
  );

  it('groups k3_e1 without a change where it connects no more than the groups do', () => {
    // hidden channel c reads one half of the inputs and is read by one half of the outputs
    const halved = before.map((array) => {
      const [, part] = /k3_e1\.(expand|project)\/weight/.exec(array.name) ?? [];
      if (part === undefined) return array;
      const [inputs = 0, outputs = 0] = array.shape.slice(2);
      const isKept = (i: number, o: number): boolean =>
        part === 'expand'
          ? Math.floor((2 * i) / inputs) === o % 2
          : Math.floor((2 * o) / outputs) === (i % 4 < 2 ? 0 : 1);
      const data = array.data.map((w, at) =>
        isKept(Math.floor(at / outputs), at % outputs) ? w : 0,
      );
      return { ...array, data };
    });
    const after = withChanges(halved, 'k3_e1');
    const anchor = logits(after, everywhere('k3_e1'));
    const own = logits(after, everywhere('k3_e1_g2'));
    own.forEach((value, i) => expect(value).toBeCloseTo(anchor[i] ?? NaN, 4));
  });

  it('leaves the anchor, the stem, the head and what it is given alone', () => {
    const copy = structuredClone(before);
    const changed = inherited(space, before, BITS, index('k3_e3'));
    expect(before).toEqual(copy);
    expect(changed.map(({ name }) => name).filter((name) => !/^block\d/.test(name))).toEqual([]);
    expect(changed.filter(({ name }) => name.includes('.k3_e3.'))).toEqual([]);
    expect(changed.every(({ data }) => data.every(Number.isFinite))).toBe(true);
  });

  it('gives every width the batch norm that the anchor has there', () => {
    const after = new Map(withChanges(before, 'k3_e3').map((array) => [array.name, array]));
    for (const bits of BITS) {
      for (const role of ['affine', 'moments']) {
        const at = (choice: string): Float32Array | undefined =>
          after.get(`block3.${choice}.project/${role}@${bits}`)?.data;
        expect(at('k5_e6')).toEqual(at('k3_e3'));
      }
    }
  });
});
