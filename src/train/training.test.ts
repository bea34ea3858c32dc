import { memory, setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerReferenceKernels } from '../engine/reference/register.ts';
import type { NamedArray } from '../nn/parameters.ts';
import { speckRun } from '../testing/speck.ts';
import { byName, metricsOf, teamOf as startTeam, train } from '../testing/team.ts';
import type { TestTeam } from '../testing/team.ts';

const run = speckRun(2);
const teamOf = (members: number, arrays: readonly NamedArray[] | null): TestTeam =>
  startTeam(run, members, arrays);

beforeAll(async () => {
  registerReferenceKernels();
  await setBackend('cpu');
});

describe('training', () => {
  it('gives the same bytes with one, two and four workers', async () => {
    const one = await train(teamOf(1, null));
    for (const members of [2, 4]) {
      const many = await train(teamOf(members, null));
      expect(byName(many.final)).toEqual(byName(one.final));
      expect(metricsOf(many.log)).toEqual(metricsOf(one.log));
    }
  });

  it('gives the same bytes when it is interrupted and resumed', async () => {
    const whole = await train(teamOf(1, null));
    for (const [step, arrays] of whole.checkpoints) {
      if (step === 8) continue;
      const resumed = await train(teamOf(2, arrays), step);
      expect(byName(resumed.final)).toEqual(byName(whole.final));
    }
    expect(whole.checkpoints.size).toBeGreaterThan(1);
  });

  it('pauses, steps, continues and stops where it is told', async () => {
    const seen: number[] = [];
    let pauses = 0;
    const paused = await train(teamOf(1, null), 0, {
      onStep: (trainer, step) => {
        seen.push(step);
        if (step === 2) trainer.pause();
        if (step === 6) trainer.stop();
      },
      onPause: (trainer) => {
        if (++pauses === 1) trainer.stepOnce();
        else trainer.continue();
      },
    });
    expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...paused.checkpoints.keys()]).toEqual(expect.arrayContaining([2, 3, 6]));
  });

  it('holds no tensor after the end', async () => {
    const before = memory().numTensors;
    await train(teamOf(2, null));
    expect(memory().numTensors).toBe(before);
  });

  it('learns: the loss at every bit-width falls', async () => {
    const { log } = await train(teamOf(1, null));
    const entries = log.filter((entry) => entry.kind === 'train');
    const lossAt = (i: number): number => entries.at(i)?.metrics.at(-1)?.crossEntropy ?? NaN;
    expect(lossAt(-1)).toBeLessThan(lossAt(0));
  });
});
