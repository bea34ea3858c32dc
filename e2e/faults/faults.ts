/**
 * @file Faults at a seeded random moment of a training run: what ends it, what takes its storage. The
 * run is brought to its end after each and its last checkpoint compared, bit for bit, with that of
 * the run that nothing happened to.
 */
import type { Page } from '@playwright/test';
import { expect } from '@playwright/test';
import type { RunRecord } from '../../src/spec/run.ts';
import type { StoredCheckpoint } from '../../src/store/schema.ts';
import { TID } from '../../src/ui/testids.ts';
import { Rng } from '../../src/util/rng.ts';
import { LabPage } from '../pages/LabPage.ts';
import type { KillableChromium } from './chromium.ts';

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
/** Told of nothing: what ends the page, and what the run rides out. */
const SILENT: readonly Fault[] = ['tab', 'browser', 'stall', 'sleep'];

export interface FaultSetting {
  readonly chromium: KillableChromium;
  readonly url: string;
}

/** Open the lab, set up the run; returns once it trains. */
async function begin({ url }: FaultSetting, page: Page): Promise<LabPage> {
  const lab = new LabPage(page);
  await lab.open(url);
  await lab.useSmoke();
  await page.evaluate(listen, TID.trainAlert);
  await lab.tid(TID.backend).selectOption('simd'); // which asks the trainer what it can do
  await inTrainer(page, rememberHelpers);
  await lab.tid(TID.epochs).fill(String(EPOCHS));
  await lab.tid(TID.trainStart).click();
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
  const checkpoints = await lab.page.evaluate(
    () =>
      new Promise<{ runId: string; step: number; checksum: string }[]>((resolve, reject) => {
        const opening = indexedDB.open('instantnet-lab');
        opening.onerror = () => reject(opening.error ?? new Error('cannot open the store'));
        opening.onsuccess = () => {
          const db = opening.result;
          const request = db.transaction('checkpoints').objectStore('checkpoints').getAll();
          request.onsuccess = () => {
            db.close();
            const found = request.result as StoredCheckpoint[];
            resolve(found.map(({ runId, step, checksum }) => ({ runId, step, checksum })));
          };
        };
      }),
  );
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
  const at = Math.floor(expected.steps * new Rng(seed).fork(fault).uniform(0.1, 0.7));
  let repeatedSteps = 0;
  try {
    const page = await setting.chromium.start();
    const lab = await begin(setting, page);
    await expect
      .poll(() => lab.step(), { timeout: STEP_MS, intervals: [20] })
      .toBeGreaterThanOrEqual(at);
    const after = await strike(fault, lab, setting);
    repeatedSteps = after.repeatedSteps;
    await ended(after.lab);
    const told = await after.lab.page.evaluate(() => (window as Told).told?.length ?? 0);
    const isToldOnce = told === (SILENT.includes(fault) ? 0 : 1);
    const outcome = { fault, survived: true, repeatedSteps, told, isToldOnce };
    // rolled back, it goes on at a lower rate
    if (fault === 'nan') return { ...outcome, identical: false };
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
      await inTrainer(lab.page, () => {
        const { prototype } = Float32Array;
        const { slice } = prototype;
        prototype.slice = function (start, end) {
          prototype.slice = slice;
          return slice.call(this, start, end).fill(NaN);
        };
      });
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
      const session = await lab.page.context().newCDPSession(lab.page);
      const { origin } = new URL(setting.url);
      await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1 });
      await lab.page.waitForTimeout(TROUBLE_MS);
      await session.send('Storage.overrideQuotaForOrigin', { origin });
      return { lab, repeatedSteps: 0 };
    }
    case 'stall': {
      await lab.page.evaluate(holdStore, TROUBLE_MS);
      return { lab, repeatedSteps: 0 };
    }
    default:
      return fault satisfies never;
  }
}

type Told = typeof window & { told?: string[] };
type Helped = typeof globalThis & { helpers?: Worker[] };

/** In a page: remember each sentence of the alert, once for as long as it stands there. */
function listen(testid: string): void {
  const told: string[] = [];
  (window as Told).told = told;
  let last = '';
  new MutationObserver(() => {
    const text = document.querySelector(`[data-testid="${testid}"]`)?.textContent.trim() ?? '';
    if (text !== '' && text !== last) told.push(text);
    last = text;
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}

/** In a trainer: remember the workers that it starts. */
function rememberHelpers(): void {
  const helpers: Worker[] = [];
  (globalThis as Helped).helpers = helpers;
  const Plain = Worker;
  globalThis.Worker = class extends Plain {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      helpers.push(this);
    }
  };
}

/** Run in the trainer of the page. */
async function inTrainer(page: Page, work: () => void): Promise<void> {
  const find = () => page.workers().find((worker) => /\/train\.worker/.test(worker.url()));
  await expect.poll(() => find() !== undefined, { message: 'the page has a trainer' }).toBe(true);
  await find()?.evaluate(work);
}

/** Keep every store locked for a while, as another program or a slow disk does. */
function holdStore(ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('instantnet-lab');
    opening.onerror = () => reject(opening.error ?? new Error('cannot open the store'));
    opening.onsuccess = () => {
      const db = opening.result;
      const end = performance.now() + ms;
      const store = db
        .transaction(['runs', 'logs', 'checkpoints'], 'readwrite')
        .objectStore('runs');
      store.count().onsuccess = function again() {
        if (performance.now() < end) {
          store.count().onsuccess = again;
          return;
        }
        db.close();
        resolve();
      };
    };
  });
}

/** Resume as a person does, after the lab was closed. */
async function resumed(
  lab: LabPage,
  { url }: FaultSetting,
  before: number,
): Promise<{ lab: LabPage; repeatedSteps: number }> {
  await lab.open(url);
  await expect(lab.tid(TID.trainStatus)).toHaveText('Interrupted');
  const stored = (await runs(lab)).at(-1)?.step ?? 0;
  await lab.tid(TID.openRuns).click();
  await lab.tid(TID.runs).getByTestId(TID.runResume).click();
  return { lab, repeatedSteps: Math.max(0, before - stored) };
}

/** The lab restarts a trainer that died by itself. */
async function restarted(
  lab: LabPage,
  before: number,
): Promise<{ lab: LabPage; repeatedSteps: number }> {
  const stored = (await runs(lab)).at(-1)?.step ?? 0;
  await expect(lab.tid(TID.trainAlert)).toContainText('started again', { timeout: STEP_MS });
  return { lab, repeatedSteps: Math.max(0, before - stored) };
}
