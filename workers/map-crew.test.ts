import { describe, expect, it } from 'vitest';
import { networkByName } from '../src/hw/networks/catalogue.ts';
import { acceleratorByName } from '../src/hw/presets/catalogue.ts';
import { operandBits } from '../src/hw/workload.ts';
import { resultOf } from '../src/mapper/result.ts';
import { createMapperRun } from '../src/mapper/run.ts';
import type { MapperSpec } from '../src/mapper/run.ts';
import { crewSize, MapCrew } from './map-crew.ts';
import type { CrewMember } from './map-crew.ts';
import { MapHelper } from './map-helper.ts';

const spec: MapperSpec = {
  accelerator: acceleratorByName('eyeriss'),
  networks: [8, 16].map((bits) => ({
    bits,
    layers: networkByName('alexnet')
      .layers.slice(0, 2)
      .map((layer) => ({ layer, bits: operandBits(layer.shape, bits) })),
  })),
  objective: 'edp',
  evaluationsPerLayer: 1500,
  seed: 5,
};

/** A helper behind a port: everything is copied, answers come in later turns. */
function remote(turns: number): CrewMember {
  const helper = new MapHelper();
  const away = async <T>(answer: Promise<T>): Promise<T> => {
    const value = structuredClone(await answer);
    for (let i = 0; i < turns; i++) await new Promise((resolve) => setTimeout(resolve, 0));
    return value;
  };
  return {
    begin: (task, problem, objective) =>
      away(helper.begin(structuredClone(task), structuredClone({ ...problem }), objective)),
    advance: () => away(helper.advance(0)),
    finish: () => away(helper.finish()),
  };
}

describe('a mapper crew', () => {
  const alone = createMapperRun(spec);
  while (!alone.done) alone.step(500);

  it.each([1, 2, 3])('of %i finds what one thread finds', async (helpers) => {
    const run = createMapperRun(spec);
    const crew = new MapCrew(run, () => undefined);
    await crew.search(Array.from({ length: helpers }, (_, i) => remote(helpers - i)));
    expect(resultOf(run)).toEqual(resultOf(alone));
    expect(crew.inHand).toEqual([]);
    expect(crew.count).toEqual(run.count);
  });

  it('makes nothing while it is paused, then goes on to the same end', async () => {
    const run = createMapperRun(spec);
    const crew = new MapCrew(run, () => {
      if (crew.count.valid > 1000 && !pausedOnce) {
        pausedOnce = true;
        crew.pause();
      }
    });
    let pausedOnce = false;
    const search = crew.search([remote(1), remote(2)]);
    while (!crew.isPaused) await new Promise((resolve) => setTimeout(resolve, 0));
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setTimeout(resolve, 0));
    const count = crew.count;
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setTimeout(resolve, 0));
    expect(crew.count).toEqual(count);
    expect(run.done).toBe(false);
    crew.continue();
    await search;
    expect(resultOf(run)).toEqual(resultOf(alone));
  });

  it('keeps what the tasks in hand have found when it is stopped, even when paused', async () => {
    const run = createMapperRun(spec);
    const crew = new MapCrew(run, () => crew.pause());
    const search = crew.search([remote(1), remote(1)]);
    while (!crew.isPaused) await new Promise((resolve) => setTimeout(resolve, 0));
    crew.stop();
    await search;
    const { evaluations, networks, done } = resultOf(run);
    expect(done).toBe(true);
    expect(evaluations.valid).toBeGreaterThan(0);
    expect(evaluations.valid).toBeLessThan(4 * 1500);
    const untouched = resultOf(createMapperRun(spec));
    expect(networks[0]?.total.edpPjCycles).toBeLessThan(
      untouched.networks[0]?.total.edpPjCycles ?? 0,
    );
  });

  it('fails with the helper that fails', async () => {
    const run = createMapperRun(spec);
    const broken: CrewMember = { ...remote(1), advance: () => Promise.reject(new Error('gone')) };
    await expect(new MapCrew(run, () => undefined).search([broken])).rejects.toThrow('gone');
  });

  it('leaves a core to the page', () => {
    expect([1, 2, 4, 64].map(crewSize)).toEqual([1, 1, 3, 8]);
  });
});
