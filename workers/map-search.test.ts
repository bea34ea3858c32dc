import { describe, expect, it } from 'vitest';
import { eyeriss } from '../src/hw/presets/eyeriss.ts';
import type { LayerQuestion, MapSpec } from '../src/rpc/map-api.ts';
import { isMappingRecord } from '../src/spec/run-schema.ts';
import { packRuns, unpackRuns } from '../src/spec/saved-mapping.ts';
import { partsOf, questionsOf } from '../src/state/mapped-layers.ts';
import { MapHelper } from './map-helper.ts';
import { inspectLayer, rivalOf, termsOf } from './map-questions.ts';
import { MapSearch } from './map-search.ts';
import { mappingRecord } from './mapping-record.ts';

const spec: MapSpec = {
  runId: 'network:alexnet',
  title: 'AlexNet',
  network: { kind: 'literature', name: 'alexnet' },
  bitWidths: [8, 16],
  mapping: { accelerator: 'eyeriss', objective: 'edp', evaluationsPerLayer: 100 },
  seed: 3,
};

async function searched(change: Partial<MapSpec['mapping']> = {}): Promise<MapSearch> {
  const wanted = { ...spec, mapping: { ...spec.mapping, ...change } };
  const search = new MapSearch(wanted, eyeriss, () => undefined);
  await search.search([new MapHelper(), new MapHelper()]);
  return search;
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

describe('a search for the page', () => {
  it('ends in a record that can be stored and asked about, every figure adding up', async () => {
    const search = await searched();
    const record = mappingRecord(search, 1, 0, true);
    expect(isMappingRecord(structuredClone(record))).toBe(true);
    expect(record.byBits.map(({ bits }) => bits)).toEqual([8, 16]);
    for (const mapped of record.byBits) {
      expect(sum(mapped.layers.map((l) => l.energyPj))).toBeCloseTo(mapped.total.energyPj, 0);
      const questions = questionsOf(eyeriss, mapped) as LayerQuestion[];
      const terms = termsOf(questions);
      const energyPj = sum(terms.map((term) => term.energyPj));
      expect(energyPj / mapped.total.energyPj).toBeCloseTo(1, 9);
      for (const [i, question] of questions.entries()) {
        const answer = inspectLayer(question);
        expect(answer.ok && answer.layer.energyPj).toBe(mapped.layers[i]?.energyPj);
        for (const use of mapped.layers[i]?.levels ?? []) {
          expect(use.occupancyRatio).toBeLessThanOrEqual(1);
          expect(use.usedInstances).toBeGreaterThanOrEqual(1);
        }
      }
    }
    // mappings of the widest width, kept at all: the same there, never better elsewhere by much
    const widest = record.byBits.at(-1);
    expect(widest?.oneMapping?.edpPjCycles).toBeCloseTo(widest?.total.edpPjCycles ?? NaN, -3);
  });

  it('cuts a pipeline into chunks that share out the columns', async () => {
    const search = await searched({ schedule: 'pipeline' });
    const record = mappingRecord(search, 1, 0, true);
    expect(isMappingRecord(structuredClone(record))).toBe(true);
    for (const mapped of record.byBits) {
      const chunks = mapped.chunks ?? [];
      expect(chunks.length).toBeGreaterThan(1);
      expect(sum(chunks.map(({ layers }) => layers))).toBe(8);
      expect(sum(chunks.map(({ columns }) => columns))).toBeLessThanOrEqual(eyeriss.mac.meshX);
      // the pace is that of the slowest chunk
      const parts = partsOf(eyeriss, mapped);
      const byPart = new Map<unknown, number>();
      mapped.layers.forEach((layer, i) =>
        byPart.set(parts[i], (byPart.get(parts[i]) ?? 0) + layer.latencyCycles),
      );
      expect(mapped.total.latencyCycles).toBe(Math.max(...byPart.values()));
    }
    expect(search.count.valid).toBeGreaterThan(0);
  });

  it('tells the layer and the round that it is at', async () => {
    const places: string[] = [];
    const mapping = { ...spec.mapping, evaluationsPerLayer: 1000 };
    const search = new MapSearch({ ...spec, mapping }, eyeriss, () => {
      const { round, rounds, problems } = search.progress(1)?.place ?? {};
      const place = `${round} of ${rounds} rounds over ${problems}`;
      if (places.at(-1) !== place) places.push(place);
    });
    await search.search([new MapHelper()]);
    // eight layers at two widths; four rounds of evolution, one of local search
    expect(places).toEqual([1, 2, 3, 4, 5].map((round) => `${round} of 5 rounds over 16`));
  });

  it('stops with what it has, and a met target ends it early', async () => {
    const search = new MapSearch(spec, eyeriss, () => search.stop());
    await search.search([new MapHelper()]);
    expect(search.isStopped).toBe(true);
    expect(search.found().map(({ bits }) => bits)).toEqual([8, 16]);
    const easy = await searched({ target: 1e30 });
    expect(easy.count.valid).toBeLessThan(2 * 8 * 100);
  });
});

describe('a search that was cut off', () => {
  const SCHEDULES = ['multi-cycle', 'pipeline'] as const;

  it.each(SCHEDULES)('goes on from where it was kept to the same record: %s', async (schedule) => {
    const whole = mappingRecord(await searched({ schedule }), 1, 0, true);
    const wanted = { ...spec, mapping: { ...spec.mapping, schedule } };
    const kept: string[] = [];
    const first = new MapSearch(wanted, eyeriss, () => kept.push(packRuns(first.runs())));
    await first.search([new MapHelper()]);
    // early, in the middle, and after its last task
    for (const at of [0, kept.length >> 1, kept.length - 1]) {
      const saved = unpackRuns(kept[at] ?? '') ?? [];
      const again = new MapSearch(wanted, eyeriss, () => undefined, saved);
      const before = again.count.valid;
      await again.search([new MapHelper()]);
      expect(mappingRecord(again, 1, 0, true)).toEqual(whole);
      if (schedule === 'multi-cycle' && at > 0) expect(before).toBeGreaterThan(0);
    }
  });

  it('begins anew where what was kept is not true', async () => {
    const whole = mappingRecord(await searched(), 1, 0, true);
    const kept: string[] = [];
    const first = new MapSearch(spec, eyeriss, () => kept.push(packRuns(first.runs())));
    await first.search([new MapHelper()]);
    const text = kept[kept.length >> 1] ?? '';
    for (const change of [
      (found: { energyPj: number }) => (found.energyPj /= 2),
      (found: { code: number[] }) => found.code.fill(99),
      (found: { code: number[] }) => found.code.pop(),
    ]) {
      const json = JSON.parse(text) as {
        runs: { results: { front: { energyPj: number; code: number[] }[] }[] }[];
      };
      const found = json.runs[0]?.results[0]?.front[0];
      if (found === undefined) throw new Error('internal: nothing was kept');
      change(found);
      const saved = unpackRuns(JSON.stringify(json)) ?? [];
      expect(saved).toHaveLength(1);
      const again = new MapSearch(spec, eyeriss, () => undefined, saved);
      expect(again.count.valid).toBe(0);
      await again.search([new MapHelper()]);
      expect(mappingRecord(again, 1, 0, true)).toEqual(whole);
    }
    expect(unpackRuns(text.slice(1))).toBeUndefined();
    expect(unpackRuns('{"format":1,"runs":[{}]}')).toBeUndefined();
  });
});

describe('questions about mappings', () => {
  it('refuse what does not fit in a sentence', async () => {
    const [mapped] = mappingRecord(await searched(), 1, 0, true).byBits;
    const [question] = (mapped && questionsOf(eyeriss, mapped)) ?? [];
    if (!question) throw new Error('internal: no layer');
    const [inner, ...outer] = question.mapping.levels;
    if (!inner) throw new Error('internal: no level');
    const crowded = { levels: [{ ...inner, keep: [...inner.keep, 'Weights' as const] }, ...outer] };
    const answer = inspectLayer({ ...question, mapping: crowded });
    expect(answer).toEqual({ ok: false, sentence: 'PsumSpad cannot hold Weights.' });
    const short = { levels: question.mapping.levels.map((l) => ({ ...l, temporal: [] })) };
    const refused = inspectLayer({ ...question, mapping: short });
    expect(refused.ok ? '' : refused.sentence).toMatch(/^mapping: expected factors of/);
  });

  it('put an expert beside the search: parts and terms are its energy', async () => {
    const [mapped] = mappingRecord(await searched(), 1, 0, true).byBits;
    const questions = (mapped && questionsOf(eyeriss, mapped)) ?? [];
    const rival = rivalOf('no-local-reuse', eyeriss, questions.slice(3, 4), 'edp');
    expect(sum(rival.parts.map((p) => p.energyPj)) / rival.total.energyPj).toBeCloseTo(1, 9);
    expect(sum(rival.terms.map((t) => t.energyPj)) / rival.total.energyPj).toBeCloseTo(1, 9);
    expect(() => rivalOf('none', eyeriss, questions, 'edp')).toThrow(/^dataflow on eyeriss/);
  });
});
