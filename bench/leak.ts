/**
 * @file Whether a long training run holds more at its end than early, on every backend: tensors,
 * buffers and bytes of a tiny net after its first ten steps and at the end. WebGPU runs in Dawn for
 * Node.
 *
 * Takes: [--steps N] [--backend NAME] — 2,000 steps on simd, webgpu and cpu by default.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { vulkanEnvironment } from '../src/testing/dawn.ts';
import type { Holding } from '../src/testing/long-run.ts';
import { SpecError } from '../src/util/errors.ts';
import type { Row, Rows } from './row.ts';

const SCRIPT = new URL('../src/testing/leak-process.ts', import.meta.url).pathname;
const BACKENDS = ['simd', 'webgpu', 'cpu'];

export const rows: Rows = (args, say) => {
  const { steps, backends } = options(args);
  const measured = backends.map((backend): Row => {
    say(`${backend}, ${steps} steps …`);
    // Dawn finds its driver when the process starts.
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [...process.execArgv, '--import', 'tsx', SCRIPT, backend, String(steps)],
      { encoding: 'utf8', env: vulkanEnvironment() },
    );
    if (status !== 0) return { backend, skipped: stderr.trim().split('\n').at(-1) };
    const { early, late } = JSON.parse(stdout.slice(stdout.indexOf('{"early"'))) as {
      early: Holding;
      late: Holding;
    };
    return {
      backend,
      steps,
      isFlat: JSON.stringify(early) === JSON.stringify(late),
      tensorsEarly: early.tensors,
      tensorsLate: late.tensors,
      buffersEarly: early.gpuBuffers || early.dataBuffers,
      buffersLate: late.gpuBuffers || late.dataBuffers,
      bytesEarly: early.bytes,
      bytesLate: late.bytes,
    };
  });
  return Promise.resolve(measured);
};

function options(args: readonly string[]): { steps: number; backends: readonly string[] } {
  const { values } = parseArgs({
    args: [...args],
    options: { steps: { type: 'string', default: '2000' }, backend: { type: 'string' } },
  });
  const steps = Number(values.steps);
  if (!Number.isInteger(steps) || steps < 1) {
    throw new SpecError(`bench leak: --steps: expected a whole number from 1, got ${values.steps}`);
  }
  if (values.backend !== undefined && !BACKENDS.includes(values.backend)) {
    throw new SpecError(
      `bench leak: --backend: expected one of ${BACKENDS.join(', ')}, got ${values.backend}`,
    );
  }
  return { steps, backends: values.backend === undefined ? BACKENDS : [values.backend] };
}
