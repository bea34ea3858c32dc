import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readCases } from './case.ts';
import { runCase } from './case-result.ts';
import type { CaseResult } from './case-result.ts';
import { encodeMapping } from './nest.ts';
import { countNest, createCounts } from './counts.ts';
import { SPACES } from './dims.ts';
import { LoopNest } from './loop-nest.ts';

// Results of NVlabs/timeloop@4cf6d4c, beside the project where it is developed.
const FOLDER = new URL('../../../shared/reference/timeloop/', import.meta.url);

interface Reference {
  readonly cases: readonly { readonly name: string; readonly result: CaseResult }[];
}

describe.skipIf(!existsSync(FOLDER))('agrees with Timeloop', () => {
  for (const [file, count] of [
    ['cases.json', 36],
    ['random-cases.json', 327],
  ] as const)
    it(`on all ${count} of ${file}`, () => {
      const json: unknown = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'));
      const expected = (json as Reference).cases;
      const { cases } = readCases(json);
      expect(cases).toHaveLength(count);
      cases.forEach((costCase, i) => {
        const reference = expected[i];
        const { name, result } = runCase(costCase);
        if (reference === undefined || 'ok' in result) throw new Error(`${name} is infeasible`);
        expect(name).toBe(reference.name);
        expect(result.cycles, name).toBe(reference.result.cycles);
        expect(result.accesses, name).toEqual(reference.result.accesses);
        expect(result.energyPj.total / reference.result.energyPj.total, name).toBeCloseTo(1, 6);
        // the random cases give neither utilization nor energy by level
        for (const [level, energyPj] of Object.entries(reference.result.energyPj.byLevel ?? {}))
          expect(result.energyPj.byLevel[level], `${name} ${level}`).toBeCloseTo(energyPj, 2);
        if ('utilization' in reference.result)
          expect(result.utilization, name).toBeCloseTo(reference.result.utilization, 9);
      });
    });

  it('counts the same cases alike by closed form and by classes of instances', () => {
    const json: unknown = JSON.parse(readFileSync(new URL('cases.json', FOLDER), 'utf8'));
    for (const { name, shape, mapping } of readCases(json).cases) {
      const nest = new LoopNest(shape, mapping.levels.length);
      const closed = createCounts(mapping.levels.length);
      const walked = createCounts(mapping.levels.length);
      nest.load(encodeMapping(mapping));
      countNest(nest, closed);
      nest.kind = 'imperfect';
      countNest(nest, walked);
      for (const words of [
        'reads',
        'fills',
        'updates',
        'finals',
        'busyReads',
        'busyFills',
      ] as const)
        closed[words].forEach((expected, at) => {
          if (nest.keeps(Math.floor(at / SPACES), at % SPACES))
            expect(walked[words][at], `${name} ${words} ${at}`).toBe(expected);
        });
      expect(walked.cycles).toBe(closed.cycles);
      expect(walked.usedInstances).toEqual(closed.usedInstances);
    }
  });
});
