/** The search worker's session in this process: `simd` and an IndexedDB in memory. */
import { setBackend } from '@tensorflow/tfjs-core';
import { IDBFactory } from 'fake-indexeddb';
import 'fake-indexeddb/auto';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { generateProcedural } from '../src/data/procedural.ts';
import { SupernetTrainer } from '../src/nas/supernet-trainer.ts';
import type { SearchProgress, SearchSpec } from '../src/rpc/search-api.ts';
import type { SearchRecipe } from '../src/spec/search-recipe.ts';
import { acceleratorByName } from '../src/hw/presets/catalogue.ts';
import { putAccelerator } from '../src/store/accelerators.ts';
import { putDataset } from '../src/store/datasets.ts';
import { openLab } from '../src/store/open.ts';
import { latestCheckpoint, OF_SEARCHES, putCheckpoint } from '../src/store/checkpoints.ts';
import { readSearchLog } from '../src/store/searches.ts';
import { datasetInfo } from '../src/testing/records.ts';
import { searchRecipe } from '../src/testing/search-records.ts';
import { registerSimdInNode } from '../src/testing/simd.ts';
import { valueFault } from '../src/train/recovery.ts';
import { SearchSession } from './search-session.ts';

const dataset = generateProcedural({
  seed: 3,
  trainCount: 64,
  testCount: 8,
  width: 16,
  height: 16,
  classCount: 4,
});

const services = {
  startBackend: () => Promise.resolve({ name: 'simd', reason: 'a test', detail: 'none' } as const),
};

beforeAll(async () => {
  registerSimdInNode();
  await setBackend('simd');
});

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  const db = await openLab();
  const { classNames } = dataset;
  await putDataset(db, { ...datasetInfo('d'), width: 16, height: 16, classNames }, dataset);
  db.close();
});

afterEach(() => vi.restoreAllMocks());

const specOf = (searchId: string, change: Partial<SearchSpec> = {}): SearchSpec => ({
  searchId,
  name: 'a search',
  recipe: searchRecipe,
  method: 'sp-nas',
  datasetId: 'd',
  backend: 'simd',
  codeVersion: 'test',
  ...change,
});

