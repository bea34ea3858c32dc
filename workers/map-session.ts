/** @file AutoMapper for the page: leads the helpers, reports and stores what they find. */
import type { Accelerator } from '../src/hw/accelerator.ts';
import type { EnergyTerm } from '../src/hw/explain.ts';
import type { LayerAnswer, LayerQuestion, MapApi, MapSpec, Rival } from '../src/rpc/map-api.ts';
import type { MapProgress } from '../src/rpc/progress.ts';
import type { Objective } from '../src/spec/mapping.ts';
import type { MappingRecord } from '../src/spec/run.ts';
import { packRuns, unpackRuns } from '../src/spec/saved-mapping.ts';
import {
  deleteMapCheckpoint,
  getMapCheckpoint,
  putMapCheckpoint,
} from '../src/store/map-checkpoints.ts';
import { getMapping, putMapping } from '../src/store/mappings.ts';
import { labOpener } from '../src/store/open.ts';
import { writeOrWait } from '../src/store/write-or-wait.ts';
import { SpecError } from '../src/util/errors.ts';
import { MapCompare } from './map-compare.ts';
import { crewSize } from './map-crew.ts';
import { spawnMapHelpers } from './map-helpers.ts';
import { inspectLayer, termsOf } from './map-questions.ts';
import { MapSearch } from './map-search.ts';
import { mappingRecord } from './mapping-record.ts';
import { namedAccelerator } from './named-accelerator.ts';
import { Stopwatch } from './stopwatch.ts';

type OnProgress = (progress: MapProgress) => void;

const REPORT_EVERY_MS = 100;
/** The whole record is larger: shown and stored less often. */
const RECORD_EVERY_MS = 1500;
const CHECKPOINT_EVERY_MS = 5000;

interface Running {
  readonly search: MapSearch;
  /** What was asked for, as text. */
  readonly asked: string;
  readonly watch: Stopwatch;
  readonly onProgress: OnProgress;
  reportedAt: number;
  recordedAt: number;
  keptAt: number;
  /** Checkpoints are written one after another, and none after the search is over. */
  keeping: Promise<unknown>;
  isOver: boolean;
}

export class MapSession implements MapApi {
  readonly #compare = new MapCompare();
  readonly #open = labOpener();
  #running: Running | 'starting' | null = null;

