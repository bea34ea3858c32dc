import { describe, expect, it } from 'vitest';
import { networkByName } from '../hw/networks/catalogue.ts';
import { acceleratorByName } from '../hw/presets/catalogue.ts';
import { operandBits } from '../hw/workload.ts';
import { Rng } from '../util/rng.ts';
import type { NetworkAtBits } from './plan.ts';
import { oneMappingForAll, resultOf } from './result.ts';
import type { MapResult } from './result.ts';
import { createMapperRun } from './run.ts';
import type { MapperSpec } from './run.ts';
import { TaskRun } from './task.ts';
import type { Task, TaskResult } from './task.ts';
import { ALGORITHMS } from './task.ts';

function network(name: string, bits: number, layers = 3): NetworkAtBits {
  return {
    bits,
    layers: networkByName(name)
      .layers.slice(0, layers)
      .map((layer) => ({ layer, bits: operandBits(layer.shape, bits) })),
  };
}

const spec: MapperSpec = {
  accelerator: acceleratorByName('eyeriss'),
  networks: [network('alexnet', 8), network('alexnet', 16)],
  objective: 'edp',
  evaluationsPerLayer: 4000,
  seed: 5,
};

function finish(of: MapperSpec, slice = 500): MapResult {
  const run = createMapperRun(of);
  while (!run.done) run.step(slice);
  return resultOf(run);
}

const whole = finish(spec);

describe('a mapper run', () => {
  it('spends its budget on every distinct layer and no more', () => {
    expect(whole.done).toBe(true);
    expect(whole.evaluations.valid).toBe(6 * 4000);
    expect(whole.evaluations.total).toBeGreaterThanOrEqual(whole.evaluations.valid);
  });

  it('gives the same mappings again, however it is sliced', () => {
    expect(finish(spec, 77)).toEqual(whole);
  });

  it('gives the same mappings when threads share it and answer in any order', () => {
    const run = createMapperRun(spec);
    const rng = new Rng(3);
    while (!run.done) {
      const tasks: Task[] = [];
      for (let task = run.nextTask(); task; task = run.nextTask()) tasks.push(task);
      const results = rng.shuffle(tasks).map((task): TaskResult => {
        const work = new TaskRun(structuredClone(task), run.problemOf(task));
        while (!work.done) work.step(1000);
        return structuredClone(work.result());
      });
      for (const result of results) run.accept(result);
    }
    expect(resultOf(run)).toEqual(whole);
  });

  it('goes on from a stored state to the same end', () => {
    const first = createMapperRun(spec);
    for (let i = 0; i < 9; i++) first.step(100_000); // whole tasks
    const stored = structuredClone(first.state());
    while (!first.done) first.step(100_000);
    const second = createMapperRun(spec, stored);
    while (!second.done) second.step(100_000);
    expect(resultOf(second).networks).toEqual(resultOf(first).networks);
  });

  it('has a valid best at any time, which never gets worse', () => {
    const run = createMapperRun(spec);
    let before = Infinity;
    while (!run.done) {
      const { total } = resultOf(run).networks[0] as MapResult['networks'][number];
      expect(total.edpPjCycles).toBeLessThanOrEqual(before);
      before = total.edpPjCycles;
      run.step(3000);
    }
  });

  it('tells how far it is, and how the mappings in hand spread', () => {
    const run = createMapperRun(spec);
    const { doneRatio, evaluations, layer, spread, best, place } = run.step(500);
    expect(doneRatio).toBeCloseTo(evaluations.valid / whole.evaluations.valid, 6);
    expect(layer).toBe('conv1');
    expect(place).toMatchObject({ round: 1, problemsDone: 0 });
    expect(spread?.best).toBe(best);
    expect(spread?.worst).toBeGreaterThan(spread?.median ?? Infinity);
    const places = [place];
    while (!run.done) places.push(run.step(100_000).place);
    // every round goes through every problem, one after another
    const { rounds, problems } = place;
    const order = ({ round, problemsDone }: typeof place): number =>
      round * problems + problemsDone;
    expect(places.map(order)).toEqual(places.map(order).sort((a, b) => a - b));
    expect(new Set(places.map(({ round }) => round)).size).toBe(rounds);
    expect(run.progress()).toMatchObject({ done: true, doneRatio: 1 });
    expect(run.place).toEqual({ round: rounds, rounds, problemsDone: problems, problems });
  });

  it('costs less at fewer bits', () => {
    const [at8, at16] = whole.networks;
    expect(at8?.total.edpPjCycles).toBeLessThan(at16?.total.edpPjCycles ?? 0);
    expect(at8?.total.energyPj).toBeLessThan(at16?.total.energyPj ?? 0);
  });

  it('says what one mapping for all bit-widths would cost: never less', () => {
    const shared = oneMappingForAll(whole, spec.accelerator);
    const [at8, at16] = shared ?? [];
    // The widest network keeps its own mappings.
    expect(at16).toEqual(whole.networks[1]);
    expect(at8?.total.edpPjCycles).toBeGreaterThanOrEqual(
      whole.networks[0]?.total.edpPjCycles ?? Infinity,
    );
  });

  it('searches equal layers at equal widths once', () => {
    const vgg = createMapperRun({ ...spec, networks: [network('vgg16', 16, 13)] });
    // conv3_2 = conv3_3, conv4_2 = conv4_3, conv5_1 = conv5_2 = conv5_3
    expect(vgg.plan.problems.length).toBe(9);
  });

  it('stops when told to, and when the target is met', () => {
    const run = createMapperRun(spec);
    run.step(1000);
    run.stop();
    expect(run.done).toBe(true);
    expect(resultOf(run).networks.length).toBe(2);
    const easy = finish({ ...spec, networks: [network('alexnet', 8)], target: 1e30 });
    expect(easy.evaluations.valid).toBeLessThan(3 * 4000);
  });

  it.each(ALGORITHMS.filter((name) => name !== 'exhaustive'))(
    'runs %s on the same space and budget',
    (algorithm) => {
      const result = finish({ ...spec, networks: [network('alexnet', 16)], algorithm });
      expect(result.evaluations.valid).toBe(3 * 4000);
      for (const { cost } of result.networks[0]?.layers ?? []) expect(cost.ok).toBe(true);
    },
  );

  it('trades energy for latency as the objective asks', () => {
    const [energy, latency, fps] = (['energy', 'latency', 'fps'] as const).map(
      (objective) =>
        finish({ ...spec, networks: [network('alexnet', 16)], objective }).networks[0]?.total,
    );
    expect(energy?.energyPj).toBeLessThan(latency?.energyPj ?? 0);
    expect(latency?.latencyCycles).toBeLessThan(energy?.latencyCycles ?? 0);
    // One layer after another, frames a second are latency's inverse.
    expect(fps).toEqual(latency);
  });

  it('refuses to enumerate what it never could', () => {
    expect(() => createMapperRun({ ...spec, algorithm: 'exhaustive' })).toThrow(
      'mapper: conv1: expected at most 1e8 mappings to search exhaustively, got 1e',
    );
  });

  it('refuses a budget of nothing', () => {
    expect(() => createMapperRun({ ...spec, evaluationsPerLayer: 0 })).toThrow(
      'mapper: evaluationsPerLayer: expected a whole number of at least 1, got 0',
    );
  });
});
