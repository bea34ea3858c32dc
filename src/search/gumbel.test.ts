import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rng } from '../util/rng.ts';
import { argmax, entropyRatio, gumbelNoise, largest, softmax, softmaxBack } from './gumbel.ts';
import { drawMixture, mixtureBack, pureMixture } from './mixture.ts';

const DRAWS = 40_000;
const LOGITS = [0.4, -0.9, 1.2, 0];

/** Four standard deviations of a share of `DRAWS`. */
const shareError = (p: number): number => 4 * Math.sqrt((p * (1 - p)) / DRAWS);

describe('gumbelNoise', () => {
  it('has the mean, the variance and the distribution of the standard Gumbel', () => {
    const draws = gumbelNoise(DRAWS, new Rng(3));
    const mean = draws.reduce((a, b) => a + b, 0) / DRAWS;
    const variance = draws.reduce((sum, g) => sum + (g - mean) ** 2, 0) / DRAWS;
    expect(Math.abs(mean - 0.5772156649)).toBeLessThan((4 * Math.PI) / Math.sqrt(6 * DRAWS));
    // Excess kurtosis 12 / 5: the variance's own variance is (2.4 + 2) σ⁴ / n.
    const sigma2 = Math.PI ** 2 / 6;
    expect(Math.abs(variance - sigma2)).toBeLessThan(4 * sigma2 * Math.sqrt(4.4 / DRAWS));
    for (const x of [-1, 0, 1, 3]) {
      const below = draws.filter((g) => g <= x).length / DRAWS;
      const p = Math.exp(-Math.exp(-x));
      expect(Math.abs(below - p)).toBeLessThan(shareError(p));
    }
  });
});

describe('drawMixture', () => {
  const draw = (paths: number, temperature: number) => {
    const rng = new Rng(4);
    return Array.from({ length: DRAWS }, () => {
      const [row = []] = drawMixture([LOGITS], { temperature, paths }, rng);
      return row;
    });
  };

  it.each([0.3, 1, 3])('has its largest weight as softmax says, at temperature %d', (t) => {
    const counts = [0, 0, 0, 0];
    for (const row of draw(4, t)) {
      const best = argmax(row.map(({ weight }) => weight));
      counts[best] = (counts[best] ?? 0) + 1;
    }
    softmax(LOGITS).forEach((p, i) =>
      expect(Math.abs((counts[i] ?? 0) / DRAWS - p)).toBeLessThan(shareError(p)),
    );
  });

  it('of two choices has the weight of a logistic: P(w ≤ x) = σ(τ · logit x − Δ)', () => {
    const rng = new Rng(5);
    const [a, b, temperature] = [0.7, -0.2, 1.7];
    const draws = Array.from({ length: DRAWS }, () => {
      const [row] = drawMixture([[a, b]], { temperature, paths: 2 }, rng);
      return row?.[0]?.weight ?? NaN;
    });
    for (const x of [0.1, 0.4, 0.5, 0.8]) {
      const p = 1 / (1 + Math.exp(-(temperature * Math.log(x / (1 - x)) - (a - b))));
      const below = draws.filter((w) => w <= x).length / DRAWS;
      expect(Math.abs(below - p)).toBeLessThan(shareError(p));
    }
  });

  it('of two paths draws pairs without replacement, as Plackett and Luce have it', () => {
    const pairs = new Map<string, number>();
    for (const row of draw(2, 1)) {
      expect(row[0]?.option).toBeLessThan(row[1]?.option ?? -1);
      const key = row.map(({ option }) => option).join();
      pairs.set(key, (pairs.get(key) ?? 0) + 1);
    }
    const p = softmax(LOGITS);
    for (let i = 0; i < 4; i++) {
      for (let j = i + 1; j < 4; j++) {
        const [a = 0, b = 0] = [p[i], p[j]];
        const expected = (a * b) / (1 - a) + (b * a) / (1 - b);
        const share = (pairs.get(`${i},${j}`) ?? 0) / DRAWS;
        expect(Math.abs(share - expected)).toBeLessThan(shareError(expected));
      }
    }
  });

  it('of one path gives it the whole weight', () => {
    for (const row of draw(1, 3).slice(0, 100))
      expect(row.map(({ weight }) => weight)).toEqual([1]);
    expect(pureMixture([2, 0])).toEqual([[{ option: 2, weight: 1 }], [{ option: 0, weight: 1 }]]);
  });
});

describe('gradients', () => {
  const values = fc.array(fc.double({ min: -4, max: 4, noNaN: true }), {
    minLength: 2,
    maxLength: 9,
  });

  it('through a softmax are those of finite differences', () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0.2, max: 5, noNaN: true }), (logits, temperature) => {
        const slopes = logits.map((_, i) => Math.sin(3 * i + 1));
        const loss = (at: readonly number[]): number =>
          softmax(at, temperature).reduce((sum, w, i) => sum + w * (slopes[i] ?? 0), 0);
        const back = softmaxBack(softmax(logits, temperature), slopes, temperature);
        logits.forEach((logit, i) => {
          const h = 1e-5;
          const slope =
            (loss(logits.with(i, logit + h)) - loss(logits.with(i, logit - h))) / (2 * h);
          expect(back[i]).toBeCloseTo(slope, 6);
        });
      }),
    );
  });

  it('through a drawn mixture are those of the same draw at moved parameters', () => {
    const temperature = 1.3;
    const slopes = [0.3, -1, 2, 0.7];
    const draw = (logits: readonly number[]) => {
      const options = { temperature, paths: 3 };
      return drawMixture([logits], options, new Rng(6))[0] ?? [];
    };
    const paths = draw(LOGITS);
    const gradients = [paths.map(({ option }) => slopes[option] ?? NaN)];
    const [back = []] = mixtureBack([paths], gradients, temperature, 4);
    const loss = (logits: readonly number[]): number =>
      draw(logits).reduce((sum, { option, weight }) => sum + weight * (slopes[option] ?? 0), 0);
    LOGITS.forEach((logit, i) => {
      const h = 1e-6;
      const slope = (loss(LOGITS.with(i, logit + h)) - loss(LOGITS.with(i, logit - h))) / (2 * h);
      expect(back[i]).toBeCloseTo(slope, 6);
    });
  });
});

describe('ranks and entropy', () => {
  it('takes the first of equals', () => {
    expect(argmax([1, 3, 3])).toBe(1);
    expect(largest([2, 5, 5, 1], 2)).toEqual([1, 2]);
    expect(largest([2, 2, 2], 2)).toEqual([0, 1]);
  });

  it('is 1 undecided, 0 decided', () => {
    expect(entropyRatio([0.25, 0.25, 0.25, 0.25])).toBeCloseTo(1, 12);
    expect(entropyRatio([0, 1, 0])).toBe(0);
    expect(entropyRatio([1])).toBe(0);
  });
});
