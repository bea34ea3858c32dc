/** @file Project files: runs out of the lab and into it, and the runs that come with the lab. */
import { transfer } from 'comlink';
import type { ProjectDataset, ProjectRun } from '../project/contents.ts';
import { EXTENSION, MAX_FILE_BYTES } from '../project/limits.ts';
import type { ProjectApi } from '../rpc/project-api.ts';
import { parseExampleIndex } from '../spec/examples.ts';
import type { Example } from '../spec/examples.ts';
import { SpecError } from '../util/errors.ts';
import type { LabServices } from './services.ts';
import { sentenceOf, WorkerOwner } from './worker-owner.ts';

/** Kept apart from the store: a reader who deleted the example has still seen it. */
const SEEN_KEY = 'instantnet-lab.examples';
const MAX_INDEX_BYTES = 2 ** 16;

export interface ProjectFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

function hasSeen(): boolean {
  try {
    return localStorage.getItem(SEEN_KEY) !== null;
  } catch {
    return false; // storage may be forbidden: then every visit is the first
  }
}

function rememberSeen(): void {
  try {
    localStorage.setItem(SEEN_KEY, 'seen');
  } catch {
    // then the example comes again
  }
}

export class Projects {
  readonly #services: LabServices;
  readonly #worker: WorkerOwner<ProjectApi>;
  #isBusy = $state(false);
  #said = $state<string | null>(null);
  #alert = $state<string | null>(null);
  #examples = $state.raw<readonly Example[]>([]);

  constructor(services: LabServices) {
    this.#services = services;
    this.#worker = new WorkerOwner('project worker', services.spawnProject);
  }

  /** Whether this is a first visit, which opens with an example. */
  get isFirstVisit(): boolean {
    return !hasSeen();
  }
  get isBusy(): boolean {
    return this.#isBusy;
  }
  /** What the last import did, in a sentence. */
  get said(): string | null {
    return this.#said;
  }
  get alert(): string | null {
    return this.#alert;
  }
  /** The runs that come with the lab; none until listed. */
  get examples(): readonly Example[] {
    return this.#examples;
  }

  clear(): void {
    this.#said = null;
    this.#alert = null;
  }

