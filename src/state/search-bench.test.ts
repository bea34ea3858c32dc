import { beforeEach, describe, expect, it, vi } from 'vitest';
import { fakeRecipe } from '../testing/fake-recipes.ts';
import { FakeLab } from '../testing/fake-services.ts';
import { searchRecipe as small16 } from '../testing/search-records.ts';
import { Lab } from './lab.svelte.ts';

/** The fake's images are larger, so networks of the space cost more. */
const cost = { ...small16.search.cost, target: 1_000_000 };
const searchRecipe = { ...small16, search: { ...small16.search, cost } };
const paper = {
  ...searchRecipe,
  name: 'sp-nas-paper',
  search: { ...searchRecipe.search, epochs: 50, paths: 'all' as const },
};
const small = { ...fakeRecipe, mapping: { ...fakeRecipe.mapping, evaluationsPerLayer: 10 } };

let fake: FakeLab;
let lab: Lab;

beforeEach(async () => {
  fake = new FakeLab({ stepMs: 0, stepsPerRun: 6 });
  lab = new Lab(fake.services, [small], [searchRecipe, paper]);
  await lab.boot();
});

describe('setting up a search', () => {
  it('fits the space to the images and says which targets make sense', () => {
    const { form } = lab.search;
    expect(form.space).toMatchObject({ input: { width: 32, height: 32 }, classes: 10 });
    const { cheapest = 0, start = 0, dearest = 0 } = form.range ?? {};
    expect(cheapest).toBeGreaterThan(0);
    expect(start).toBeGreaterThan(cheapest);
    expect(dearest).toBeGreaterThan(start);
  });

  it('tells the memory of both ways of mixing, all taking more', () => {
    const [all, few] = lab.search.form.memory;
    expect([all?.paths, few?.paths]).toEqual(['all', 'few']);
    expect(all?.memory.totalBytes ?? 0).toBeGreaterThan(few?.memory.totalBytes ?? Infinity);
    expect(lab.search.form.memoryWarning).toBeNull();
  });

  it('warns when a step will not fit', () => {
    const { form } = lab.search;
    form.setLayout('imagenet');
    form.setSearch('batchSize', 512);
    form.setPaths('all');
    expect(form.memoryWarning).toMatch(/more memory than/);
  });

  it('says in a sentence that no network has such a cost', () => {
    const { form } = lab.search;
    expect(form.fault).toBeNull();
    form.setPart('cost', 'target', 1);
    expect(form.fault).toMatch(/^recipe\.search\.cost\.target: expected a cost that networks/);
    expect(form.isFaulty('search.cost.target')).toBe(true);
    expect(form.isFaulty('search.cost.tolerance')).toBe(false);
  });

  it('moves a target that means nothing in another layout to where searches begin', () => {
    const { form } = lab.search;
    form.setLayout('cifar');
    const { start = NaN } = form.range ?? {};
    expect(form.draft.search.cost.target / start).toBeCloseTo(1, 1);
  });

  it('keeps one method at least, in their usual order', () => {
    const { form } = lab.search;
    form.toggleMethod('sp-nas');
    expect(form.draft.search.methods).toEqual(['sp-nas']);
    form.toggleMethod('random');
    form.toggleMethod('fp-nas');
    expect(form.draft.search.methods).toEqual(['sp-nas', 'fp-nas', 'random']);
  });

  it('takes the paper’s pace and keeps space, budget and methods', () => {
    const { form } = lab.search;
    const { space } = form.draft.search;
    expect(form.isPaper).toBe(false);
    form.usePaper();
    expect(form.isPaper).toBe(true);
    expect(form.draft.search).toMatchObject({ epochs: 50, paths: 'all', cost, space });
    expect(form.presetName).toBeNull();
  });

  it('knows no targets in energy until the table is filled', async () => {
    const { form } = lab.search;
    form.setMetric('energy');
    expect(form.range).toBeNull();
    form.setMetric('flops');
    await lab.search.price();
    expect(form.table).not.toBeNull();
  });
});

