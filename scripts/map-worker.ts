/** @file A thread of `npm run -s map`: does the tasks it is sent, one after another. */
import { parentPort } from 'node:worker_threads';
import type { MappingProblem } from '../src/mapper/mapspace.ts';
import { TaskRun } from '../src/mapper/task.ts';
import type { Task } from '../src/mapper/task.ts';

export interface TaskMessage {
  readonly task: Task;
  readonly problem: MappingProblem;
}

parentPort?.on('message', ({ task, problem }: TaskMessage) => {
  const run = new TaskRun(task, problem);
  while (!run.done) run.step(task.evaluations);
  parentPort?.postMessage(run.result());
});
