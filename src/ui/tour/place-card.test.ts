import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeCard } from './place-card.ts';

const view = { width: 1280, height: 800 };
const card = { width: 400, height: 220 };

describe('the card of the tour', () => {
  it('stands under its target where there is room, else above', () => {
    expect(placeCard({ left: 100, top: 100, width: 200, height: 50 }, card, view)).toEqual({
      left: 16,
      top: 166,
    });
    expect(placeCard({ left: 600, top: 700, width: 200, height: 50 }, card, view)).toEqual({
      left: 500,
      top: 464,
    });
  });

  it('stands beside a tall target, and in the middle without one', () => {
    expect(placeCard({ left: 0, top: 0, width: 300, height: 790 }, card, view)).toEqual({
      left: 316,
      top: 16,
    });
    expect(placeCard(null, card, view)).toEqual({ left: 440, top: 290 });
  });

  it('is inside the window wherever the target is', () => {
    const px = fc.integer({ min: -3000, max: 3000 });
    const size = fc.integer({ min: 0, max: 3000 });
    fc.assert(
      fc.property(px, px, size, size, (left, top, width, height) => {
        const at = placeCard({ left, top, width, height }, card, view);
        expect(at.left).toBeGreaterThanOrEqual(16);
        expect(at.top).toBeGreaterThanOrEqual(16);
        expect(at.left + card.width).toBeLessThanOrEqual(view.width - 16);
        expect(at.top + card.height).toBeLessThanOrEqual(view.height - 16);
      }),
    );
  });
});
