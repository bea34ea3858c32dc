import type { RunRecord } from '../src/spec/run.ts';
import { TID } from '../src/ui/testids.ts';
import { expect, test } from './lab-test.ts';
import type { LabPage } from './pages/LabPage.ts';

/** Longer than smoke, so that a reload falls into it. */
async function startTraining(lab: LabPage): Promise<void> {
  await lab.tid(TID.epochs).fill('12');
  await lab.tid(TID.trainStart).click();
}

async function accuracies(lab: LabPage): Promise<(readonly number[] | undefined)[]> {
  const runs = (await lab.stored('runs')) as RunRecord[];
  return runs
    .sort((a, b) => a.createdAt - b.createdAt)
    .map((run) => run.accuracies?.map(({ accuracy }) => accuracy));
}

test('a run cut off by a reload is listed and resumes to the same result', async ({
  lab,
  page,
}) => {
  await lab.open();
  await lab.useSmoke();
  await startTraining(lab);
  await lab.trained();

  await startTraining(lab);
  await expect.poll(() => lab.step()).toBeGreaterThan(2);
  await lab.tid(TID.trainPause).click();
  await expect(lab.tid(TID.trainStatus)).toHaveText('Paused');
  const pausedStep = await lab.step();
  await lab.tid(TID.trainContinue).click();
  await expect(lab.tid(TID.trainStatus)).not.toHaveText('Paused');
  await page.reload(); // at once: the rest of the run takes seconds, a look at it might take longer

  await lab.tid(TID.openRuns).click();
  const interrupted = lab
    .tid(TID.runs)
    .getByRole('listitem')
    .filter({
      has: page.getByTestId(TID.runResume),
    });
  await expect(interrupted).toHaveCount(1);
  await interrupted.getByTestId(TID.runResume).click();
  await expect.poll(() => lab.step()).toBeGreaterThanOrEqual(pausedStep);
  await lab.trained();
  const [whole, resumed] = await accuracies(lab);
  expect(whole).toHaveLength(4);
  expect(resumed).toEqual(whole);
});

test('runs are renamed and deleted, one with all that is its own, then all', async ({
  lab,
  page,
}) => {
  await lab.open();
  await lab.trainAndMap();
  await lab.train();
  const rows = lab.tid(TID.runs).getByRole('listitem');
  await lab.tid(TID.openRuns).click();
  await expect(rows).toHaveCount(2);
  await expect(lab.tid(TID.storageUsed)).toContainText(/\d/);
  await rows.nth(0).getByTestId(TID.runRename).fill('second');
  await page.keyboard.press('Enter');
  await expect
    .poll(async () => ((await lab.stored('runs')) as RunRecord[]).map((run) => run.name).sort())
    .toEqual(['second', 'smoke']);

  await rows.nth(1).getByTestId(TID.runDelete).click(); // the older one, which is mapped
  await expect(rows).toHaveCount(1);
  expect(await lab.stored('mappings')).toEqual([]);
  expect(await lab.stored('logs')).not.toEqual([]);

  await lab.tid(TID.runsDeleteAll).click();
  await lab.tid(TID.runsConfirm).click();
  await expect(rows).toHaveCount(0);
  for (const store of ['runs', 'mappings', 'logs', 'checkpoints'] as const) {
    expect(await lab.stored(store)).toEqual([]);
  }
  expect(await lab.stored('datasets')).not.toEqual([]);
});
