import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileCost } from '../hw/compile.ts';
import { networkByName } from '../hw/networks/catalogue.ts';
import { ACCELERATORS } from '../hw/presets/catalogue.ts';
import { convShape, operandBits } from '../hw/workload.ts';
import type { ConvShape } from '../hw/workload.ts';
import { Rng } from '../util/rng.ts';
import { Mapspace } from './mapspace.ts';
import { Mutator } from './mutate.ts';
import { Sampler, SAMPLE_DEFAULTS } from './sample.ts';

const extent = fc.integer({ min: 1, max: 40 });
const kernel = fc.integer({ min: 1, max: 5 });
const shapes: fc.Arbitrary<ConvShape> = fc
  .record({ K: extent, C: extent, P: extent, Q: extent, R: kernel, S: kernel })
  .chain((dims) =>
    fc
      .record({ G: fc.integer({ min: 1, max: 6 }), stride: fc.integer({ min: 1, max: 3 }) })
      .map(({ G, stride }) => convShape({ ...dims, G, wStride: stride, hStride: stride })),
  );
const problems = fc.record({
  shape: shapes,
  accelerator: fc.constantFrom(...ACCELERATORS),
  width: fc.constantFrom(2, 4, 8, 16, 32),
  seed: fc.integer(),
  imperfectRatio: fc.constantFrom(0, 0.5),
});

describe('sampling and mutation', () => {
  // The oracle is the cost model: it alone decides what fits.
  it('only draws and makes mappings that the cost model takes, on every accelerator', () => {
    fc.assert(
      fc.property(problems, ({ shape, accelerator, width, seed, imperfectRatio }) => {
        const bits = operandBits(shape, width);
        const space = new Mapspace({ shape, accelerator, bits });
        const sampler = new Sampler(space, { ...SAMPLE_DEFAULTS, imperfectRatio });
        const mutator = new Mutator(space, sampler);
        const cost = compileCost(shape, bits, accelerator);
        const rng = new Rng(seed);
        const [a, b, child] = [space.outermost(), space.outermost(), space.outermost()];
        expect(cost.evaluate(a)).toBe('ok');
        for (let i = 0; i < 4; i++) {
          sampler.sample(a, rng);
          expect(cost.evaluate(a)).toBe('ok');
          expect(space.fits(a)).toBe(true);
          sampler.sample(b, rng);
          mutator.crossover(a, b, child, rng);
          expect(cost.evaluate(child)).toBe('ok');
          for (let j = 0; j < 4; j++) {
            mutator.perturb(child, 2, rng);
            expect(cost.evaluate(child)).toBe('ok');
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  it('says "fits" of what the cost model takes and of nothing else', () => {
    const shape = convShape({ K: 12, C: 6, P: 13, Q: 8, R: 3, S: 3 });
    const rng = new Rng(4);
    for (const accelerator of ACCELERATORS) {
      const bits = operandBits(shape, 8);
      const space = new Mapspace({ shape, accelerator, bits });
      const cost = compileCost(shape, bits, accelerator);
      const code = space.outermost();
      let refused = 0;
      for (let i = 0; i < 400; i++) {
        new Sampler(space).sample(code, rng);
        // Multiply one factor at a random place: it may overflow a level or the array.
        const slot = rng.pick(space.slots);
        const d = rng.pick(space.loopDims);
        code[slot.at + d] = (code[slot.at + d] as number) * (2 + rng.int(4));
        const fits = cost.evaluate(code) === 'ok';
        if (!fits) refused++;
        // The space may be stricter where a tile holds finished and partial sums in turn.
        if (space.fits(code)) expect(fits).toBe(true);
        else if (bits.psums === bits.outputs) expect(fits).toBe(false);
      }
      expect(refused).toBeGreaterThan(0);
    }
  });

  it('replays the same mappings from the same seed', () => {
    const { shape } = networkByName('alexnet').layers[1] ?? {
      shape: convShape({ K: 1, C: 1, P: 1, Q: 1, R: 1, S: 1 }),
    };
    const draw = (): number[] => {
      const accelerator = ACCELERATORS[0];
      if (!accelerator) return [];
      const space = new Mapspace({ shape, accelerator, bits: operandBits(shape, 16) });
      const sampler = new Sampler(space);
      const rng = new Rng(11);
      const code = space.outermost();
      const all: number[] = [];
      for (let i = 0; i < 10; i++) {
        sampler.sample(code, rng);
        new Mutator(space, sampler).perturb(code, 3, rng);
        all.push(...code);
      }
      return all;
    };
    expect(draw()).toEqual(draw());
  });
});

describe('the mapspace', () => {
  it("has more than 10^27 mappings for AlexNet's six loops, as the paper says", () => {
    const [eyeriss] = ACCELERATORS;
    if (!eyeriss) return;
    const sizes = networkByName('alexnet')
      .layers.slice(0, 5)
      .map(({ shape }) => {
        const six = { ...shape, G: 1, N: 1 };
        return new Mapspace({ shape: six, accelerator: eyeriss, bits: operandBits(six, 16) });
      })
      .map((space) => space.sizeLog10({ imperfect: false }));
    const total = Math.log10(sizes.reduce((sum, log) => sum + 10 ** log, 0));
    expect(total).toBeGreaterThan(27);
  });

  it('counts the mappings of a tiny layer as a walk over them would', () => {
    // K = 4 on three levels without fan-out: 4 = 2² over three places is C(4, 2) = 6 tilings; one
    // loop has one order; two inner levels may keep any of three dataspaces: 8² bypasses.
    const level = (name: string, capacityBits: number | null) => ({
      name,
      capacityBits,
      wordBits: 8,
      instances: 1,
      meshX: 1,
      readPj: 1,
      writePj: 1,
      source: 'test',
    });
    const space = new Mapspace({
      shape: convShape({ K: 4, C: 1, P: 1, Q: 1, R: 1, S: 1 }),
      bits: operandBits(convShape({ K: 4, C: 1, P: 1, Q: 1, R: 1, S: 1 }), 8),
      accelerator: {
        name: 'tiny',
        levels: [level('A', 1024), level('B', 4096), level('C', null)],
        mac: { kind: 'fixed', instances: 1, meshX: 1, energyPj: 1, nativeBits: 8, source: 'test' },
      },
    });
    expect(10 ** space.sizeLog10({ imperfect: false })).toBeCloseTo(6 * 64, 6);
  });
});
