import { describe, expect, it } from 'vitest';
import { beliefRows, winnerOf } from './beliefs.ts';

const predictions = [
  { bits: 2, probabilities: [0.6, 0.3, 0.1] },
  { bits: 8, probabilities: [0.1, 0.8, 0.1] },
];

describe('beliefRows', () => {
  it('marks the class that wins at each width', () => {
    expect(predictions.map(winnerOf)).toEqual([0, 1]);
    const rows = beliefRows(predictions, 1);
    expect(rows.map((row) => row.cells.map((cell) => cell.isWinner))).toEqual([
      [true, false],
      [false, true],
      [false, false],
    ]);
  });

  it('of many classes shows the best three of each width and the true one', () => {
    const hundred = (top: number[]): number[] =>
      Array.from({ length: 100 }, (_, label) => (top.includes(label) ? 0.3 : 0.001));
    const rows = beliefRows(
      [
        { bits: 2, probabilities: hundred([5, 50, 95]) },
        { bits: 8, probabilities: hundred([5, 51, 95]) },
      ],
      7,
    );
    expect(rows.map((row) => row.label)).toEqual([5, 7, 50, 51, 95]);
  });
});
