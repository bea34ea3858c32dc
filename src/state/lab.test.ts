import { beforeEach, describe, expect, it, vi } from 'vitest';
import { fakeRecipe } from '../testing/fake-recipes.ts';
import { FakeLab } from '../testing/fake-services.ts';
import { FAKE_BACKEND } from '../testing/fake-train.ts';
import { searchRecipe } from '../testing/search-records.ts';
import { Lab } from './lab.svelte.ts';

const smoke = {
  ...fakeRecipe,
  name: 'smoke',
  dataset: { kind: 'procedural', seed: 1, train: 512, test: 256 } as const,
};
let fake: FakeLab;
let lab: Lab;

beforeEach(() => {
  fake = new FakeLab({ stepMs: 0, stepsPerRun: 8 });
  lab = new Lab(fake.services, [fakeRecipe, smoke], [searchRecipe]);
});

const trained = async (): Promise<void> => {
  await lab.boot();
  await lab.startTraining();
};

describe('the data bench', () => {
  it('opens with images of the first preset', async () => {
    await lab.boot();
    expect(lab.data.dataset).toMatchObject({ train: 5000, test: 1000 });
    expect(lab.data.preview?.labels.length).toBeGreaterThan(0);
    expect(lab.data.spec).toEqual(fakeRecipe.dataset);
  });

  it('says what is wrong with a bad file and changes nothing else', async () => {
    await lab.boot();
    const before = lab.data.dataset;
    await lab.data.importFiles([new File(['x'], 'bad.bin')]);
    expect(lab.data.alert).toMatch(/expected whole CIFAR-10 records/);
    expect(lab.data.dataset).toBe(before);
    expect(lab.data.stored).toHaveLength(1);
  });

  it('names the reader’s own data by its id in the recipe', async () => {
    await lab.boot();
    await lab.data.importFiles([new File(['x'], 'mine.bin')]);
    expect(lab.data.spec).toEqual({ kind: 'stored', id: 'mine.bin' });
  });

  it('keeps the reader’s own data when a preset is taken', async () => {
    await lab.boot();
    await lab.data.importFiles([new File(['x'], 'mine.bin')]);
    await lab.usePreset(smoke);
    expect(lab.data.dataset?.id).toBe('mine.bin');
    expect(lab.form.presetName).toBe('smoke');
  });

  it('brings the images of a preset otherwise', async () => {
    await lab.boot();
    await lab.usePreset(smoke);
    expect(lab.data.dataset).toMatchObject({ train: 512, test: 256 });
  });
});

describe('training', () => {
  it('shows log, record and accuracies of the run as it happens', async () => {
    await trained();
    expect(lab.train.isLive).toBe(false);
    expect(lab.train.backend).toEqual(FAKE_BACKEND);
    expect(lab.open.record).toMatchObject({ status: 'trained', name: 'quick' });
    expect(lab.open.log.filter((entry) => entry.kind === 'train')).toHaveLength(8);
    expect(lab.runs.list.map((run) => run.id)).toEqual([lab.open.id]);
  });

  it('pauses, steps once, goes on and stops', async () => {
    fake = new FakeLab({ stepMs: 2, stepsPerRun: 10_000 });
    lab = new Lab(fake.services, [fakeRecipe], [searchRecipe]);
    await lab.boot();
    const run = lab.startTraining();
    await vi.waitFor(() => expect(lab.train.pace?.step).toBeGreaterThan(1));
    await lab.train.pause();
    await vi.waitFor(() => expect(lab.train.phase).toBe('paused'));
    await vi.waitFor(async () => {
      const step = lab.train.pace?.step;
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(lab.train.pace?.step).toBe(step); // the step in hand has ended
    });
    const at = lab.train.pace?.step ?? NaN;
    await lab.train.step();
    await vi.waitFor(() => expect(lab.train.pace?.step).toBe(at + 1));
    expect(lab.train.phase).toBe('paused');
    await lab.train.continue();
    await vi.waitFor(() => expect(lab.train.pace?.step).toBeGreaterThan(at + 3));
    await lab.train.stop();
    await run;
    expect(lab.open.record?.status).toBe('stopped');
    expect(lab.train.phase).toBe('idle');
  });

  it('keeps the whole log of a live run while another one is shown', async () => {
    fake = new FakeLab({ stepMs: 1, stepsPerRun: 40 });
    lab = new Lab(fake.services, [fakeRecipe], [searchRecipe]);
    await trained();
    const first = lab.open.id;
    const run = lab.startTraining();
    // looked at in the same event loop as the steps, and far more often than there are steps left
    await vi.waitFor(() => expect(lab.train.phase).toBe('running'), { interval: 1 });
    const live = lab.train.runId;
    if (first === null || live === null) throw new Error('internal: no run');
    await lab.openRun(first);
    fake.logs.set(live, []); // as if the store were behind
    await run;
    await lab.openRun(live);
    expect(lab.open.log.filter((entry) => entry.kind === 'train')).toHaveLength(40);
  });

  it('turns a refusal into one sentence and lives on', async () => {
    await trained();
    const { id } = lab.open;
    if (id === null) throw new Error('internal: no run');
    await lab.resumeRun(id);
    expect(lab.train.alert).toBe('This run has no checkpoint yet.');
    expect(lab.train.isLive).toBe(false);
    await lab.startTraining();
    expect(lab.train.alert).toBeNull();
    expect(lab.runs.list).toHaveLength(2);
  });

  it('does not start on a recipe with a fault', async () => {
    await lab.boot();
    lab.form.setTraining('epochs', NaN);
    expect(lab.form.fault).toMatch(/training\.epochs/);
    expect(lab.form.isFaulty('training.epochs')).toBe(true);
    await lab.startTraining();
    expect(lab.runs.list).toEqual([]);
  });
});