  /**
   * @param withImages the reader's own images too, where they are stored
   * @returns null, with the reason as the alert, when it cannot be made
   */
  exportRuns(ids: readonly string[], withImages: boolean): Promise<ProjectFile | null> {
    return this.#work(async () => {
      const { store } = this.#services;
      const runs: ProjectRun[] = [];
      const datasets: ProjectDataset[] = [];
      for (const id of ids) {
        const run = await store.readWholeRun(id);
        if (run === undefined) throw new Error('This run is no longer stored.');
        runs.push(run);
        const { dataset, recipe } = run.record;
        if (!withImages || recipe.dataset.kind !== 'stored') continue;
        if (datasets.some(({ info }) => info.id === dataset.id)) continue;
        const own = await store.readWholeDataset(dataset.id);
        if (own) datasets.push(own);
      }
      const bytes = await this.#worker.call((api) => api.pack({ runs, datasets }));
      const name = runs.length === 1 ? (runs[0]?.record.name ?? 'run') : `${runs.length} runs`;
      return { name: `${fileName(name)}${EXTENSION}`, bytes };
    });
  }

  /** Weights of a run as TensorFlow.js files in a zip; null, with the reason as the alert, without. */
  exportWeights(id: string): Promise<Uint8Array<ArrayBuffer> | null> {
    return this.#work(async () => {
      const run = await this.#services.store.readWholeRun(id);
      if (run === undefined) throw new Error('This run is no longer stored.');
      return this.#worker.call((api) => api.packWeights(run));
    });
  }

  /** @returns the id of a run to show; null, with the reason as the alert, when nothing was taken */
  importFile(file: File): Promise<string | null> {
    return this.#work(async () => {
      if (file.size > MAX_FILE_BYTES) {
        const most = MAX_FILE_BYTES;
        throw new SpecError(
          `${file.name.slice(0, 60)}: expected at most ${most} bytes, got ${file.size}`,
        );
      }
      return this.#take(new Uint8Array(await file.arrayBuffer()), file.name);
    });
  }

  /** Find out which runs come with the lab. */
  async listExamples(): Promise<void> {
    if (this.#examples.length > 0) return;
    await this.#work(async () => {
      const bytes = await this.#services.fetchExample('index.json');
      if (bytes.length > MAX_INDEX_BYTES) throw new SpecError('examples: expected a short list');
      this.#examples = parseExampleIndex(parseJson(bytes)).examples;
    });
  }

  /** Bring one of the runs that come with the lab. @returns its id; null when it cannot be had */
  addExample({ file, sha256 }: Example): Promise<string | null> {
    return this.#work(async () => {
      const bytes = await this.#services.fetchExample(file);
      const id = await this.#take(bytes, file, sha256);
      rememberSeen();
      return id;
    });
  }

  /**
   * What a first visit opens with. A failure is no alert: the lab works without.
   * @returns null when the reader has been here before, or it cannot be had
   */
  async firstExample(): Promise<string | null> {
    if (hasSeen()) return null;
    await this.listExamples();
    const [first] = this.#examples;
    const id = first === undefined ? null : await this.addExample(first);
    this.clear();
    return id;
  }

  /**
   * All or nothing.
   *
   * @param sha256 of an example
   * @returns the id of the first run of the file, as it is here
   */
  async #take(bytes: Uint8Array<ArrayBuffer>, name: string, sha256?: string): Promise<string> {
    const { store, newId } = this.#services;
    const isExample = sha256 !== undefined;
    const { runs, datasets } = await this.#worker.call((api) =>
      api.read(transfer(bytes, [bytes.buffer]), name, sha256),
    );
    const added: ProjectRun[] = [];
    const ids: string[] = [];
    let [same, renamed] = [0, 0];
    for (const run of runs) {
      const there = await store.readWholeRun(run.record.id);
      const record = isExample ? { ...run.record, example: true } : run.record;
      const isHere =
        there !== undefined && (await this.#worker.call((api) => api.isSameRun(there, run)));
      if (isHere) same++;
      else if (there === undefined) added.push({ ...run, record });
      else {
        renamed++;
        added.push(withId({ ...run, record }, newId()));
      }
      ids.push(isHere ? run.record.id : lastId(added));
    }
    await store.addProject({ runs: added, datasets });
    this.#said = importSentence(added.length, same, renamed);
    return ids[0] ?? '';
  }

  async #work<T>(job: () => Promise<T>): Promise<T | null> {
    if (this.#isBusy) return null;
    this.#isBusy = true;
    this.clear();
    try {
      return await job();
    } catch (error) {
      this.#alert = sentenceOf(error);
      return null;
    } finally {
      this.#worker.terminate(); // with all that it read
      this.#isBusy = false;
    }
  }
}

function lastId(runs: readonly ProjectRun[]): string {
  return runs.at(-1)?.record.id ?? '';
}

function withId({ record, log, mapping, checkpoint }: ProjectRun, id: string): ProjectRun {
  return {
    record: { ...record, id },
    log,
    mapping: mapping === null ? null : { ...mapping, runId: id },
    checkpoint,
  };
}

/** @param renamed of the added ones */
function importSentence(added: number, same: number, renamed: number): string {
  const runs = (count: number): string => (count === 1 ? '1 run' : `${count} runs`);
  const parts: string[] = [];
  if (added > 0) parts.push(`${runs(added)} imported`);
  if (renamed > 0)
    parts.push(
      `${renamed === added ? '' : `${renamed} of them `}as new, because another run had the same id`,
    );
  if (same > 0)
    parts.push(`${runs(same)} ${same === 1 ? 'was' : 'were'} here already, to the byte`);
  return `${parts.join(', ')}.`;
}

/** What every file system takes. */
function fileName(name: string): string {
  const plain = name
    .replace(/[^\p{L}\p{N} ._,-]/gu, '-')
    .trim()
    .replace(/^\.+/, '');
  return plain.slice(0, 60) || 'run';
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new SpecError('examples: expected JSON, got something else');
  }
}
