/** @file A mapper that searches nothing: costs that follow the bit-width. */
import { inspectLayer, rivalOf, termsOf } from '../../workers/map-questions.ts';
import { DATAFLOWS } from '../hw/dataflows/catalogue.ts';
import type { MapApi } from '../rpc/map-api.ts';
import { modelLayers } from '../spec/model.ts';
import { namedModel } from '../spec/models.ts';
import type { MappingRecord } from '../spec/run.ts';
import { fakeBitMapping } from './fake-mapping.ts';
import { FakeGate, sleep } from './fake-state.ts';
import type { FakeState } from './fake-state.ts';

export function fakeMapper(lab: FakeState): MapApi {
  const gate = new FakeGate();
  return {
    start: async (spec, onProgress) => {
      const { runId, network } = spec;
      const model = network.kind === 'model' ? network.model : namedModel('tiny');
      const layers = modelLayers(model);
      const total = layers.length * spec.bitWidths.length;
      let record: MappingRecord = {
        runId,
        ...(spec.title === undefined ? {} : { network: { title: spec.title } }),
        accelerator: spec.mapping.accelerator,
        objective: spec.mapping.objective,
        seed: spec.seed,
        evaluationsPerLayer: spec.mapping.evaluationsPerLayer,
        evaluations: { total: 0, valid: 0 },
        wallSeconds: 0,
        byBits: [],
        updatedAt: 0,
        done: false,
      };
      let done = 0;
      void gate.set('run');
      for (const bits of spec.bitWidths) {
        const mapped = fakeBitMapping(model, bits);
        for (const layer of mapped.layers) {
          while (gate.is('pause')) await sleep(5);
          if (gate.is('stop')) break;
          done++;
          onProgress({
            kind: 'search',
            runId,
            bits,
            layer: layer.name,
            place: { round: 1, rounds: 1, problemsDone: done - 1, problems: total },
            doneRatio: done / total,
            evaluations: done * 2000,
            valid: done * 1312,
            evaluationsPerSecond: 63_000,
            best: layer.edpPjCycles,
            spread: {
              best: layer.edpPjCycles,
              median: layer.edpPjCycles * 1.4,
              worst: layer.edpPjCycles * 3,
            },
            spaceLog10: { layer: 21.4, network: 21.4 * layers.length },
            networks: spec.bitWidths.map((width) => ({
              bits: width,
              best: 1e11 * width * (1 + 40 * Math.exp((-8 * done) / total)),
            })),
          });
          await sleep(lab.stepMs);
        }
        if (gate.is('stop')) break;
        record = {
          ...record,
          byBits: [...record.byBits, mapped],
          evaluations: { total: done * 2000, valid: done * 1312 },
          wallSeconds: done / 20,
        };
        lab.mappings.set(runId, record);
        onProgress({ kind: 'mapping', runId, record });
      }
      record = { ...record, done: !gate.is('stop') };
      lab.mappings.set(runId, record);
      return record;
    },
    pause: () => gate.set('pause'),
    continue: () => gate.set('run'),
    stop: () => gate.set('stop'),
    inspect: (question) => Promise.resolve(inspectLayer(question)),
    terms: (questions) => Promise.resolve(termsOf(questions)),
    compare: (accelerator, questions, objective, onRival) => {
      for (const { name } of DATAFLOWS.filter((dataflow) => dataflow.suits(accelerator)))
        onRival(rivalOf(name, accelerator, questions, objective));
      return Promise.resolve();
    },
  };
}
