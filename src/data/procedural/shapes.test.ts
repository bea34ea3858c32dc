import { describe, expect, it } from 'vitest';
import { Rng } from '../../util/rng.ts';
import { SHAPE_CLASSES } from './shapes.ts';

/** Points of a grid over [-1.5, 1.5]². */
function gridPoints(step: number): [number, number][] {
  const points: [number, number][] = [];
  for (let x = -1.5; x <= 1.5; x += step)
    for (let y = -1.5; y <= 1.5; y += step) points.push([x, y]);
  return points;
}

describe('shape classes', () => {
  it('are ten with names of their own', () => {
    expect(new Set(SHAPE_CLASSES.map(({ name }) => name)).size).toBe(10);
  });

  it.each(SHAPE_CLASSES)('$name lies in the unit disc and is large enough to see', ({ make }) => {
    for (let seed = 0; seed < 20; seed++) {
      const { distance } = make(new Rng(seed));
      let inside = 0;
      let lowestOutside = Infinity;
      for (const [x, y] of gridPoints(0.05)) {
        const d = distance(x, y);
        // 1.15: as far as the canvas looks
        if (Math.hypot(x, y) > 1.15) lowestOutside = Math.min(lowestOutside, d);
        else if (d < 0) inside++;
      }
      expect(lowestOutside).toBeGreaterThan(-0.02); // and is a number
      // a tenth of the disc's area π, in cells of 0.05²
      expect(inside * 0.05 * 0.05).toBeGreaterThan(0.1 * Math.PI);
    }
  });

  it.each(SHAPE_CLASSES)('$name: near its edge, distance changes as place does', ({ make }) => {
    // A true distance changes by at most the step; squeezed and mitred ones by a little more.
    const step = 0.01;
    for (let seed = 0; seed < 10; seed++) {
      const { distance, pattern } = make(new Rng(seed));
      for (const field of [distance, pattern ?? distance])
        for (const [x, y] of gridPoints(0.11)) {
          const d = field(x, y);
          if (Math.abs(d) > 0.05) continue;
          expect(Math.abs(field(x + step, y) - d)).toBeLessThan(step * 2.2);
          expect(Math.abs(field(x, y + step) - d)).toBeLessThan(step * 2.2);
        }
    }
  });

  it('checker alternates: a cell to the side is the other colour', () => {
    const checker = SHAPE_CLASSES.find(({ name }) => name === 'checker')?.make(new Rng(5)).pattern;
    if (checker === undefined) throw new Error('no pattern');
    // Along a line the sign changes once a cell: 0.36 to 0.5 wide, so 20 to 28 times in 10.
    let changes = 0;
    for (let x = 0; x < 10; x += 0.01)
      if (checker(x, 0.01) < 0 !== checker(x + 0.01, 0.01) < 0) changes++;
    expect(changes).toBeGreaterThanOrEqual(19);
    expect(changes).toBeLessThanOrEqual(29);
  });
});
