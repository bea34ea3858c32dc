/**
 * @file Faults at a seeded random moment of a training run: what ends it, what takes its storage. The
 * run is brought to its end after each and its last checkpoint compared, bit for bit, with that of
 * the run that nothing happened to.
 */
import type { Page } from '@playwright/test';
import { expect } from '@playwright/test';
import type { RunRecord } from '../../src/spec/run.ts';
import type { StoredCheckpoint, StoredLogEntry } from '../../src/store/schema.ts';
import { TID } from '../../src/ui/testids.ts';
import { Rng } from '../../src/util/rng.ts';
import { LabPage } from '../pages/LabPage.ts';
import { records } from '../records.ts';
import type { KillableChromium } from './chromium.ts';
import {
  AT_POINT,
  holdStore,
  inTrainer,
  listen,
  rememberHelpers,
  ruinNumbers,
  standAt,
} from './inject.ts';
import type { Helped, Told, WritePoint } from './inject.ts';

export const FAULTS = [
  'tab',
  'browser',
  'throw',
  'helper',
  'memory',
  'nan',
  'disk-full',
  'disk-fails',
  'stall',
  'sleep',
  'hang',
  'gpu',
  'write-asked',
  'write-made',
  'write-committed',
  'record-made',
  'delete-asked',
  'delete-made',
  'delete-committed',
] as const;
export type Fault = (typeof FAULTS)[number];

export interface FaultOutcome {
  readonly fault: Fault;
  /** The run came to its end. */
  readonly survived: boolean;
  /** Steps done again: those between the last checkpoint and the fault. */
  readonly repeatedSteps: number;
  /** Sentences that the reader was told of it, each counted once for as long as it stood there. */
  readonly told: number;
  /** As many as there should be: one, or none where the run did not suffer. */
  readonly isToldOnce: boolean;
  /** Its last checkpoint has the bits of the run that nothing happened to. */
  readonly identical: boolean;
  /** What went wrong, where it did. */
  readonly reason?: string;
}

const STEP_MS = 240_000;
/** Epochs of the smoke recipe, so that a moment in the middle is far from both ends. */
const EPOCHS = 12;
/** A full disk, or one that does not answer, for so long. */
const TROUBLE_MS = 4000;
/** At least as many arrays are copied in a step. */
const COPIES_OF_A_STEP = 12;
/** A GPU that is the processor takes its time: the run is struck early. */
const GPU_STEP = 3;
/** Longer than it takes to kill a browser whose thread stands still. */
const STANDING_MS = 60_000;

/** The browser is killed at a moment of the write of a checkpoint, of the run's record, of a deletion. */
const POINTS: Readonly<Partial<Record<Fault, WritePoint>>> = {
  'write-asked': { store: 'checkpoints', method: 'put', moment: 'asked' },
  'write-made': { store: 'checkpoints', method: 'put', moment: 'made' },
  'write-committed': { store: 'checkpoints', method: 'put', moment: 'committed' },
  'record-made': { store: 'runs', method: 'put', moment: 'made' },
  'delete-asked': { store: 'runs', method: 'delete', moment: 'asked' },
  'delete-made': { store: 'runs', method: 'delete', moment: 'made' },
  'delete-committed': { store: 'runs', method: 'delete', moment: 'committed' },
};

/** For so long Chromium believes in the room that it has found for IndexedDB. */
const QUOTA_CACHE_MS = 32_000;

/** Told of nothing: what ends the page, and what the run rides out. */
const SILENT: readonly Fault[] = [
  ...(Object.keys(POINTS) as Fault[]),
  ...(['tab', 'browser', 'stall', 'sleep'] as const),
];
/** Its end has other bits: rolled back it goes on at a lower rate, without its GPU on another backend. */
const OTHERWISE: readonly Fault[] = ['nan', 'gpu'];

export interface FaultSetting {
  readonly chromium: KillableChromium;
  readonly url: string;
}

