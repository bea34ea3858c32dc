import type { RunRecord } from '../src/spec/run.ts';
import { TID } from '../src/ui/testids.ts';
import { expect, test } from './lab-test.ts';

test('the backend that is chosen computes, whatever computed before', async ({ lab }) => {
  test.slow(); // plain JavaScript
  await lab.open();
  await lab.useSmoke();
  await lab.tid(TID.epochs).fill('1');
  for (const backend of ['simd', 'cpu', 'simd'] as const) {
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
