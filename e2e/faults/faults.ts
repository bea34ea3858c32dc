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

export const FAULTS = ['tab', 'browser', 'throw', 'disk-full', 'stall', 'hang'] as const;
export type Fault = (typeof FAULTS)[number];

export interface FaultOutcome {
  readonly fault: Fault;
  /** The run came to its end. */
  readonly survived: boolean;
  /** Steps done again: those between the last checkpoint and the fault. */
  readonly repeatedSteps: number;
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

export interface FaultSetting {
  readonly chromium: KillableChromium;
  readonly url: string;
}

/** Open the lab, set up the run; returns once it trains. */
async function begin({ url }: FaultSetting, page: Page): Promise<LabPage> {
  const lab = new LabPage(page);
  await lab.open(url);
  await lab.useSmoke();
  await lab.tid(TID.backend).selectOption('simd');
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
    await expect.poll(() => finalState(after.lab), { timeout: 30_000 }).toBe(expected.state);
    return { fault, survived: true, repeatedSteps, identical: true };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { fault, survived: false, repeatedSteps, identical: false, reason };
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

/** Run in the trainer of the page. */
async function inTrainer(page: Page, work: () => void): Promise<void> {
  const trainer = page.workers().find((worker) => /\/train\.worker/.test(worker.url()));
  if (trainer === undefined) throw new Error('the page has no trainer');
  await trainer.evaluate(work);
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
