/** @file AutoMapper runs for the page: leads the helpers, reports and stores what they find. */
import { acceleratorByName } from '../src/hw/presets/catalogue.ts';
import { modelAtBits } from '../src/hw/model-workload.ts';
import { plainObjective } from '../src/mapper/objective.ts';
import { resultOf } from '../src/mapper/result.ts';
import { createMapperRun } from '../src/mapper/run.ts';
import type { MapperRun } from '../src/mapper/run.ts';
import type { MapApi, MapSpec } from '../src/rpc/map-api.ts';
import type { BitBest, MapProgress } from '../src/rpc/progress.ts';
import { precisionsOf } from '../src/spec/bits.ts';
import { parseModelSpec } from '../src/spec/model.ts';
import type { MappingRecord } from '../src/spec/run.ts';
import { putMapping } from '../src/store/mappings.ts';
import { openLab } from '../src/store/open.ts';
import type { LabDatabase } from '../src/store/schema.ts';
import { SpecError } from '../src/util/errors.ts';
import { crewSize, MapCrew } from './map-crew.ts';
import { spawnMapHelpers } from './map-helpers.ts';
import { mappingRecord } from './mapping-record.ts';
import { Stopwatch } from './stopwatch.ts';

type OnProgress = (progress: MapProgress) => void;

const REPORT_EVERY_MS = 100;
/** The whole record is larger: shown and stored less often. */
const RECORD_EVERY_MS = 1500;

interface Running {
  readonly spec: MapSpec;
  readonly run: MapperRun;
  readonly crew: MapCrew;
  readonly watch: Stopwatch;
  readonly onProgress: OnProgress;
  reportedAt: number;
  recordedAt: number;
  /** The networks' best, worked out anew when a result has come in. */
  best: { results: number; networks: readonly BitBest[] };
}

export class MapSession implements MapApi {
  #db: Promise<LabDatabase> | null = null;
  #running: Running | null = null;

  async start(spec: MapSpec, onProgress: OnProgress): Promise<MappingRecord> {
    if (this.#running !== null) {
      throw new SpecError(
        `mapping: expected no search in progress, got ${this.#running.spec.runId}`,
      );
    }
    const model = parseModelSpec(spec.model);
    const run = createMapperRun({
      accelerator: acceleratorByName(spec.mapping.accelerator),
      networks: [...precisionsOf(spec.bitWidths, spec.precision)].map(([bits, precision]) => ({
        bits,
        layers: modelAtBits(model, precision),
      })),
      objective: spec.mapping.objective,
      evaluationsPerLayer: spec.mapping.evaluationsPerLayer,
      seed: spec.seed,
    });
    const running: Running = {
      spec,
      run,
      crew: new MapCrew(run, () => this.#report(running)),
      watch: new Stopwatch(),
      onProgress,
      reportedAt: 0,
      recordedAt: performance.now(),
      best: { results: -1, networks: [] },
    };
    this.#running = running;
    try {
      return await this.#search(running);
    } finally {
      this.#running = null;
    }
  }

  pause(runId: string): Promise<void> {
    const running = this.#of(runId);
    running?.crew.pause();
    running?.watch.stop();
    return Promise.resolve();
  }

  continue(runId: string): Promise<void> {
    const running = this.#of(runId);
    running?.watch.start();
    running?.crew.continue();
    return Promise.resolve();
  }

  stop(runId: string): Promise<void> {
    this.#of(runId)?.crew.stop();
    return Promise.resolve();
  }

  #of(runId: string): Running | null {
    return this.#running?.spec.runId === runId ? this.#running : null;
  }

  #open(): Promise<LabDatabase> {
    this.#db ??= openLab({ onClosed: () => (this.#db = null) });
    return this.#db;
  }

  async #search(running: Running): Promise<MappingRecord> {
    const db = await this.#open();
    const helpers = spawnMapHelpers(crewSize(navigator.hardwareConcurrency));
    running.watch.start();
    try {
      await Promise.race([running.crew.search(helpers.members), helpers.death]);
    } finally {
      helpers.dispose();
    }
    running.watch.stop();
    running.onProgress(searchProgress(running));
    const final = recordOf(running);
    await putMapping(db, final);
    running.onProgress({ kind: 'mapping', runId: final.runId, record: final });
    return final;
  }

  #report(running: Running): void {
    const now = performance.now();
    if (now - running.reportedAt < REPORT_EVERY_MS) return;
    running.reportedAt = now;
    running.onProgress(searchProgress(running));
    if (now - running.recordedAt < RECORD_EVERY_MS) return;
    running.recordedAt = now;
    const record = recordOf(running);
    running.onProgress({ kind: 'mapping', runId: record.runId, record });
    void this.#open()
      .then((db) => putMapping(db, record))
      .catch(() => undefined); // the final record is stored again, and says so if it cannot be
  }
}

function recordOf({ spec, run, watch }: Running): MappingRecord {
  return mappingRecord(spec, resultOf(run), watch.elapsedMs / 1000, Date.now());
}

function searchProgress(running: Running): MapProgress {
  const { spec, run, crew, watch } = running;
  const { layersDone, layersTotal, layer, bits, best } = run.progress();
  const { total, valid } = crew.count;
  const hand = crew.inHand[0];
  const problem = hand ? run.problemOf(hand.task) : null;
  return {
    kind: 'search',
    runId: spec.runId,
    layer: problem?.name ?? layer,
    bits: problem?.bitsLabel ?? bits,
    layersDone,
    layersTotal,
    evaluations: total,
    valid,
    validPerSecond: (valid * 1000) / Math.max(watch.elapsedMs, 1),
    best: hand?.best
      ? plainObjective(spec.mapping.objective, hand.best.energyPj, hand.best.latencyCycles)
      : best,
    networks: networksBest(running),
  };
}

function networksBest(running: Running): readonly BitBest[] {
  const { run, crew, spec, best } = running;
  if (best.results !== crew.resultsTaken) {
    const networks = run.plan.networks.map((network): BitBest => {
      const { energyPj, latencyCycles } = run.choose(network);
      const value = plainObjective(spec.mapping.objective, energyPj, latencyCycles);
      return { bits: network.bits, best: value };
    });
    running.best = { results: crew.resultsTaken, networks };
  }
  return running.best.networks;
}
