import { expect, it } from 'vitest';
import type { RunRecord } from '../spec/run.ts';
import { recipe, runRecord } from '../testing/records.ts';
import { counterpartOf, lessonPoints } from './lesson.ts';

function run(id: string, method: 'cdt' | 'independent', epochs = 1, seed = 1): RunRecord {
  const training = { ...recipe.training, method, epochs };
  const accuracies = [2, 32].map((bits) => ({ bits, accuracy: bits / 100, confusion: [] }));
  return { ...runRecord(id), recipe: { ...recipe, training, seed }, accuracies };
}

const shown = run('shown', 'cdt');

it('finds the run most like the one shown, trained the other way', () => {
  const same = run('same', 'independent');
  const longer = run('longer', 'independent', 9);
  const reseeded = run('reseeded', 'independent', 1, 2);
  const elsewhere = { ...same, id: 'elsewhere', dataset: { ...same.dataset, id: 'other' } };
  const runs = [longer, reseeded, elsewhere, run('rival', 'cdt'), shown];
  expect(counterpartOf(shown, runs)?.id).toBe('reseeded');
  expect(counterpartOf(shown, [...runs, same])?.id).toBe('same');
  expect(counterpartOf(same, [shown, longer])?.id).toBe('shown');
  expect(counterpartOf(shown, [elsewhere, run('rival', 'cdt')])).toBeNull();
});

it('leaves out what was not measured', () => {
  const { accuracies: _none, ...unfinished } = run('other', 'independent');
  expect(counterpartOf(shown, [unfinished])).toBeNull();
  expect(lessonPoints(shown, null, [{ bits: 2, accuracy: 0.5 }])).toEqual([
    { bits: 2, rounded: 0.5, trained: 0.02, alone: null },
    { bits: 32, rounded: null, trained: 0.32, alone: null },
  ]);
});
