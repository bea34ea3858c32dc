import { describe, expect, it } from 'vitest';
import { placeWords } from './map-place.ts';

describe('the place of a mapping search', () => {
  it('names the layer in hand and the round', () => {
    const place = { round: 3, rounds: 5, problemsDone: 4, problems: 26 };
    expect(placeWords(place)).toBe('layer 5 of 26, round 3 of 5');
  });

  it('never counts past the last layer, and leaves a single round out', () => {
    const place = { round: 1, rounds: 1, problemsDone: 13, problems: 13 };
    expect(placeWords(place)).toBe('layer 13 of 13');
  });
});
