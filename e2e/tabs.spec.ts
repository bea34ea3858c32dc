import type { Page } from '@playwright/test';
import type { RunRecord } from '../src/spec/run.ts';
import { TID } from '../src/ui/testids.ts';
import { expect, test } from './lab-test.ts';
import { LabPage } from './pages/LabPage.ts';

/** Long enough that a second tab opens into it on a slow machine. */
const EPOCHS = 24;

async function secondTab(lab: LabPage): Promise<LabPage> {
  const page: Page = await lab.page.context().newPage();
  const other = new LabPage(page);
  await other.open(lab.page.url());
  return other;
}

async function startTraining(lab: LabPage, epochs: number): Promise<void> {
  await lab.tid(TID.epochs).fill(String(epochs));
  await lab.tid(TID.trainStart).click();
}

async function runs(lab: LabPage): Promise<RunRecord[]> {
  return (await lab.stored('runs')) as RunRecord[];
}

test('a second tab sees a run live, cannot train or delete it, and takes it over to the same end', async ({
  lab,
}) => {
  test.slow();
  await lab.open();
  await lab.useSmoke();
  await startTraining(lab, EPOCHS);
  await expect.poll(() => lab.step()).toBeGreaterThan(2);

  const other = await secondTab(lab);
  await expect(other.tid(TID.trainStatus)).toHaveText('Training in another tab');
  const seen = await other.step();
  await expect.poll(() => other.step(), { timeout: 30_000 }).toBeGreaterThan(seen);
  await other.tid(TID.openRuns).click();
  const row = other.tid(TID.runs).getByRole('listitem');
  await expect(row).toContainText('in training in another tab');
  await expect(row.getByTestId(TID.runDelete)).toBeDisabled();
  await expect(row.getByTestId(TID.runResume)).toHaveCount(0);

  await row.getByTestId(TID.runTakeOver).click();
  await expect(other.tid(TID.trainStatus)).toHaveText('Training', { timeout: 30_000 });
  await expect(lab.tid(TID.trainAlert)).toContainText('Another tab took this over.');
  await expect(lab.tid(TID.trainStatus)).toHaveText('Training in another tab');
  const [handedOver] = await runs(lab);
  expect(handedOver?.step).toBeGreaterThanOrEqual(seen);
  await other.trained();
  await expect(lab.tid(TID.trainStatus)).toHaveText('Trained'); // the first tab saw it end

  // the same run without a second tab
  await startTraining(lab, EPOCHS);
  await lab.trained();
  const [taken, whole] = (await runs(lab)).sort((a, b) => a.createdAt - b.createdAt);
  expect(whole?.accuracies).toHaveLength(4);
  expect(taken?.accuracies).toEqual(whole?.accuracies);
  await other.page.close();
});

test('a tab that is closed while it trains leaves its run to be resumed in the other', async ({
  lab,
}) => {
  await lab.open();
  await lab.useSmoke();
  await startTraining(lab, EPOCHS);
  await expect.poll(() => lab.step()).toBeGreaterThan(2);
  const other = await secondTab(lab);
  await expect(other.tid(TID.trainStatus)).toHaveText('Training in another tab');
  await lab.page.close();
  await expect(other.tid(TID.trainStatus)).toHaveText('Interrupted');
  await other.tid(TID.openRuns).click();
  await other.tid(TID.runs).getByTestId(TID.runResume).click();
  await expect(other.tid(TID.trainStatus)).toHaveText('Training', { timeout: 30_000 });
  await other.tid(TID.trainStop).click();
  await expect(other.tid(TID.trainStatus)).toHaveText('Stopped early', { timeout: 30_000 });
});

test('a tab with an older store gives way to an upgrade, says so, and nothing is lost', async ({
  lab,
}) => {
  await lab.open();
  await lab.useSmoke();
  await lab.train();
  const before = await runs(lab);
  const upgrader = await lab.page.context().newPage();
  await upgrader.goto(lab.page.url());
  const version = await upgrader.evaluate(
    () =>
      new Promise<number>((resolve, reject) => {
        const opening = indexedDB.open('instantnet-lab', 1000); // as a later lab would
        opening.onerror = () => reject(opening.error ?? new Error('refused'));
        opening.onsuccess = () => {
          const { version } = opening.result;
          opening.result.close();
          resolve(version);
        };
      }),
  );
  expect(version).toBe(1000); // it did not wait for the tabs that have the store open
  await expect(lab.tid(TID.notice)).toContainText('reload this page');
  expect(await runs(lab)).toEqual(before);
  await upgrader.close();
});
