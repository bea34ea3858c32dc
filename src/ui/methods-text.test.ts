import { describe, expect, it } from 'vitest';
import { mappingRecord, runRecord } from '../testing/records.ts';
import { methodsText } from './methods-text.ts';

describe('methodsText', () => {
  it('tells what decides the run, and what it rests on', () => {
    const text = methodsText(runRecord('a'), mappingRecord('a'));
    for (const part of [
      '2 and 32 bits',
      'seed 1',
      'batches of 8',
      'eyeriss',
      '50.0 % at 2',
      'Lab 0 ',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).toMatch(/\[1\] Y\. Fu.*DAC 2021/);
    expect(text).not.toMatch(/undefined|NaN|\[0\]/);
  });

  it('tells what was changed while it trained', () => {
    const change = { setting: 'learningRate', step: 1200, from: 0.1, to: 0.02 } as const;
    expect(methodsText({ ...runRecord('a'), changes: [change] }, null)).toContain(
      'we changed the learning rate to 0.02 from step 1,200.',
    );
    expect(methodsText(runRecord('a'), null)).not.toContain('we changed');
  });

  it('numbers a reference for every citation, whatever the method', () => {
    const run = runRecord('a');
    for (const method of ['cdt', 'sp', 'adabits', 'joint', 'independent'] as const) {
      const training = { ...run.recipe.training, method, quantizer: 'dorefa' as const };
      const text = methodsText({ ...run, recipe: { ...run.recipe, training } }, null);
      const [body = '', list = ''] = text.split('\n\n');
      const cited = [...body.matchAll(/\[(\d+)\]/g)].map(([, number]) => number);
      for (const number of cited) expect(list, method).toContain(`[${number}] `);
      expect(body).not.toContain('mapped onto');
    }
  });
});
