import type { BackendName, LogEntry, RunRecord } from '../src/spec/run.ts';
import { readRecipe } from '../scripts/recipe-file.ts';
import { TID } from '../src/ui/testids.ts';
import { expect, test } from './lab-test.ts';
import type { LabPage } from './pages/LabPage.ts';

/** Two steps at widths where few roundings flip: more would part ways by chaos alone. */
const smoke = readRecipe('smoke');
const recipe = {
  ...smoke,
  dataset: { kind: 'procedural', seed: 1, train: 64, test: 32 } as const,
  bitWidths: [16, 32],
  training: { ...smoke.training, epochs: 1, warmupEpochs: 0, learningRate: 0.1 },
};
/** Seen: 0.0008 between backends, after steps that move the losses by 0.05. */
const TOLERANCE = 0.004;
const LEAST_MOVE = 0.03;

/** Cross-entropy of each log entry, training steps and then the test images, ascending bits. */
async function losses(lab: LabPage, backend: BackendName): Promise<number[][]> {
  await lab.page.goto('lab.html');
  const outcome = await lab.page.evaluate((request) => window.lab?.run(request, () => undefined), {
    recipe,
    backend,
  });
  if (!outcome?.ok) throw new Error(outcome?.message ?? 'lab.html did not load');
  expect(outcome.result.run.backend.name).toBe(backend);
  const rows = (await lab.stored('logs')) as { runId: string; entry: LogEntry }[];
  return rows
    .filter(({ runId }) => runId === outcome.result.run.id)
    .flatMap(({ entry }) =>
      entry.kind === 'event' ? [] : [entry.metrics.map(({ crossEntropy }) => crossEntropy)],
    );
}

// the plain JavaScript kernels are the meaning of all others
for (const backend of ['simd', 'webgpu'] as const) {
  test(`training on ${backend} takes the way of the reference kernels`, async ({ lab, page }) => {
    test.slow(); // a software GPU compiles and computes on the processor
    await page.goto('lab.html');
    const hasAdapter = await page.evaluate(async () =>
      Boolean(await (navigator.gpu as GPU | undefined)?.requestAdapter()),
    );
    test.skip(backend === 'webgpu' && !hasAdapter, 'this browser has no WebGPU adapter here');
    const expected = await losses(lab, 'cpu');
    const [first = [], last = []] = [expected.at(0), expected.at(-1)];
    first.forEach((loss, i) => expect(loss - (last[i] ?? NaN)).toBeGreaterThan(LEAST_MOVE));
    const got = await losses(lab, backend);
    expect(got).toHaveLength(expected.length);
    for (const [entry, widths] of got.entries()) {
      widths.forEach((loss, i) => {
        expect(Math.abs(loss - (expected[entry]?.[i] ?? NaN))).toBeLessThan(TOLERANCE);
      });
    }
  });
}

test('the backend that is chosen computes, whatever computed before', async ({ lab }) => {
  test.slow(); // plain JavaScript
  await lab.open();
  await lab.useSmoke();
  await lab.tid(TID.epochs).fill('1');
  for (const backend of ['simd', 'cpu'] as const) {
    await lab.tid(TID.backend).selectOption(backend);
    await lab.train();
    const runs = ((await lab.stored('runs')) as RunRecord[]).sort(
      (a, b) => a.createdAt - b.createdAt,
    );
    expect(runs.at(-1)?.backend).toMatchObject({ name: backend, reason: 'Chosen by you.' });
    await expect(lab.tid(TID.backendReport)).toContainText(`${backend}, `);
    await lab.goTo('trade');
    await expect(lab.tid(TID.predictions)).toContainText('%');
  }
});
