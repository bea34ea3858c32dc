/**
 * @file How many dispatches a step of cascade distillation on the speed net takes on WebGPU, by
 * program. Counted without making them, in Dawn for Node. Takes nothing.
 */
import { spawnSync } from 'node:child_process';
import { vulkanEnvironment } from '../src/testing/dawn.ts';
import { SpecError } from '../src/util/errors.ts';
import type { Row, Rows } from './row.ts';

const SCRIPT = new URL('../src/testing/dispatches-process.ts', import.meta.url).pathname;

export const rows: Rows = (args) => {
  if (args.length > 0) {
    throw new SpecError(`bench dispatches: expected no arguments, got ${args.join(' ')}`);
  }
  // Dawn finds its driver when the process starts.
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', SCRIPT], {
    encoding: 'utf8',
    env: vulkanEnvironment(),
  });
  if (status !== 0) throw new Error(`the counting process ended with ${status}: ${stderr}`);
  const byProgram = JSON.parse(stdout.slice(stdout.indexOf('{"programs"'))) as {
    readonly programs: Readonly<Record<string, number>>;
    readonly stock: number;
  };
  const counts: Row[] = Object.entries(byProgram.programs)
    .sort(([, a], [, b]) => b - a)
    .map(([program, dispatches]) => ({ program, dispatches }));
  const own = counts.reduce((sum, { dispatches }) => sum + Number(dispatches), 0);
  return Promise.resolve([
    { program: 'whole step', dispatches: own + byProgram.stock },
    ...counts,
    { program: "tfjs's own", dispatches: byProgram.stock },
  ]);
};
