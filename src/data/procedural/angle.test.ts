import { describe, expect, it } from 'vitest';
import { angleTurns, cosTurns, sinTurns } from './angle.ts';

describe('angles in turns', () => {
  it('agree with Math.sin, cos and atan2', () => {
    for (let i = -4000; i <= 4000; i++) {
      const t = i / 1000;
      expect(Math.abs(sinTurns(t) - Math.sin(2 * Math.PI * t))).toBeLessThan(5e-6);
      expect(Math.abs(cosTurns(t) - Math.cos(2 * Math.PI * t))).toBeLessThan(5e-6);
      const [x, y] = [Math.cos(t) * 3, Math.sin(t) * 3];
      const exact = Math.atan2(y, x) / (2 * Math.PI);
      expect(Math.abs(angleTurns(y, x) - exact)).toBeLessThan(2e-6);
    }
    expect(angleTurns(0, 0)).toBe(0);
  });
});
