import { beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeLocks } from '../testing/fake-locks.ts';
import { withQueueLock } from '../rpc/run-lock.ts';
import { parseSweepValues } from '../spec/sweep.ts';
import { fakeRecipe } from '../testing/fake-recipes.ts';
import { FakeLab } from '../testing/fake-services.ts';
import { searchRecipe } from '../testing/search-records.ts';
import { Lab } from './lab.svelte.ts';
import { colorsOf } from './run-group.svelte.ts';
import { estimateSweep } from './sweep-estimate.ts';

let fake: FakeLab;
const open = async (): Promise<Lab> => {
  const lab = new Lab(fake.services, [fakeRecipe], [searchRecipe]);
  await lab.boot();
  return lab;
};
const done = (lab: Lab): boolean =>
  lab.sweeps.list.every(({ items }) => items.every((i) => i.done));
const ended = (lab: Lab): Promise<void> =>
  vi.waitFor(() => expect(done(lab)).toBe(true), { timeout: 20_000, interval: 5 });

beforeEach(() => {
  fake = new FakeLab({ stepMs: 0, stepsPerRun: 4 });
});

describe('the values of a sweep', () => {
  it('are read as a person writes them', () => {
    expect(parseSweepValues(fakeRecipe, 'beta', '0, 0.1  1')).toEqual([0, 0.1, 1]);
    expect(parseSweepValues(fakeRecipe, 'method', 'cdt, sp')).toEqual(['cdt', 'sp']);
    expect(parseSweepValues(fakeRecipe, 'bitWidths', '32 2; 4,8')).toEqual([
      [2, 32],
      [4, 8],
    ]);
  });

  it.each([
    ['beta', '', 'sweep: expected 1 to 50 values of beta, got 0'],
    ['beta', '1, x', 'sweep: expected a number, got x'],
    ['beta', '1, 1.0', 'sweep: expected each value once, got 1 again'],
    ['beta', '1000', 'recipe.training.beta: expected at most 100, got 1000'],
    ['model', 'nothing', 'sweep: expected the name of a network, got nothing'],
    ['bitWidths', '2 99', /^recipe\.bitWidths/],
  ] as const)('%s: %j is refused in a sentence', (setting, written, sentence) => {
    expect(() => parseSweepValues(fakeRecipe, setting, written)).toThrow(sentence);
  });
});

