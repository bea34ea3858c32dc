import { describe, expect, it } from 'vitest';
import { namedLayout } from '../spec/search-layouts.ts';
import { PlantedProblem, madeUpTable, searchSpec } from '../testing/search-problems.ts';
import { SearchDriver } from './ask-tell.ts';
import { costBounds, networkCost } from './cost-table.ts';
import { SpNas } from './sp-nas.ts';
import type { SpNasCandidate, SpNasResult, SpNasSpec, SpNasState } from './sp-nas.ts';

const CHOICES = [4, 4, 4];

/** Run a search to its end, or for so many candidates. */
async function run(search: SpNas, problem: PlantedProblem, limit = Infinity) {
  for (let i = 0; i < limit; i++) {
    const candidate = search.ask();
    if (candidate === null) break;
    search.tell(candidate, await problem.evaluate(candidate));
  }
  return search;
}

const throughJson = (state: SpNasState): SpNasState =>
  JSON.parse(JSON.stringify(state)) as SpNasState;

describe('SpNas', () => {
  it.each(['all', 'two of the'] as const)(
    'finds the plant in 10 of 10 seeds, mixing %s choices',
    async (mixing) => {
      for (let seed = 1; seed <= 10; seed++) {
        const problem = new PlantedProblem(seed, CHOICES, 0.3);
        const architecture = mixing === 'all' ? Infinity : 2;
        const spec = searchSpec({ seed, epochs: 40, paths: { weights: 1, architecture } });
        const search = await run(new SpNas(spec), problem);
        expect(search.derive(), `seed ${seed}`).toEqual(problem.plant);
      }
    },
  );

  it('of the same seed is the same search, of another another', async () => {
    const states = [];
    for (const seed of [5, 5, 6]) {
      const problem = new PlantedProblem(9, CHOICES, 0.3);
      states.push((await run(new SpNas(searchSpec({ seed })), problem)).state());
    }
    expect(states[1]).toEqual(states[0]);
    expect(states[2]).not.toEqual(states[0]);
  });

  it('goes on from any candidate bit for bit', async () => {
    const spec = searchSpec({ epochs: 3 });
    const problem = new PlantedProblem(2, CHOICES, 0.3);
    const whole = await run(new SpNas(spec), problem);
    // Warm-up and first step, between the halves of a step, on an epoch's border, near the end.
    for (const limit of [0, 1, 10, 11, 12, 30, 49]) {
      const begun = await run(new SpNas(spec), problem, limit);
      const resumed = new SpNas(spec, throughJson(begun.state()));
      expect(resumed.ask(), `after ${limit}`).toEqual(begun.ask());
      expect((await run(resumed, problem)).state(), `after ${limit}`).toEqual(whole.state());
    }
  });

  it('trains weights alone at first, then both in turn', () => {
    const search = new SpNas(searchSpec({ epochs: 2, stepsPerEpoch: 2, warmupEpochs: 1 }));
    const kinds: string[] = [];
    for (let candidate = search.ask(); candidate !== null; candidate = search.ask()) {
      kinds.push(`${candidate.kind} ${candidate.step}`);
      const gradients = candidate.mixture.map((paths) => paths.map(() => 0));
      search.tell(candidate, { crossEntropy: null, accuracy: null, gradients });
    }
    expect(kinds).toEqual([
      'weights 0',
      'weights 1',
      'weights 2',
      'architecture 2',
      'weights 3',
      'architecture 3',
    ]);
    expect(search.done).toBe(true);
  });

  it('cools by the epoch, not below its floor', async () => {
    const temperature = { initial: 3, decayPerEpoch: 0.5, floor: 0.5 };
    const search = new SpNas(searchSpec({ epochs: 5, stepsPerEpoch: 1, temperature }));
    const seen: number[] = [];
    const problem = new PlantedProblem(2, CHOICES, 0);
    while (!search.done) {
      seen.push(search.temperature);
      const step = search.progress().step;
      while (search.progress().step === step) await run(search, problem, 1);
    }
    expect(seen).toEqual([3, 1.5, 0.75, 0.5, 0.5]);
  });

  it('steers the expected cost down to the target', async () => {
    const lambda = { kind: 'steered', initial: 0.05, low: 0.9, high: 1.1, factor: 2 } as const;
    const after = async (change: Partial<SpNasSpec>) => {
      const problem = new PlantedProblem(3, CHOICES, 0.3);
      return (await run(new SpNas(searchSpec({ epochs: 60, ...change })), problem)).progress();
    };
    const free = await after({ lambda: { kind: 'fixed', value: 0 } });
    const [cheapest] = costBounds(searchSpec().table, 'flops');
    for (const share of [0.4, 0.7]) {
      const target = cheapest + share * (free.expectedCost - cheapest);
      const steered = await after({ target, lambda });
      expect(steered.lambda).not.toBe(0.05);
      expect(steered.expectedCost).toBeLessThan(1.25 * target);
    }
  });

  it('holds the expected cost at a target by a multiplier, from below and from above', async () => {
    const lambda = { kind: 'multiplier', initial: 0, rate: 0.05, damping: 0 } as const;
    const after = async (change: Partial<SpNasSpec>) => {
      const problem = new PlantedProblem(3, CHOICES, 0.3);
      return (await run(new SpNas(searchSpec({ epochs: 60, ...change })), problem)).progress();
    };
    const free = (await after({ lambda: { kind: 'fixed', value: 0 } })).expectedCost;
    const [cheapest, dearest] = costBounds(searchSpec().table, 'flops');
    for (const target of [(cheapest + free) / 2, (free + dearest) / 2]) {
      const held = await after({ target, lambda });
      expect(Math.abs(held.expectedCost / target - 1)).toBeLessThan(0.1);
      expect(Math.sign(held.lambda)).toBe(Math.sign(free - target));
    }
  });

  it('is damped into its band in a few epochs, in 9 of 10 seeds at least', async () => {
    const table = madeUpTable(namedLayout('lab'), 2);
    const target = 2.5e6;
    const choices = table.blocks.map((options) => options.length);
    const ratio = async (seed: number, damping: number) => {
      const spec = searchSpec({
        ...{ seed, table, target, epochs: 5, stepsPerEpoch: 156 },
        temperature: { initial: 1.5, decayPerEpoch: 0.94, floor: 0.5 },
        paths: { weights: 1, architecture: 2 },
        lambda: { kind: 'multiplier', initial: 0, rate: 0.05, damping },
      });
      const search = await run(new SpNas(spec), new PlantedProblem(seed, choices, 1));
      return search.expectedCost / target;
    };
    const inBand = async (damping: number) => {
      const ratios = await Promise.all(
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((s) => ratio(s, damping)),
      );
      return ratios.filter((one) => Math.abs(one - 1) <= 0.1).length;
    };
    expect(await inBand(16)).toBeGreaterThanOrEqual(9);
    expect(await inBand(0)).toBeLessThan(9); // what the damping is for
  });

  it('with a large λ takes the cheapest network', async () => {
    const problem = new PlantedProblem(4, CHOICES, 0.3);
    const spec = searchSpec({ lambda: { kind: 'fixed', value: 100 }, metric: 'edp', target: 1e9 });
    const search = await run(new SpNas(spec), problem);
    const cheapest = spec.table.blocks.map((options, block) => {
      const costs = options.map((_, i) => networkCost(spec.table, [0, 0, 0].with(block, i), 'edp'));
      return costs.indexOf(Math.min(...costs));
    });
    expect(search.derive()).toEqual(cheapest);
  });

  it('refuses what it did not ask for', () => {
    const search = new SpNas(searchSpec());
    const candidate = search.ask() as SpNasCandidate;
    const other = { ...candidate, step: 7 };
    expect(() =>
      search.tell(other, { crossEntropy: null, accuracy: null, gradients: null }),
    ).toThrow('told of weights 7');
  });
});