describe('a search', () => {
  it('shows probabilities, log and table live, and what it finds', async () => {
    await lab.search.start();
    const { shown, stored } = lab.search;
    expect(shown.record).toMatchObject({ status: 'found', method: 'sp-nas' });
    expect(shown.log.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(shown.architecture?.probabilities).toHaveLength(3);
    expect(shown.table?.blocks).toHaveLength(3);
    expect(shown.drawn).toBeNull();
    expect(stored.list.map(({ id }) => id)).toEqual([shown.id]);
    expect(lab.search.isBusy).toBe(false);
  });

  it('pauses, steps, continues and stops', async () => {
    fake = new FakeLab({ stepMs: 5, stepsPerRun: 400 });
    lab = new Lab(fake.services, [small], [searchRecipe]);
    await lab.boot();
    const search = lab.search.start();
    const live = lab.search.run;
    await vi.waitFor(() => expect(live.phase).toBe('running'));
    await live.pause();
    await vi.waitFor(() => expect(live.phase).toBe('paused'));
    const at = live.pace?.step ?? NaN;
    await live.step();
    await vi.waitFor(() => expect(live.pace?.step).toBe(at + 1));
    expect(live.phase).toBe('paused');
    await live.continue();
    await vi.waitFor(() => expect(live.pace?.step).toBeGreaterThan(at + 2));
    await live.stop();
    await search;
    expect(lab.search.shown.record?.status).toBe('stopped');
    expect(lab.search.shown.record?.found).toBeDefined();
  });

  it('is there after a reload, and goes on from where it was', async () => {
    await lab.search.start();
    const { id } = lab.search.shown;
    const record = fake.searches.records.get(id ?? '');
    if (!record || id === null) throw new Error('not stored');
    const { found: _found, ...rest } = record;
    fake.searches.records.set(id, { ...rest, status: 'searching', step: 3 });
    const next = new Lab(fake.services, [small], [searchRecipe]);
    await next.boot();
    expect(next.search.shown.id).toBe(id);
    await next.search.resume(id);
    expect(next.search.shown.record?.status).toBe('found');
    expect(next.search.shown.log.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('is deleted with all that is its own', async () => {
    await lab.search.start();
    const { id } = lab.search.shown;
    await lab.search.remove(id ?? '');
    expect(fake.searches.logs.size).toBe(0);
    expect(lab.search.shown.record).toBeNull();
    expect(lab.search.stored.list).toEqual([]);
  });
});

describe('from a search to a mapped network', () => {
  it('trains what was found as an ordinary run, named after search and method', async () => {
    await lab.search.start();
    const { record } = lab.search.shown;
    await lab.search.train(record?.id ?? '');
    expect(lab.open.record).toMatchObject({
      name: 'sp-nas-test sp-nas',
      status: 'trained',
      recipe: { model: record?.found?.model },
    });
    expect(lab.search.stored.list[0]?.runId).toBe(lab.open.id);
    expect(lab.search.shown.record?.runId).toBe(lab.open.id); // what the bench offers to map
  });

  it('searches, trains and maps every method in one go, and compares them', async () => {
    lab.search.form.toggleMethod('fp-nas');
    await lab.search.start('map');
    expect(lab.search.alert).toBeNull();
    expect(lab.runs.list.map(({ name }) => name).sort()).toEqual([
      'sp-nas-test fp-nas',
      'sp-nas-test sp-nas',
    ]);
    const datasetId = lab.search.shown.record?.dataset.id ?? '';
    const results = lab.search.results.of(datasetId);
    expect(results.map(({ method }) => method).sort()).toEqual(['fp-nas', 'sp-nas']);
    for (const { points } of results) {
      expect(points.map(({ bits }) => bits)).toEqual(searchRecipe.bitWidths);
      expect(points.every(({ cost }) => (cost?.energyPj ?? 0) > 0)).toBe(true);
    }
  });
});
