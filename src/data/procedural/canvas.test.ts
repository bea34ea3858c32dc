import { describe, expect, it } from 'vitest';
import { Rng } from '../../util/rng.ts';
import { Canvas } from './canvas.ts';

const disc = (x: number, y: number): number => Math.hypot(x, y) - 1;
const upright = { cos: 1, sin: 0 };
const white = { colour: [1, 1, 1] as const, opacity: 1, softness: 1 };

describe('Canvas', () => {
  it('covers as much as the thing is large, wherever its centre falls', () => {
    const rng = new Rng(1);
    for (let i = 0; i < 20; i++) {
      const canvas = new Canvas(32, 32);
      const radius = rng.uniform(5, 10);
      const place = { x: rng.uniform(12, 20), y: rng.uniform(12, 20), radius, ...upright };
      canvas.paint(disc, place, white);
      const area = canvas.data.reduce((sum, value) => sum + value, 0) / 3;
      expect(area / (Math.PI * radius * radius)).toBeCloseTo(1, 1.5); // area of a disc
    }
  });

  it('turns counterclockwise with y up', () => {
    const canvas = new Canvas(32, 32);
    const right = (x: number, y: number): number => Math.hypot(x - 0.8, y) - 0.2;
    // A quarter turn takes what was at the right to the top.
    canvas.paint(right, { x: 16, y: 16, radius: 10, cos: 0, sin: 1 }, white);
    expect(canvas.data[(8 * 32 + 16) * 3]).toBe(1);
    expect(canvas.data[(16 * 32 + 24) * 3]).toBe(0);
  });

  it('paints nothing outside the picture', () => {
    const canvas = new Canvas(16, 16);
    canvas.paint(disc, { x: -30, y: 60, radius: 9, ...upright }, white);
    canvas.paint(disc, { x: 0, y: 16, radius: 4, ...upright }, white);
    const painted = canvas.data.filter((value) => value > 0).length / 3;
    expect(painted).toBeLessThanOrEqual(25); // the quarter of the disc that is inside
    expect(painted).toBeGreaterThan(9);
  });

  it('adds noise of the asked deviation round the same mean', () => {
    const canvas = new Canvas(64, 64);
    canvas.data.fill(0.5);
    const out = new Uint8Array(64 * 64 * 3);
    canvas.develop(new Rng(2), { x: 0, y: 0, fade: 0, grain: 0.1 }, out, 0);
    const mean = out.reduce((sum, value) => sum + value, 0) / out.length;
    const variance = out.reduce((sum, value) => sum + (value - mean) ** 2, 0) / out.length;
    expect(mean).toBeCloseTo(127.5, -0.5);
    expect(Math.sqrt(variance) / 255).toBeCloseTo(0.1, 2);
  });

  it('fades towards the middle grey', () => {
    const canvas = new Canvas(16, 16);
    const out = new Uint8Array(16 * 16 * 3);
    canvas.develop(new Rng(3), { x: 0, y: 0, fade: 0.5, grain: 0 }, out, 0);
    expect(new Set(out)).toEqual(new Set([64])); // half way from 0 to 127.5, rounded
  });
});