describe('SearchSession', () => {
  it('searches, tells of it, stores it, and gives a network of the cost asked for', async () => {
    const told: SearchProgress[] = [];
    const record = await new SearchSession(services).start(specOf('s'), (p) => told.push(p));
    expect(record).toMatchObject({ status: 'found', step: 8, totalSteps: 8, method: 'sp-nas' });
    const { found } = record;
    expect(Math.abs((found?.cost ?? 0) / 250_000 - 1)).toBeLessThanOrEqual(0.1);
    expect(found?.macs).toBe(found?.cost);
    expect(found?.choices).toHaveLength(3);
    const kinds = new Set(told.map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual([
      ...['backend', 'log', 'memory', 'record', 'stage', 'step', 'table'],
    ]);
    const last = told.findLast((p) => p.kind === 'step');
    expect(last?.kind === 'step' && last.architecture.probabilities).toHaveLength(3);
    const log = await readSearchLog(await openLab(), 's');
    expect(log.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(log.map(({ validation }) => validation === null)).toEqual([
      ...[true, true, true, true],
      ...[false, false, false, false],
    ]);
    expect(log[0]?.metrics.map(({ bits }) => bits)).toEqual([2, 32]);
  });

  it('paused, stopped and resumed ends with the bytes of a whole search', async () => {
    const whole = new SearchSession(services);
    await whole.start(specOf('whole'), () => undefined);
    const first = new SearchSession(services);
    let pauses = 0;
    const stopped = await first.start(specOf('parts'), (p) => {
      if (p.kind === 'log' && p.entry.step === 5) void first.pause('parts');
      if (p.kind !== 'record' || p.record.status !== 'paused') return;
      if (++pauses === 1) void first.step('parts');
      else void first.stop('parts');
    });
    expect(stopped.status).toBe('stopped');
    expect(pauses).toBe(2);
    const record = await new SearchSession(services).resume('parts', 'simd', () => undefined);
    expect(record.status).toBe('found');
    const db = await openLab();
    expect(await latestCheckpoint(db, 'parts', OF_SEARCHES)).toEqual(
      await latestCheckpoint(db, 'whole', OF_SEARCHES),
    );
    const strip = (log: Awaited<ReturnType<typeof readSearchLog>>) =>
      log.map(({ step, probabilities }) => ({ step, probabilities }));
    expect(strip(await readSearchLog(db, 'parts'))).toEqual(
      strip(await readSearchLog(db, 'whole')),
    );
  });

  it('takes back an epoch that ruined its weights, and goes on at a quarter of the rate', async () => {
    const { evaluate } = SupernetTrainer.prototype;
    const rates = new Map<number, number>();
    let isRuined = false;
    vi.spyOn(SupernetTrainer.prototype, 'evaluate').mockImplementation(async function (
      this: SupernetTrainer,
      candidate,
    ) {
      rates.set(candidate.step, this.rateFactor);
      const result = await evaluate.call(this, candidate);
      if (candidate.step === 5 && !isRuined) {
        isRuined = true;
        this.restore((await this.snapshot()).map((one) => ({ ...one, data: one.data.fill(NaN) })));
      }
      return result;
    });
    const told: SearchProgress[] = [];
    const record = await new SearchSession(services).start(specOf('s'), (p) => told.push(p));
    expect(record).toMatchObject({ status: 'found', step: 8 });
    expect(record.failure).toBeUndefined();
    const db = await openLab();
    const log = await readSearchLog(db, 's');
    const events = log.flatMap(({ step, event }) => (event === undefined ? [] : [{ step, event }]));
    expect(events).toHaveLength(1);
    expect(events[0]?.step).toBe(4);
    expect(events[0]?.event).toMatch(
      /^The search diverged by step \d: .+\. Back to step 4, and on at 0\.25 of the recipe’s learning rate/,
    );
    const measured = log.filter(({ event }) => event === undefined);
    expect(measured.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(measured.every(({ metrics }) => metrics.length === 2)).toBe(true);
    expect([3, 4, 7].map((step) => rates.get(step))).toEqual([1, 0.25, 0.25]);
    expect(told.filter(({ kind }) => kind === 'notice')).toEqual([
      { kind: 'notice', searchId: 's', text: events[0]?.event },
    ]);
    const { checkpoint } = await latestCheckpoint(db, 's', OF_SEARCHES);
    expect(checkpoint?.state).toMatchObject({ rollBacks: 1, step: 8 });
    expect(valueFault(checkpoint?.tensors ?? [])).toBeNull();
  });

  /** The largest rate that a recipe may have, with nothing that tames it. */
  const { search } = searchRecipe;
  const absurd = {
    learningRate: 10,
    finalLearningRate: 10,
    momentum: 0.999,
    weightDecay: 0,
  } as const;
  const wild: SearchRecipe = { ...searchRecipe, search: { ...search, weights: absurd, epochs: 3 } };

  it('that diverges ends soundly, and in the same bytes when it was stopped and resumed', async () => {
    const whole = await new SearchSession(services).start(
      specOf('whole', { recipe: wild }),
      () => undefined,
    );
    const db = await openLab();
    const eventsOf = async (id: string) =>
      (await readSearchLog(db, id)).flatMap(({ event }) => event ?? []);
    const said = await eventsOf('whole');
    expect(said.length).toBeGreaterThan(0);
    expect(whole.found).toBeDefined();
    expect(whole.failure).toBe(whole.status === 'found' ? undefined : said.at(-1));
    const first = new SearchSession(services);
    let isStopped = false;
    const stopped = await first.start(specOf('parts', { recipe: wild }), (p) => {
      if (isStopped || p.kind !== 'log' || p.entry.event === undefined) return;
      isStopped = true;
      void first.stop('parts');
    });
    expect(stopped.status).toBe('stopped');
    const after = await new SearchSession(services).resume('parts', 'simd', () => undefined);
    expect(after.status).toBe(whole.status);
    expect(after.found).toEqual(whole.found);
    expect(await eventsOf('parts')).toEqual(said);
    const end = await latestCheckpoint(db, 'whole', OF_SEARCHES);
    expect(await latestCheckpoint(db, 'parts', OF_SEARCHES)).toEqual(end);
    expect(valueFault(end.checkpoint?.tensors ?? [])).toBeNull();
  });

  it('says in its log that a checkpoint was damaged', async () => {
    const session = new SearchSession(services);
    await session.start(specOf('s'), (p) => {
      if (p.kind === 'log' && p.entry.step === 4) void session.stop('s');
    });
    const db = await openLab();
    const { checkpoint } = await latestCheckpoint(db, 's', OF_SEARCHES);
    if (checkpoint === undefined) throw new Error('no checkpoint');
    const later = { ...checkpoint, step: checkpoint.step + 1 };
    await putCheckpoint(db, 's', later, OF_SEARCHES);
    const key: [string, number] = ['s', later.step];
    const torn = await db.get('searchCheckpoints', key);
    if (torn === undefined) throw new Error('not stored');
    await db.put('searchCheckpoints', { ...torn, checksum: 'other' });
    const record = await new SearchSession(services).resume('s', 'simd', () => undefined);
    expect(record.status).toBe('found');
    const events = (await readSearchLog(db, 's')).flatMap(({ event }) => event ?? []);
    expect(events).toEqual([
      `The checkpoint of step ${later.step} was damaged: the search went on from the one of step ${checkpoint.step}.`,
    ]);
  });

  it('fills a table of energy by mapping every layer, for EDP and its rivals', async () => {
    const { search } = searchRecipe;
    const cost = { metric: 'edp', target: 1e12, tolerance: 0.5, evaluationsPerLayer: 5 } as const;
    const recipe: SearchRecipe = { ...searchRecipe, search: { ...search, cost } };
    const told: SearchProgress[] = [];
    const session = new SearchSession(services);
    const change = { recipe, method: 'mobilenetv2-scaled', macs: 2_000_000 } as const;
    const record = await session.start(specOf('m', change), (p) => told.push(p));
    expect(Math.abs((record.found?.macs ?? 0) / 2_000_000 - 1)).toBeLessThanOrEqual(0.05);
    const table = told.find((p) => p.kind === 'table');
    if (table?.kind !== 'table') throw new Error('no table was told');
    expect(table.table.source).toMatchObject({ accelerator: 'eyeriss', objective: 'edp' });
    for (const options of table.table.blocks) {
      options.forEach((option, i) => {
        const isSkip = table.table.choices[i] === 'skip' && option.macs === 0;
        expect((option.energyPj ?? 0) > 0).toBe(!isSkip);
        expect((option.latencyCycles ?? 0) > 0).toBe(!isSkip);
      });
    }
  });

  it('prices on an accelerator of the reader’s own, also where MACs are searched', async () => {
    const db = await openLab();
    await putAccelerator(db, { ...acceleratorByName('eyeriss'), name: 'mine' });
    const { search, mapping } = searchRecipe;
    const cost = { ...search.cost, evaluationsPerLayer: 5 };
    const recipe = {
      ...searchRecipe,
      search: { ...search, cost },
      mapping: { ...mapping, accelerator: 'mine' },
    };
    const session = new SearchSession(services);
    const random = { method: 'random' } as const;
    const record = await session.start(specOf('r', { ...random, recipe }), () => undefined);
    expect(record.table).toMatchObject({ source: { accelerator: 'mine', objective: 'edp' } });
  });

  it('says what is wrong', async () => {
    const session = new SearchSession(services);
    const start = (change: Partial<SearchSpec>) =>
      session.start(specOf('s', change), () => undefined);
    await expect(start({ datasetId: 'none' })).rejects.toThrow('got the unknown none');
    const { search } = searchRecipe;
    const cost = { ...search.cost, target: 1e9 };
    await expect(
      start({ method: 'random', recipe: { ...searchRecipe, search: { ...search, cost } } }),
    ).rejects.toThrow('random network: expected networks of flops');
    await expect(session.resume('none', 'simd', () => undefined)).rejects.toThrow(
      'expected a stored search to resume',
    );
  });
});
