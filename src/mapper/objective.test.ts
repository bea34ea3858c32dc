import { describe, expect, it } from 'vitest';
import { acceleratorByName } from '../hw/presets/catalogue.ts';
import { layerObjective, plainObjective, plainTarget } from './objective.ts';

const eyeriss = acceleratorByName('eyeriss');
const clockHz = (eyeriss.clockMHz ?? NaN) * 1e6;

describe('plainTarget', () => {
  it('turns frames a second into cycles a frame, and leaves the others alone', () => {
    const cycles = plainTarget('fps', 40, eyeriss);
    expect(clockHz / cycles).toBeCloseTo(40, 9);
    // a frame of just that many cycles meets it
    expect(plainObjective('fps', 1, cycles)).toBe(cycles);
    for (const objective of ['edp', 'energy', 'latency'] as const) {
      expect(plainTarget(objective, 40, eyeriss)).toBe(40);
    }
  });

  it('refuses frames a second where no clock is known, and only these', () => {
    const { clockMHz: _, ...timeless } = eyeriss;
    expect(() => plainTarget('fps', 40, timeless)).toThrow(
      'mapping.target: expected an accelerator with a clock for a target in FPS, got eyeriss',
    );
    expect(plainTarget('latency', 40, timeless)).toBe(40);
  });

  it('has layers make their latency small for the most frames', () => {
    expect(layerObjective('fps')).toBe('latency');
    expect(layerObjective('edp')).toBe('edp');
  });
});
