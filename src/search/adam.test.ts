import { expect, it } from 'vitest';
import { adamStart, adamStep } from './adam.ts';

const SETTINGS = { learningRate: 0.1, beta1: 0.5, beta2: 0.999, epsilon: 1e-8 };

it('moves by its closed form: bias-corrected means of all gradients so far', () => {
  const gradients = [3, -1, 0.5, 0, 2];
  let parameters: readonly (readonly number[])[] = [[1]];
  let state = adamStart(parameters);
  let expected = 1;
  gradients.forEach((gradient, t) => {
    const next = adamStep(parameters, [[gradient]], state, SETTINGS);
    parameters = next.parameters;
    state = next.state;
    const past = gradients.slice(0, t + 1);
    const mean = (beta: number, value: (g: number) => number): number =>
      past.reduce((sum, g, i) => sum + (1 - beta) * beta ** (t - i) * value(g), 0) /
      (1 - beta ** (t + 1));
    const m = mean(SETTINGS.beta1, (g) => g);
    const v = mean(SETTINGS.beta2, (g) => g * g);
    expected -= (SETTINGS.learningRate * m) / (Math.sqrt(v) + SETTINGS.epsilon);
    expect(parameters[0]?.[0]).toBeCloseTo(expected, 12);
  });
});

it('goes by the sign at first, whatever the size', () => {
  const start = [
    [0, 0],
    [0, 0],
  ];
  const gradients = [
    [1e-3, -1e3],
    [7, 0],
  ];
  const { parameters } = adamStep(start, gradients, adamStart(start), SETTINGS);
  const expected = [-0.1, 0.1, -0.1, 0];
  parameters.flat().forEach((value, i) => expect(value).toBeCloseTo(expected[i] ?? NaN, 5));
  expect(start).toEqual([
    [0, 0],
    [0, 0],
  ]);
});
