import { expectAccessibleInBoth } from './accessible.ts';
import type { RunRecord } from '../src/spec/run.ts';
import { TID } from '../src/ui/testids.ts';
import { expect, test } from './lab-test.ts';

test('a sweep goes on after a reload, and its runs compare', async ({ lab, page }) => {
  await lab.open();
  await lab.useSmoke();
  await lab.goTo('train');
  const sweep = lab.tid(TID.sweep);
  await sweep.locator('summary').first().click();
  await lab.tid(TID.sweepSetting).selectOption('beta');
  await lab.tid(TID.sweepValues).fill('0.1, x');
  await expect(lab.tid(TID.sweepSays)).toHaveText('sweep: expected a number, got x');
  await expect(lab.tid(TID.sweepStart)).toBeDisabled();
  await lab.tid(TID.sweepValues).fill('0.1, 1');
  await expect(lab.tid(TID.sweepSays)).toContainText('2 runs');
  await lab.tid(TID.sweepStart).click();

  // in the middle: the first run has begun, the second waits
  const items = lab.tid(TID.sweepItem);
  await expect(items).toHaveCount(2);
  await expect(items.nth(1)).toContainText('waits');
  await expect.poll(() => lab.step(), { timeout: 60_000 }).toBeGreaterThan(0);
  await page.reload();
  await expect(items).toHaveCount(2, { timeout: 60_000 });
  await expect(lab.tid(TID.sweepRemove)).toBeVisible({ timeout: 240_000 });
  const runs = (await lab.stored('runs')) as RunRecord[];
  expect(runs.map(({ status, recipe }) => [recipe.training.beta, status]).sort()).toEqual([
    [0.1, 'trained'],
    [1, 'trained'],
  ]);
  expect(await lab.stored('mappings')).toHaveLength(2);
  await expect(lab.tid(TID.sweepChart).locator('circle').first()).toBeVisible();

  await lab.tid(TID.sweepCompare).click();
  const specs = lab.tid(TID.compareSpecs).locator('tbody tr');
  await expect(specs).toHaveCount(1);
  await expect(specs).toHaveText(/Distillation β\s*0\.1\s*1$/);
  await expect(lab.tid(TID.compareLines('accuracy')).locator('g.test path.line')).toHaveCount(2);
  await expect(lab.tid(TID.compareTrade).locator('path.mark')).toHaveCount(8);
  await expect(lab.tid(TID.compareTrade)).toContainText('On the front, cheapest first');
  await expect(lab.tid(TID.compareTable).locator('tbody tr')).toHaveCount(2);

  // words of the reader are text, and stay
  await lab.tid(TID.openRuns).click();
  const note = lab.tid(TID.runNote).first();
  await note.fill('<b>best</b> of two');
  await note.blur();
  await lab.tid(TID.runColor).first().selectOption('pink');
  await expect
    .poll(async () =>
      ((await lab.stored('runs')) as RunRecord[]).map((run) => [run.note, run.color]),
    )
    .toContainEqual(['<b>best</b> of two', 5]);
  await lab.tid(TID.runsCompare).click();

  const parts = [TID.compare, TID.sweep].map((id) => `[data-testid="${id}"]`);
  await expectAccessibleInBoth(page, 'compare and sweep', ...parts);
});

test('a setting changed while a run trains holds from the next step and stands in its log', async ({
  lab,
}) => {
  await lab.open();
  await lab.useSmoke();
  await lab.tid(TID.epochs).fill('8');
  await lab.tid(TID.trainStart).click();
  await expect.poll(() => lab.step()).toBeGreaterThan(1);
  await lab.tid(TID.trainPause).click();
  await expect(lab.tid(TID.trainStatus)).toHaveText('Paused');
  const step = await lab.step();
  await expect(lab.tid(TID.trainLive)).toContainText('needs a new run');
  await expect(lab.tid(TID.batchSize)).toBeDisabled();
  const rate = Number(await lab.tid(TID.learningRate).inputValue());
  await lab.tid(TID.learningRate).fill(String(rate / 2));
  await lab.tid(TID.learningRate).blur();
  await lab.tid(TID.trainContinue).click();
  const said = `Learning rate changed from ${rate} to ${rate / 2}, from step ${step + 1} on.`;
  await expect(lab.tid(TID.accuracyChart)).toContainText(said);
  await lab.trained();
  // the form has the next run's again
  await expect(lab.tid(TID.learningRate)).toHaveValue(String(rate));
  const [run] = (await lab.stored('runs')) as RunRecord[];
  expect(run?.changes).toEqual([
    { setting: 'learningRate', step: step + 1, from: rate, to: rate / 2 },
  ]);
});