  async start(spec: MapSpec, onProgress: OnProgress): Promise<MappingRecord> {
    if (this.#running !== null)
      throw new SpecError('mapping: expected no search in progress, got one that is running');
    this.#running = 'starting';
    try {
      const accelerator = await namedAccelerator(spec.mapping.accelerator, () => this.#open());
      const { runId, title: _title, ...wanted } = spec;
      const asked = JSON.stringify({ ...wanted, accelerator });
      const kept = await getMapCheckpoint(await this.#open(), runId);
      const saved = kept?.asked === asked ? kept : null;
      const running: Running = {
        search: new MapSearch(
          spec,
          accelerator,
          () => this.#report(running),
          saved === null ? [] : unpackRuns(saved.runs),
        ),
        asked,
        watch: new Stopwatch(1000 * (saved?.seconds ?? 0)),
        onProgress,
        reportedAt: 0,
        recordedAt: performance.now(),
        keptAt: performance.now(),
        keeping: Promise.resolve(),
        isOver: false,
      };
      this.#running = running;
      return await this.#search(running);
    } finally {
      this.#running = null;
    }
  }

  pause(runId: string): Promise<void> {
    const running = this.#of(runId);
    running?.search.pause();
    running?.watch.stop();
    if (running) this.#keep(running);
    return Promise.resolve();
  }

  continue(runId: string): Promise<void> {
    const running = this.#of(runId);
    running?.watch.start();
    running?.search.continue();
    return Promise.resolve();
  }

  stop(runId: string): Promise<void> {
    this.#of(runId)?.search.stop();
    return Promise.resolve();
  }

  inspect(question: LayerQuestion): Promise<LayerAnswer> {
    return Promise.resolve(inspectLayer(question));
  }

  terms(layers: readonly LayerQuestion[]): Promise<EnergyTerm[]> {
    return Promise.resolve(termsOf(layers));
  }

  compare(
    accelerator: Accelerator,
    layers: readonly LayerQuestion[],
    objective: Objective,
    onRival: (rival: Rival) => void,
  ): Promise<void> {
    return this.#compare.compare(accelerator, layers, objective, onRival);
  }

  #of(runId: string): Running | null {
    const running = this.#running;
    return running !== 'starting' && running?.search.spec.runId === runId ? running : null;
  }

  async #search(running: Running): Promise<MappingRecord> {
    const { search, watch, onProgress } = running;
    const helpers = spawnMapHelpers(crewSize(navigator.hardwareConcurrency));
    watch.start();
    try {
      await Promise.race([search.search(helpers.members), helpers.death]);
    } finally {
      helpers.dispose();
      running.isOver = true;
    }
    watch.stop();
    this.#tell(running);
    const final = recordOf(running, !search.isStopped);
    onProgress({ kind: 'mapping', runId: final.runId, record: final });
    const isWritten = await this.#store(final, onProgress);
    await running.keeping;
    // until it is written, what it can be had from again stays
    if (isWritten) await deleteMapCheckpoint(await this.#open(), final.runId);
    return final;
  }

  /** @returns whether it is; where the disk takes nothing it waits, and the reader is told */
  #store(final: MappingRecord, onProgress: OnProgress): Promise<boolean> {
    const { runId } = final;
    return writeOrWait({
      open: () => this.#open(),
      write: async (db) => {
        const stored = await getMapping(db, runId);
        const isNewer = stored !== undefined && stored.updatedAt > final.updatedAt;
        if (!isNewer) await putMapping(db, final);
      },
      id: runId,
      onTrouble: (reason) => {
        const text =
          reason && `${reason}: the mapping is kept in memory only until there is room again.`;
        onProgress({ kind: 'notice', runId, text });
      },
    });
  }

  #report(running: Running): void {
    const now = performance.now();
    if (now - running.reportedAt < REPORT_EVERY_MS) return;
    running.reportedAt = now;
    this.#tell(running);
    if (now - running.keptAt > CHECKPOINT_EVERY_MS) this.#keep(running);
    if (now - running.recordedAt < RECORD_EVERY_MS) return;
    const record = recordOf(running, false);
    // a large network takes long to write down: not more than a tenth of the time
    const tookMs = performance.now() - now;
    running.recordedAt = performance.now() + 9 * tookMs;
    if (record.byBits.length === 0) return;
    running.onProgress({ kind: 'mapping', runId: record.runId, record });
    void this.#open()
      .then((db) => putMapping(db, record))
      .catch(() => undefined); // the final record is stored again, and waits if it cannot be
  }

  /** Write down where the search stands; what cannot be written is written the next time. */
  #keep(running: Running): void {
    const { search, asked, watch } = running;
    running.keptAt = performance.now();
    running.keeping = running.keeping
      .then(async () => {
        if (running.isOver) return;
        const { runId, title } = search.spec;
        const kept = {
          runId,
          asked,
          seconds: watch.elapsedMs / 1000,
          runs: packRuns(search.runs()),
        };
        await putMapCheckpoint(await this.#open(), kept, title === undefined);
        running.keptAt = performance.now();
      })
      .catch(() => undefined);
  }

  #tell({ search, watch, onProgress }: Running): void {
    const progress = search.progress(watch.elapsedMs / 1000);
    if (progress) onProgress(progress);
  }
}

function recordOf({ search, watch }: Running, isDone: boolean): MappingRecord {
  return mappingRecord(search, watch.elapsedMs / 1000, Date.now(), isDone);
}
