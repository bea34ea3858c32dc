import { describe, expect, it } from 'vitest';
import { fakeRecipe } from '../testing/fake-recipes.ts';
import { RecipeForm } from './recipe-form.svelte.ts';

const form = (): RecipeForm => new RecipeForm([fakeRecipe]);

describe('the recipe form', () => {
  it('takes the paper’s setting and the lab’s back; epochs stay', () => {
    const one = form();
    expect(one.settingSource).toBe('lab');
    one.setTraining('epochs', 3);
    one.setOptional('betaPer', 'bit-width');
    one.useSetting('paper');
    expect(one.settingSource).toBe('paper');
    // InstantNet §IV: SGD 0.9, 0.025 along a cosine; Eq. 1 with β = 1 on logits
    expect(one.draft.training).toMatchObject({
      beta: 1,
      distillOn: 'logits',
      learningRate: 0.025,
      momentum: 0.9,
      epochs: 3,
    });
    expect(one.draft.training).not.toHaveProperty('betaPer');
    one.useSetting('lab');
    expect(one.draft.training).toEqual({ ...fakeRecipe.training, epochs: 3 });
    one.setTraining('beta', 0.7);
    expect(one.settingSource).toBe('own');
    expect(one.fault).toBeNull();
  });

  it.each(['weights only', 'activations only'] as const)('sets %s quantized', (preset) => {
    const one = form();
    one.setPrecision(preset);
    expect(one.precisionPreset).toBe(preset);
    expect(one.fault).toBeNull();
    one.toggleBits(16);
    expect(one.precisionPreset).toBe(preset);
    expect(one.fault).toBeNull();
    one.setPrecision('same');
    expect(one.draft.training).not.toHaveProperty('precision');
  });

  it('keeps what is set per width in step with the widths', () => {
    const one = form();
    one.setOptional('lossWeights', [5, 4, 3, 2, 1]);
    one.setOptional('target', { accuracy: 0.5, bits: 8 });
    one.toggleBits(8);
    expect(one.draft.training.lossWeights).toEqual([5, 4, 2, 1]);
    expect(one.draft.training.target).toEqual({ accuracy: 0.5 });
    one.toggleBits(3);
    expect(one.draft.training.lossWeights).toEqual([5, 1, 4, 2, 1]);
    expect(one.fault).toBeNull();
  });

  it('says what is wrong with a list that does not fit', () => {
    const one = form();
    one.setOptional('lossWeights', [1, NaN]);
    expect(one.isFaulty('training.lossWeights')).toBe(true);
    one.setOptional('lossWeights', undefined);
    expect(one.fault).toBeNull();
  });
});