describe('SearchDriver', () => {
  it('pauses, steps, goes on and stops between candidates, and loses none', async () => {
    const spec = searchSpec({ epochs: 2 });
    const problem = new PlantedProblem(2, CHOICES, 0.3);
    const whole = await run(new SpNas(spec), problem);
    const search = new SpNas(spec);
    const told: number[] = [];
    let pauses = 0;
    const driver = new SearchDriver<SpNasCandidate, SpNasResult>(search, problem, {
      onTold: () => {
        told.push(told.length);
        if (told.length === 4) driver.pause();
      },
      breathe: () => Promise.resolve(),
      onPause: () => {
        pauses++;
        if (pauses < 3) driver.stepOnce();
        else driver.continue();
        return Promise.resolve();
      },
      onContinue: () => Promise.resolve(),
    });
    expect(await driver.run()).toBe(true);
    expect(pauses).toBe(3); // at 4, 5 and 6 candidates
    expect(search.state()).toEqual(whole.state());
    expect(told).toHaveLength(30);
  });

  it('ends early when it is stopped, and says so', async () => {
    const search = new SpNas(searchSpec());
    const problem = new PlantedProblem(2, CHOICES, 0.3);
    let told = 0;
    const driver = new SearchDriver<SpNasCandidate, SpNasResult>(search, problem, {
      onTold: () => {
        if (++told === 3) driver.stop();
      },
      breathe: () => Promise.resolve(),
      onPause: () => Promise.resolve(),
      onContinue: () => Promise.resolve(),
    });
    expect(await driver.run()).toBe(false);
    expect(told).toBe(3);
  });
});
