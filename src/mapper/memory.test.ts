import { describe, expect, it } from 'vitest';
import { networkByName } from '../hw/networks/catalogue.ts';
import { acceleratorByName } from '../hw/presets/catalogue.ts';
import { operandBits } from '../hw/workload.ts';
import { createMapperRun } from './run.ts';
import { ALGORITHMS } from './task.ts';
import type { Algorithm } from './task.ts';

/** The most mappings that a run's state holds at any time, over the whole run. */
function mostHeld(algorithm: Algorithm, evaluationsPerLayer: number): number {
  const [, conv2] = networkByName('alexnet').layers;
  if (!conv2) throw new Error('internal: no conv2');
  const run = createMapperRun({
    accelerator: acceleratorByName('eyeriss'),
    networks: [{ bits: 16, layers: [{ layer: conv2, bits: operandBits(conv2.shape, 16) }] }],
    objective: 'edp',
    evaluationsPerLayer,
    seed: 1,
    algorithm,
  });
  let most = 0;
  while (!run.done) {
    run.step(Math.ceil(evaluationsPerLayer / 10));
    const { problems, results } = run.state();
    const held = problems.map(
      ({ candidates, islands }) =>
        candidates.length + islands.reduce((sum, island) => sum + (island?.members.length ?? 0), 0),
    );
    const waiting = results.map(({ front, state }) => front.length + state.members.length);
    most = Math.max(
      most,
      [...held, ...waiting].reduce((sum, count) => sum + count, 0),
    );
  }
  return most;
}

describe('what a run holds', () => {
  // A population of at most 200 an island (100 + 50 for Algorithm 1), a front of at most 33 a task
  // and problem: what is kept must follow from these, not from the 1500 mappings looked at.
  it.each(ALGORITHMS.filter((name) => name !== 'exhaustive'))(
    'does not grow with the search: %s',
    (algorithm) => {
      const bound = 2 * (200 + 33) + 33;
      expect(mostHeld(algorithm, 1_500)).toBeLessThanOrEqual(bound);
    },
  );
});
