import { describe, expect, it } from 'vitest';
import { walkNest } from '../testing/loop-walk.ts';
import { randomNest } from '../testing/random-nests.ts';
import { Rng } from '../util/rng.ts';
import { countNest, createCounts } from './counts.ts';
import { LoopNest } from './loop-nest.ts';
import { encodeMapping } from './nest.ts';
import { DATASPACES } from './workload.ts';

describe('counts', () => {
  for (const [kind, cases, seed] of [
    ['dividing', 2000, 1],
    ['any', 3000, 2],
    ['sliding', 3000, 2],
  ] as const)
    it(`equal a word-by-word walk of ${cases} random nests (${kind})`, () => {
      const rng = new Rng(seed);
      for (let i = 0; i < cases; i++) {
        const { shape, mapping } = randomNest(rng, kind);
        const walked = walkNest(shape, mapping);
        const nest = new LoopNest(shape, mapping.levels.length);
        const counts = createCounts(mapping.levels.length);
        expect(nest.load(encodeMapping(mapping))).not.toBe('uncovered');
        countNest(nest, counts);
        const ours = {
          cycles: counts.cycles,
          used: Array.from(counts.usedInstances),
          levels: walked.levels.map((kept, level) =>
            Object.fromEntries(
              DATASPACES.filter((d) => kept[d] !== undefined).map((d) => {
                const at = level * 3 + DATASPACES.indexOf(d);
                const outputs = d === 'Outputs';
                return [
                  d,
                  {
                    reads: counts.reads[at],
                    fills: counts.fills[at],
                    updates: outputs ? counts.updates[at] : 0,
                    busyReads: counts.busyReads[at],
                    busyFills: counts.busyFills[at],
                    busyUpdates: outputs ? counts.busyUpdates[at] : 0,
                    tileWords: nest.tileWords[at],
                  },
                ];
              }),
            ),
          ),
        };
        expect(ours, JSON.stringify({ i, shape, mapping })).toEqual({
          cycles: walked.cycles,
          used: walked.usedInstances,
          levels: walked.levels,
        });
      }
    });
});
