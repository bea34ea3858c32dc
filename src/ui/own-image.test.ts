import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cropOf, imageOfFile, pixelsOf } from './own-image.ts';

const side = fc.integer({ min: 1, max: 4000 });

it('crops the largest part around the middle of the wanted shape', () => {
  fc.assert(
    fc.property(side, side, side, side, (w, h, toW, toH) => {
      const crop = cropOf({ width: w, height: h }, { width: toW, height: toH });
      expect(crop.width / crop.height / (toW / toH)).toBeCloseTo(1, 9);
      expect(crop.x + crop.width / 2).toBeCloseTo(w / 2, 6);
      expect(crop.y + crop.height / 2).toBeCloseTo(h / 2, 6);
      // as large as fits: one side is the picture's
      expect(Math.min(w - crop.width, h - crop.height)).toBeCloseTo(0, 6);
    }),
  );
});

it('keeps colours, and greys by luma', () => {
  const rgba = Uint8ClampedArray.of(255, 0, 0, 255, 10, 20, 30, 255);
  expect([...pixelsOf(rgba, 3)]).toEqual([255, 0, 0, 10, 20, 30]);
  // 0.299 · 255 = 76.2; 2.99 + 11.74 + 3.42 = 18.15
  expect([...pixelsOf(rgba, 1)]).toEqual([76, 18]);
});

it('refuses a file that is too large before reading it', async () => {
  const file = { name: 'huge.png', size: 2 ** 30, type: 'image/png' } as File;
  await expect(imageOfFile(file, { width: 32, height: 32, channels: 3 })).rejects.toThrow(
    'huge.png: expected a picture of at most 25 MB, got 1024 MB',
  );
});