describe('mapping and trade-off', () => {
  it('gives every bit-width its accuracy and its cost', async () => {
    await trained();
    await lab.startMapping();
    expect(lab.open.mapping?.done).toBe(true);
    expect(lab.trade.points.map((p) => p.bits)).toEqual(fakeRecipe.bitWidths);
    for (const point of lab.trade.points) {
      expect(point.accuracy).toBeGreaterThan(0);
      expect(point.cost?.energyPj).toBeGreaterThan(0);
    }
  });

  it('switches to a width at once, with what it predicts', async () => {
    await trained();
    expect(lab.trade.bits).toBe(32);
    lab.trade.choose(4);
    expect(lab.trade.point?.bits).toBe(4);
    expect(lab.trade.reference?.bits).toBe(32);
    expect(lab.trade.predictions?.map((p) => p.bits)).toEqual(fakeRecipe.bitWidths);
  });

  it('keeps each image’s prediction', async () => {
    await trained();
    const first = lab.trade.predictions;
    await lab.trade.pick(3);
    expect(lab.trade.predictions).not.toEqual(first);
    await lab.trade.pick(0);
    expect(lab.trade.predictions).toBe(first);
  });
});

describe('stored runs', () => {
  it('open again with log and mapping, as after a reload', async () => {
    await trained();
    await lab.startMapping();
    const { id } = lab.open;
    const reloaded = new Lab(fake.services, [fakeRecipe], [searchRecipe]);
    await reloaded.boot();
    expect(reloaded.open.id).toBe(id);
    expect(reloaded.open.log).toEqual(lab.open.log);
    expect(reloaded.open.mapping).toEqual(lab.open.mapping);
    expect(reloaded.trade.points).toEqual(lab.trade.points);
  });

  it('are deleted one or all, the shown one too', async () => {
    await trained();
    await lab.startTraining();
    const { id } = lab.open;
    if (id === null) throw new Error('internal: no run');
    await lab.deleteRun(id);
    expect(lab.open.record).toBeNull();
    expect(lab.runs.list).toHaveLength(1);
    await lab.deleteAllRuns();
    expect(lab.runs.list).toEqual([]);
  });

  it('take a recipe file, and refuse a bad one in a sentence', async () => {
    await lab.boot();
    await lab.useRecipeFile(new File([JSON.stringify({ ...smoke, name: 'own' })], 'own.json'));
    expect(lab.form.draft.name).toBe('own');
    await lab.useRecipeFile(new File(['{"version":2}'], 'bad.json'));
    expect(lab.notice).toMatch(/^recipe/);
    expect(lab.form.draft.name).toBe('own');
  });
});

describe('storage', () => {
  const use = { usageBytes: 0, persisted: false, temporary: false };

  it('that is too small for the run is known before it starts', async () => {
    fake.services.store.storageUse = () => Promise.resolve({ ...use, quotaBytes: 1e12 });
    await lab.boot();
    expect(lab.shortage).toBeNull();
    fake.services.store.storageUse = () => Promise.resolve({ ...use, quotaBytes: 1000 });
    await lab.runs.refresh();
    expect(lab.shortage).toMatchObject({ leftBytes: 1000 });
    expect(lab.shortage?.neededBytes).toBeGreaterThan(1000);
  });

  it('that the browser has cleared since the last visit is said, and said once', async () => {
    const kept = new Map<string, string>();
    vi.stubGlobal('localStorage', {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => kept.set(key, value),
      removeItem: (key: string) => kept.delete(key),
    });
    await trained();
    fake.runs.clear();
    const next = new Lab(fake.services, [fakeRecipe], [searchRecipe]);
    await next.boot();
    expect(next.notice).toMatch(/^The run of your last visit is gone: the browser has cleared/);
    const later = new Lab(fake.services, [fakeRecipe], [searchRecipe]);
    await later.boot();
    expect(later.notice).toBeNull();
    vi.unstubAllGlobals();
  });
});
