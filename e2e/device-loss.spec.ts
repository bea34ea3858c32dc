import { readFileSync } from 'node:fs';
import type { LogEntry } from '../src/spec/run.ts';
import { projectPath } from '../scripts/root.js';
import { parseRecipe } from '../src/spec/recipe.ts';
import { expect, test } from './lab-test.ts';

/** An epoch of two steps, and so a checkpoint, takes a software GPU a moment. */
const smoke = parseRecipe(JSON.parse(readFileSync(projectPath('recipes', 'smoke.json'), 'utf8')));
const recipe = {
  ...smoke,
  dataset: { kind: 'procedural', seed: 1, train: 64, test: 32 } as const,
  bitWidths: [16, 32],
  training: { ...smoke.training, epochs: 200 },
};
const STEPS = 400;

test('a run that loses its GPU goes on from its checkpoint without one', async ({ lab, page }) => {
  test.slow(); // a software GPU compiles and computes on the processor
  await page.goto('lab.html');
  const hasAdapter = await page.evaluate(async () =>
    Boolean(await (navigator.gpu as GPU | undefined)?.requestAdapter()),
  );
  test.skip(!hasAdapter, 'this browser has no WebGPU adapter here');
  const lines: string[] = [];
  await page.exposeFunction('hear', (line: string) => lines.push(line));
  const ending = page.evaluate(
    (request) => {
      const { hear } = window as unknown as { hear: (line: string) => void };
      return window.lab?.run(request, hear);
    },
    { recipe, backend: 'webgpu' as const },
  );
  const stepTold = (): number => Number(/step (\d+) of/.exec(lines.at(-1) ?? '')?.[1] ?? 0);
  await expect.poll(stepTold, { timeout: 200_000 }).toBeGreaterThan(2); // past a checkpoint

  for (const worker of page.workers()) {
    await worker.evaluate(() => {
      const { prototype } = GPUDevice;
      const { createBindGroup } = prototype;
      prototype.createBindGroup = function (descriptor) {
        prototype.createBindGroup = createBindGroup;
        const group = createBindGroup.call(this, descriptor);
        this.destroy();
        return group;
      };
    });
  }
  const outcome = await ending;
  if (!outcome?.ok) throw new Error(outcome?.message ?? 'lab.html did not load');
  const { run } = outcome.result;
  expect(run.status).toBe('trained');
  expect(run.step).toBe(STEPS);
  expect(run.backend.name).toBe('simd');
  expect(run.backend.reason).toContain('The GPU was lost');

  const told = /The GPU was lost \(.+\): training goes on from step \d+ with WebAssembly SIMD\.$/;
  expect(lines.filter((line) => told.test(line))).toHaveLength(1);
  const compiled = lines.filter((line) => line.includes('compiling GPU programs'));
  expect(compiled.at(-1)).toMatch(/, (\d+) of \1$/);
  const rows = (await lab.stored('logs')) as { entry: LogEntry }[];
  const entries = rows.map(({ entry }) => entry);
  const [loss] = entries.filter((entry) => entry.kind === 'event' && told.test(entry.text));
  // every step is logged once: what the GPU did after its checkpoint is done again
  const steps = entries.filter(({ kind }) => kind === 'train').map(({ step }) => step);
  expect(steps).toEqual(Array.from({ length: STEPS }, (_, i) => i + 1));
  expect(loss?.step).toBeGreaterThan(0);
});