/** Open the lab, set up the run; returns once it trains. */
async function begin(
  { url }: FaultSetting,
  page: Page,
  backend: 'simd' | 'webgpu' = 'simd',
): Promise<LabPage> {
  const lab = new LabPage(page);
  await lab.open(url);
  await lab.useSmoke();
  await page.evaluate(listen, TID.trainAlert);
  await lab.tid(TID.backend).selectOption(backend); // which asks the trainer what it can do
  await inTrainer(page, rememberHelpers);
  await lab.tid(TID.epochs).fill(String(EPOCHS));
  await lab.tid(TID.trainStart).click();
  // not the run before it, which the page showed until now
  await expect(lab.tid(TID.trainStatus)).toHaveText(/^(Starting|Training)$/);
  return lab;
}

async function ended(lab: LabPage): Promise<void> {
  await expect(lab.tid(TID.trainStatus)).toHaveText('Trained', { timeout: STEP_MS });
}

async function runs(lab: LabPage): Promise<RunRecord[]> {
  return ((await lab.stored('runs')) as RunRecord[]).sort((a, b) => a.createdAt - b.createdAt);
}

/** Checksum over all bits of the last checkpoint of the newest run, and its step. */
async function finalState(lab: LabPage): Promise<string> {
  const run = (await runs(lab)).at(-1);
  const checkpoints = (await records(lab.page, 'checkpoints', ['tensors'])) as StoredCheckpoint[];
  const last = checkpoints.filter(({ runId }) => runId === run?.id).at(-1);
  if (run === undefined || last === undefined) throw new Error('no checkpoint is stored');
  const accuracies = run.accuracies?.map(({ accuracy }) => accuracy).join();
  return `step ${last.step} of ${run.totalSteps}, ${last.checksum}, ${accuracies ?? 'not tested'}`;
}

/** The run that nothing happens to. */
export async function undisturbed(
  setting: FaultSetting,
): Promise<{ state: string; steps: number }> {
  const page = await setting.chromium.start();
  const lab = await begin(setting, page);
  await ended(lab);
  const outcome = {
    state: await finalState(lab),
    steps: (await runs(lab)).at(-1)?.totalSteps ?? 0,
  };
  await setting.chromium.kill();
  return outcome;
}

/** One fault between a tenth and nine tenths of the run. */
export async function tryFault(
  fault: Fault,
  seed: number,
  setting: FaultSetting,
  expected: { readonly state: string; readonly steps: number },
): Promise<FaultOutcome> {
  // a deletion is asked for while the run goes on
  const last = fault.startsWith('delete') ? 0.25 : 0.7;
  const share = new Rng(seed).fork(fault).uniform(0.1, last);
  const at = fault === 'gpu' ? GPU_STEP : Math.floor(expected.steps * share);
  let repeatedSteps = 0;
  try {
    const page = await setting.chromium.start();
    const lab = await begin(setting, page, fault === 'gpu' ? 'webgpu' : 'simd');
    await expect
      .poll(() => lab.step(), { timeout: STEP_MS, intervals: [20] })
      .toBeGreaterThanOrEqual(at);
    const after = await strike(fault, lab, setting);
    repeatedSteps = after.repeatedSteps;
    await ended(after.lab);
    const sentences = await after.lab.page.evaluate(() => (window as Told).told ?? []);
    const told = sentences.length;
    const isToldOnce = told === (SILENT.includes(fault) ? 0 : 1);
    const outcome = {
      ...{ fault, survived: true, repeatedSteps, told, isToldOnce },
      ...(!isToldOnce && { reason: `told ${told} times: ${sentences.join(' | ')}` }),
    };
    if (OTHERWISE.includes(fault)) return { ...outcome, identical: false };
    await expect.poll(() => finalState(after.lab), { timeout: 30_000 }).toBe(expected.state);
    return { ...outcome, identical: true };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const nothing = { survived: false, told: 0, isToldOnce: false, identical: false };
    return { fault, ...nothing, repeatedSteps, reason };
  } finally {
    await setting.chromium.kill();
  }
}

