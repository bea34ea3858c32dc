import { describe, expect, it } from 'vitest';
import { placeLabels } from './place-labels.ts';

const plot = { left: 0, right: 400, top: 0, bottom: 300 };

describe('labels of marks', () => {
  it('stand above a mark that is alone', () => {
    const [label] = placeLabels([{ x: 100, y: 100, text: '8' }], plot);
    expect(label?.x).toBe(100);
    expect(label?.y).toBeLessThan(100 - 8);
  });

  it('stay in the plot', () => {
    const [label] = placeLabels([{ x: 200, y: 4, text: '32' }], plot);
    expect(label?.y).toBeGreaterThan(4);
  });

  it('cover neither each other nor another mark where marks are close', () => {
    const marks = [0, 12, 24].flatMap((y) => [
      { x: 100, y: 100 + y, text: '32' },
      { x: 180, y: 100 + y, text: '8' },
    ]);
    const labels = placeLabels(marks, plot);
    const clash = (a: number, b: number, px: number): boolean => Math.abs(a - b) < px;
    labels.forEach((label, i) => {
      for (const mark of marks) {
        expect(clash(label.x, mark.x, 8) && clash(label.y, mark.y, 8)).toBe(false);
      }
      for (const other of labels.slice(i + 1)) {
        expect(clash(label.x, other.x, 7) && clash(label.y, other.y, 13)).toBe(false);
      }
    });
  });
});