describe('a sweep', () => {
  it('trains and maps a run for each value, one after another', async () => {
    const lab = await open();
    lab.sweepForm.choose('seed');
    lab.sweepForm.write('5, 6');
    await lab.startSweep();
    await ended(lab);
    const runs = [...fake.runs.values()];
    expect(runs.map(({ recipe, status }) => [recipe.seed, status])).toEqual([
      [5, 'trained'],
      [6, 'trained'],
    ]);
    expect(runs.map(({ id }) => fake.mappings.get(id)?.done)).toEqual([true, true]);
    expect(lab.sweeps.group.rows.map(({ mapping }) => mapping?.done)).toEqual([true, true]);
    expect(lab.sweeps.current).toBeNull();
  });

  it('goes on in the next page where it was, and trains nothing twice', async () => {
    const first = await open();
    first.sweepForm.setMapped(false);
    first.sweepForm.write('0, 0.5, 1');
    fake.services.tabs.withQueue = () => Promise.resolve(true); // the page is gone before it begins
    await first.startSweep();
    const [sweep] = fake.sweeps.values();
    const [a] = sweep?.items ?? [];
    if (!sweep || !a) throw new Error('internal: no sweep');
    // as if the first had been trained
    const items = sweep.items.map((item) => (item === a ? { ...item, done: true } : item));
    fake.sweeps.set(sweep.id, { ...sweep, items });
    fake.services.tabs.withQueue = async (work) => {
      await work();
      return true;
    };
    const second = await open();
    await ended(second);
    const betas = [...fake.runs.values()].map(({ recipe }) => recipe.training.beta);
    expect(betas).toEqual([0.5, 1]);
  });

  it('is paused, reordered, emptied; what ended stays', async () => {
    const lab = await open();
    fake.services.tabs.withQueue = () => Promise.resolve(true);
    lab.sweepForm.write('1, 2, 3');
    await lab.startSweep();
    const { sweeps } = lab;
    const values = () => sweeps.shown?.items.map(({ value }) => value);
    const [one, two, three] = sweeps.shown?.items ?? [];
    if (!sweeps.shown || !one || !two || !three) throw new Error('internal: no sweep');
    const { id } = sweeps.shown;
    await sweeps.move(id, three.runId, -1);
    await sweeps.move(id, one.runId, -1); // is the first
    expect(values()).toEqual([1, 3, 2]);
    await sweeps.drop(id, two.runId);
    expect(values()).toEqual([1, 3]);
    await sweeps.setPaused(id, true);
    expect(fake.sweeps.get(id)?.isPaused).toBe(true);
    await sweeps.drop(id, null);
    expect(sweeps.list).toEqual([]);
  });

  it('says why a value has no run and goes on', async () => {
    const { spawnTrainer } = fake.services;
    let isFirst = true;
    Object.assign(fake.services, {
      spawnTrainer: () => {
        const spawned = spawnTrainer();
        const { start } = spawned.api;
        Object.assign(spawned.api, {
          start: (...args: Parameters<typeof start>) => {
            if (!isFirst) return start(...args);
            isFirst = false;
            return Promise.reject(new Error('no images'));
          },
        });
        return spawned;
      },
    });
    const lab = await open();
    lab.sweepForm.setMapped(false);
    lab.sweepForm.write('1, 2');
    await lab.startSweep();
    await ended(lab);
    expect(lab.sweeps.list.at(-1)?.items).toMatchObject([
      { value: 1, done: true, fault: expect.stringMatching(/no images/) as string },
      { value: 2, done: true },
    ]);
    expect(lab.sweeps.list.at(-1)?.items[1]?.fault).toBeUndefined();
  });
});

it('one tab alone works on the queue', async () => {
  const locks = new FakeLocks();
  let end: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (end = resolve));
  const first = withQueueLock(() => held, locks);
  const second = vi.fn(() => Promise.resolve());
  expect(await withQueueLock(second, locks)).toBe(false);
  expect(second).not.toHaveBeenCalled();
  end();
  expect(await first).toBe(true);
  expect(await withQueueLock(second, locks)).toBe(true);
});

it('an estimate follows the pace measured here, by the work of each run', async () => {
  const lab = await open();
  const dataset = lab.data.dataset;
  if (!dataset) throw new Error('internal: no dataset');
  const none = estimateSweep([fakeRecipe], dataset, [], null);
  expect(none).toMatchObject({ runs: 1, seconds: null, measured: null });
  await lab.startTraining();
  const [run] = lab.runs.list;
  if (!run) throw new Error('internal: no run');
  const { batchSize, epochs } = fakeRecipe.training;
  const rate = (run.step * batchSize) / run.trainSeconds;
  const one = estimateSweep([fakeRecipe], dataset, [run], null);
  expect(one.measured?.imagesPerSecond).toBeCloseTo(rate);
  expect(one.seconds).toBeCloseTo((epochs * dataset.train) / rate);
  const [narrow, ...rest] = fakeRecipe.bitWidths;
  expect(rest.length).toBeGreaterThan(0);
  const single = { ...fakeRecipe, bitWidths: [narrow ?? 2] };
  const half = estimateSweep([fakeRecipe, single], dataset, [run], null);
  expect(half.seconds).toBeCloseTo((one.seconds ?? NaN) * (1 + 1 / fakeRecipe.bitWidths.length));
  expect(half.bytes).toBeGreaterThan(one.bytes);
  expect(
    estimateSweep([fakeRecipe], dataset, [{ ...run, example: true }], null).seconds,
  ).toBeNull();
});

it('runs beside each other have colours of their own; the reader’s own choice holds', () => {
  expect(colorsOf([{}, { color: 0 }, {}, { color: 2 }, {}])).toEqual([1, 0, 3, 2, 4]);
});