async function strike(
  fault: Fault,
  lab: LabPage,
  setting: FaultSetting,
): Promise<{ lab: LabPage; repeatedSteps: number }> {
  const before = await lab.step();
  switch (fault) {
    case 'tab': {
      const { page } = lab;
      const next = await page.context().newPage();
      await page.close();
      return resumed(new LabPage(next), setting, before);
    }
    case 'browser': {
      await setting.chromium.kill();
      return resumed(new LabPage(await setting.chromium.start()), setting, before);
    }
    case 'throw': {
      await inTrainer(lab.page, () => {
        setTimeout(() => {
          throw new Error('a fault');
        });
      });
      return restarted(lab, before);
    }
    case 'helper': {
      await inTrainer(lab.page, () => {
        // no message of Comlink has such arguments: its listener throws
        (globalThis as Helped).helpers?.at(-1)?.postMessage({ type: 'GET', argumentList: 1 });
      });
      return restarted(lab, before);
    }
    case 'memory': {
      await inTrainer(lab.page, () => {
        const { prototype } = Float32Array;
        prototype.slice = () => {
          throw new RangeError('Array buffer allocation failed');
        };
      });
      return restarted(lab, before);
    }
    case 'nan': {
      await inTrainer(lab.page, ruinNumbers, COPIES_OF_A_STEP);
      await expect(lab.tid(TID.trainAlert)).toContainText('Training diverged', {
        timeout: STEP_MS,
      });
      return { lab, repeatedSteps: 0 };
    }
    case 'disk-fails': {
      await inTrainer(lab.page, () => {
        const { prototype } = IDBObjectStore;
        const { put } = prototype;
        prototype.put = () => {
          throw new DOMException('a fault', 'UnknownError');
        };
        setTimeout(() => (prototype.put = put), 4000);
      });
      return { lab, repeatedSteps: 0 };
    }
    case 'sleep': {
      // the page sleeps, and wakes a day earlier
      const session = await lab.page.context().newCDPSession(lab.page);
      await session.send('Page.setWebLifecycleState', { state: 'frozen' });
      await new Promise((resolve) => setTimeout(resolve, TROUBLE_MS));
      await session.send('Page.setWebLifecycleState', { state: 'active' });
      const earlier = (): void => {
        const { now } = Date;
        Date.now = () => now() - 86_400_000;
      };
      await lab.page.evaluate(earlier);
      await inTrainer(lab.page, earlier);
      return { lab, repeatedSteps: 0 };
    }
    case 'hang': {
      await inTrainer(lab.page, () => {
        setTimeout(() => {
          for (;;);
        });
      });
      return restarted(lab, before);
    }
    case 'disk-full': {
      await lab.tid(TID.trainPause).click();
      await expect(lab.tid(TID.trainStatus)).toHaveText('Paused', { timeout: STEP_MS });
      const session = await lab.page.context().newCDPSession(lab.page);
      const { origin } = new URL(setting.url);
      await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1 });
      await lab.page.waitForTimeout(QUOTA_CACHE_MS);
      await lab.tid(TID.trainContinue).click();
      await lab.page.waitForTimeout(TROUBLE_MS);
      await session.send('Storage.overrideQuotaForOrigin', { origin });
      return { lab, repeatedSteps: 0 };
    }
    case 'stall': {
      await lab.page.evaluate(holdStore, TROUBLE_MS);
      return { lab, repeatedSteps: 0 };
    }
    case 'gpu': {
      await inTrainer(lab.page, () => {
        const { prototype } = GPUDevice;
        const { createCommandEncoder } = prototype; // of every submission, whatever else is cached
        prototype.createCommandEncoder = function (descriptor) {
          prototype.createCommandEncoder = createCommandEncoder;
          const encoder = createCommandEncoder.call(this, descriptor);
          this.destroy();
          return encoder;
        };
      });
      await expect(lab.tid(TID.trainAlert)).toContainText('The GPU was lost', { timeout: STEP_MS });
      return { lab, repeatedSteps: Math.max(0, before - (await newestStep(lab))) };
    }
    case 'write-asked':
    case 'write-made':
    case 'write-committed':
    case 'record-made': {
      await Promise.all([standing(lab.page), inTrainer(lab.page, standAt, pointOf(fault))]);
      await setting.chromium.kill();
      return resumed(new LabPage(await setting.chromium.start()), setting, before);
    }
    case 'delete-asked':
    case 'delete-made':
    case 'delete-committed':
      return killedDeleting(lab, setting, before, pointOf(fault));
    default:
      return fault satisfies never;
  }
}

