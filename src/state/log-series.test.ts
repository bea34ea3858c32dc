import { describe, expect, it } from 'vitest';
import type { LogEntry } from '../spec/run.ts';
import { appendLog, latestMetrics, logSeries, teacherSeries } from './log-series.ts';

const metrics = (loss: number) =>
  [2, 8].map((bits) => ({ bits, crossEntropy: loss, distillation: 0, accuracy: bits / 10 }));
const train = (step: number, loss = step): LogEntry => ({
  kind: 'train',
  step,
  epoch: 0,
  learningRate: 0.1,
  metrics: metrics(loss),
  imagesPerSecond: 1,
});
const test = (step: number): LogEntry => ({
  kind: 'test',
  step,
  epoch: 0,
  metrics: metrics(9),
  images: 10,
});

describe('logSeries', () => {
  it('gives one series per bit-width and split, in that order', () => {
    const series = logSeries([train(1), train(2), test(2)], 'crossEntropy');
    expect(series.map((s) => `${s.bits} ${s.split}`)).toEqual([
      '2 train',
      '2 test',
      '8 train',
      '8 test',
    ]);
    expect(series[0]?.points).toEqual([
      { x: 1, y: 1 },
      { x: 2, y: 2 },
    ]);
  });

  it('gives each teacher of a width a series; an older log has none', () => {
    const taught = (step: number, terms: readonly [number, number][]): LogEntry => ({
      ...(train(step) as LogEntry & { kind: 'train' }),
      metrics: metrics(1).map((one) =>
        one.bits === 2 ? { ...one, teachers: terms.map(([bits, term]) => ({ bits, term })) } : one,
      ),
    });
    const log = [
      train(1),
      taught(2, [
        [8, 0.5],
        [32, 0.7],
      ]),
      taught(3, [
        [8, 0.4],
        [32, 0.6],
      ]),
      test(3),
    ];
    expect(teacherSeries(log, 2)).toEqual([
      {
        bits: 8,
        split: 'train',
        points: [
          { x: 2, y: 0.5 },
          { x: 3, y: 0.4 },
        ],
      },
      {
        bits: 32,
        split: 'train',
        points: [
          { x: 2, y: 0.7 },
          { x: 3, y: 0.6 },
        ],
      },
    ]);
    expect(teacherSeries(log, 8)).toEqual([]);
    expect(teacherSeries([train(1)], 2)).toEqual([]);
  });

  it('leaves out what is no number', () => {
    expect(logSeries([train(1, NaN)], 'crossEntropy')).toEqual([]);
  });
});

describe('appendLog', () => {
  it('puts entries at the end', () => {
    expect(appendLog([train(1)], [train(2), test(2)]).map((e) => e.step)).toEqual([1, 2, 2]);
  });

  it('lets repeated steps of a resumed run replace the old ones, kind by kind', () => {
    const log = [train(1), test(1), train(2), train(3), test(3)];
    const resumed = appendLog(log, [train(2, 70)]);
    expect(resumed.filter((e) => e.kind === 'train').map((e) => e.step)).toEqual([1, 2]);
    expect(logSeries(resumed, 'crossEntropy')[0]?.points.at(-1)?.y).toBe(70);
    expect(resumed.filter((e) => e.kind === 'test').map((e) => e.step)).toEqual([1, 3]);
  });
});

describe('latestMetrics', () => {
  it('finds the newest of a split', () => {
    expect(latestMetrics([train(1), test(1), train(5)], 'train')?.[0]?.crossEntropy).toBe(5);
    expect(latestMetrics([], 'test')).toBeNull();
  });
});
