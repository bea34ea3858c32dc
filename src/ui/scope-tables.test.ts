import { describe, expect, it } from 'vitest';
import { confusionCsv, flipsCsv, gridsCsv, sqnrCsv } from './scope-tables.ts';

const lines = (csv: string): string[] => csv.trimEnd().split('\r\n');
const nameOf = (label: number): string => ['cat', 'dog'][label] ?? '?';

describe('tables of the microscope', () => {
  it('give a confusion a line for each class', () => {
    const answers = {
      bits: 2,
      accuracy: 0.5,
      predicted: new Uint8Array(4),
      confusion: [
        [2, 0],
        [1, 1],
      ],
    };
    expect(lines(confusionCsv(answers, nameOf))).toEqual([
      '"is, taken for",cat,dog',
      'cat,2,0',
      'dog,1,1',
    ]);
  });

  it('leave what is not quantized empty', () => {
    const entry = { layer: 'conv', bits: 32, weightsDb: null, inputsDb: Infinity };
    expect(lines(sqnrCsv([entry]))[1]).toBe('conv,32,,');
  });

  it('list every grid point with its weights', () => {
    const histogram = { edges: [0, 1], counts: [3] };
    const weights = {
      ...{ layer: 'conv', channel: null, channels: 1, count: 3, axis: 'weight' as const },
      byBits: [
        {
          ...{ bits: 2, gridBits: 2, trained: histogram, sqnrDb: 9.5 },
          levels: [-1, 1],
          levelCounts: [1, 2],
        },
      ],
    };
    expect(lines(gridsCsv(weights)).slice(1)).toEqual(['conv,2,9.5,-1,1', 'conv,2,9.5,1,2']);
  });

  it('say what a flipping image is taken for at every width', () => {
    const flip = { index: 7, label: 0, said: [1, 0], failsAt: 2 };
    expect(lines(flipsCsv([flip], [2, 8], nameOf))).toEqual([
      'test image,class,taken for at 2 bits,taken for at 8 bits',
      '7,cat,dog,cat',
    ]);
  });
});