function pointOf(fault: Fault): Parameters<typeof standAt>[0] {
  const point = POINTS[fault];
  if (point === undefined) throw new Error(`internal: no point for ${fault}`);
  return { ...point, sentence: AT_POINT, ms: STANDING_MS };
}

/** A thread of the page stands still at its point. */
async function standing(page: Page): Promise<void> {
  const timeout = STEP_MS;
  await page.waitForEvent('console', { predicate: (line) => line.text() === AT_POINT, timeout });
}

/** What is kept of a run. */
async function keptOf(lab: LabPage, id: string): Promise<readonly number[]> {
  const logs = (await records(lab.page, 'logs', ['entry'])) as StoredLogEntry[];
  const checkpoints = (await records(lab.page, 'checkpoints', ['tensors'])) as StoredCheckpoint[];
  return [await runs(lab), logs, checkpoints].map(
    (all, i) =>
      all.filter((one) => (i === 0 ? (one as RunRecord).id : (one as StoredLogEntry).runId) === id)
        .length,
  );
}

/** While the run trains its reader deletes the oldest one: all of it goes, or nothing. */
async function killedDeleting(
  lab: LabPage,
  setting: FaultSetting,
  before: number,
  point: Parameters<typeof standAt>[0],
): Promise<{ lab: LabPage; repeatedSteps: number }> {
  const [oldest] = await runs(lab);
  if (oldest === undefined) throw new Error('there is no run to delete');
  const whole = await keptOf(lab, oldest.id);
  await lab.tid(TID.openRuns).click();
  await lab.page.evaluate(standAt, point);
  const row = lab.tid(TID.runs).getByTestId(TID.runDelete).last();
  const reached = standing(lab.page);
  void row.click().catch(() => undefined); // nobody is left to answer
  await reached;
  await setting.chromium.kill();
  const next = new LabPage(await setting.chromium.start());
  const after = await resumed(next, setting, before);
  const left = await keptOf(next, oldest.id);
  const isGone = left.every((count) => count === 0);
  if (!isGone && left.join() !== whole.join()) {
    throw new Error(`${left.join()} of ${whole.join()} records are left of a deleted run`);
  }
  if (point.moment === 'committed' && !isGone) throw new Error('a deleted run is there again');
  return after;
}

/** Of the last checkpoint of the newest run. */
async function newestStep(lab: LabPage): Promise<number> {
  const run = (await runs(lab)).at(-1);
  const checkpoints = (await records(lab.page, 'checkpoints', ['tensors'])) as StoredCheckpoint[];
  return checkpoints.filter(({ runId }) => runId === run?.id).at(-1)?.step ?? 0;
}

/** Resume as a person does, after the lab was closed. */
async function resumed(
  lab: LabPage,
  { url }: FaultSetting,
  before: number,
): Promise<{ lab: LabPage; repeatedSteps: number }> {
  await lab.open(url);
  await expect(lab.tid(TID.trainStatus)).toHaveText(/^(Interrupted|Trained)$/);
  // it may have come to its end while its reader looked for what to delete
  if ((await lab.tid(TID.trainStatus).textContent()) === 'Trained')
    return { lab, repeatedSteps: 0 };
  const stored = await newestStep(lab);
  await lab.tid(TID.openRuns).click();
  await lab.tid(TID.runs).getByTestId(TID.runResume).click();
  return { lab, repeatedSteps: Math.max(0, before - stored) };
}

/** The lab restarts a trainer that died by itself. */
async function restarted(
  lab: LabPage,
  before: number,
): Promise<{ lab: LabPage; repeatedSteps: number }> {
  const stored = await newestStep(lab);
  await expect(lab.tid(TID.trainAlert)).toContainText('started again', { timeout: STEP_MS });
  return { lab, repeatedSteps: Math.max(0, before - stored) };
}
