import { describe, expect, it } from 'vitest';
import { Lab } from '../../state/lab.svelte.ts';
import { BENCHES } from '../../state/journey.svelte.ts';
import { fakeRecipe } from '../../testing/fake-recipes.ts';
import { searchRecipe } from '../../testing/search-records.ts';
import { FakeLab } from '../../testing/fake-services.ts';
import { TOUR } from './steps.ts';

const empty = (): Lab =>
  new Lab(new FakeLab({ stepMs: 0, stepsPerRun: 4 }).services, [fakeRecipe], [searchRecipe]);

/** What the card says at each step, after what the step does. */
function said(lab: Lab): string[] {
  return TOUR.map((step) => {
    const isReady = step.isReady?.(lab) ?? true;
    if (isReady) step.act?.(lab);
    return isReady ? step.text(lab) : (step.missing ?? '');
  });
}

describe('the tour', () => {
  it('has steps of their own names, on benches that there are, with something to point at', () => {
    expect(new Set(TOUR.map(({ id }) => id)).size).toBe(TOUR.length);
    const benches = BENCHES.map(({ id }) => id);
    for (const step of TOUR) {
      expect(benches).toContain(step.bench);
      expect(step.targets.length).toBeGreaterThan(0);
    }
  });

  it('has something to say when nothing is trained, mapped or even loaded', () => {
    for (const text of said(empty())) expect(text.length).toBeGreaterThan(40);
  });

  it('takes about four minutes to read aloud', () => {
    // 140 words a minute is a calm speaker; each step is looked at for some seconds more
    const LOOK_SECONDS = 6;
    const words = said(empty()).join(' ').split(/\s+/).length;
    const minutes = words / 140 + (TOUR.length * LOOK_SECONDS) / 60;
    expect(minutes).toBeGreaterThan(2);
    expect(minutes).toBeLessThan(5.5);
  });

  it('flips the width, tells the figures of the run, and starts nothing by itself', async () => {
    const lab = empty();
    await lab.boot();
    await lab.startTraining();
    await lab.startMapping();
    const runs = lab.runs.list.length;
    const flip = TOUR.find(({ id }) => id === 'flip');
    flip?.act?.(lab);
    expect(lab.trade.bits).toBe(2);
    const accuracy = lab.trade.point?.accuracy ?? NaN;
    expect(flip?.text(lab)).toContain(`${(accuracy * 100).toFixed(1)}`);
    said(lab);
    expect(lab.runs.list).toHaveLength(runs);
    expect(lab.train.isLive || lab.map.isLive).toBe(false);
  });
});
