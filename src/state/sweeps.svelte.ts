/**
 * @file Sweeps: queues of runs, worked off one run after another by one tab.
 *
 * What is queued lies in the store; what became of a run is its own record. So a queue goes on after
 * a reload where it was: a run cut off is resumed, one that ended is not trained again.
 */
import { sweepLabel, sweptRecipe } from '../spec/sweep.ts';
import type { SweepItem, SweepRecord } from '../spec/sweep.ts';
import type { Recipe } from '../spec/recipe.ts';
import type { BackendPreference, RunLimits } from '../spec/run.ts';
import type { RunGroup } from './run-group.svelte.ts';
import type { LabServices } from './services.ts';
import { sentenceOf } from './worker-owner.ts';

/** What else has the workers is asked this often. */
const WAIT_MS = 500;
/** Another tab that works on the queue may end. */
const RETRY_MS = 3_000;

/** What the queue needs of the lab. */
export interface SweepHost {
  /** Something else trains, maps or searches. */
  isBusy(): boolean;
  /** Whether another tab trains this run. */
  isElsewhere(runId: string): Promise<boolean>;
  /** Train to the end; @returns what went wrong before there was a run */
  train(sweep: SweepRecord, recipe: Recipe, runId: string, name: string): Promise<string | null>;
  resume(sweep: SweepRecord, runId: string): Promise<string | null>;
  map(runId: string): Promise<void>;
}

export interface NewSweep {
  readonly setting: SweepRecord['setting'];
  readonly values: readonly SweepItem['value'][];
  readonly recipe: Recipe;
  readonly datasetId: string;
  readonly backend: BackendPreference;
  readonly limits?: RunLimits;
  readonly isMapped: boolean;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export class Sweeps {
  readonly group: RunGroup;
  readonly #services: LabServices;
  readonly #host: SweepHost;
  #list = $state.raw<readonly SweepRecord[]>([]);
  #shownId = $state<string | null>(null);
  #current = $state<string | null>(null);
  #isElsewhere = $state(false);
  #alert = $state<string | null>(null);
  #isWorking = false;

  constructor(services: LabServices, group: RunGroup, host: SweepHost) {
    this.#services = services;
    this.group = group;
    this.#host = host;
  }

  /** Oldest first: the order of work. */
  get list(): readonly SweepRecord[] {
    return this.#list;
  }
  /** The one looked at: the newest until another is chosen. */
  get shown(): SweepRecord | null {
    return this.#list.find(({ id }) => id === this.#shownId) ?? this.#list.at(-1) ?? null;
  }
  /** The run that this tab carries out for a queue. */
  get current(): string | null {
    return this.#current;
  }
  /** Another tab works on the queue. */
  get isElsewhere(): boolean {
    return this.#isElsewhere;
  }
  get alert(): string | null {
    return this.#alert;
  }

  /** What is stored; and on with what was left. */
  async boot(): Promise<void> {
    await this.refresh();
    void this.work();
  }

  async refresh(): Promise<void> {
    try {
      this.#list = await this.#services.store.listSweeps();
      await this.group.set(this.shown?.items.map(({ runId }) => runId) ?? []);
    } catch (error) {
      this.#alert = sentenceOf(error);
    }
  }

  async show(id: string): Promise<void> {
    this.#shownId = id;
    await this.group.set(this.shown?.items.map(({ runId }) => runId) ?? []);
  }

  /** Queue a run for each value, and begin. */
  async start({ values, ...rest }: NewSweep): Promise<void> {
    const { newId, now, store } = this.#services;
    const items = values.map((value) => ({ runId: newId(), value, done: false }));
    const sweep: SweepRecord = { ...rest, id: newId(), createdAt: now(), isPaused: false, items };
    await this.#guard(() => store.putSweep(sweep));
    this.#shownId = sweep.id;
    await this.refresh();
    void this.work();
  }

  /** The run in hand goes on to its end. */
  async setPaused(id: string, isPaused: boolean): Promise<void> {
    await this.#change(id, (sweep) => ({ ...sweep, isPaused }));
    if (!isPaused) void this.work();
  }

  /** Take a run that waits one place up or down among those that wait. */
  async move(id: string, runId: string, by: -1 | 1): Promise<void> {
    await this.#change(id, (sweep) => {
      const items = [...sweep.items];
      const at = items.findIndex((item) => item.runId === runId);
      const other = at + by;
      const [one, two] = [items[at], items[other]];
      if (!one || !two || !this.#waits(one) || !this.#waits(two)) return sweep;
      items[at] = two;
      items[other] = one;
      return { ...sweep, items };
    });
  }

  /** Take a run that waits off the queue; null: all that wait. */
  async drop(id: string, runId: string | null): Promise<void> {
    await this.#change(id, (sweep) => ({
      ...sweep,
      items: sweep.items.filter(
        (item) => !this.#waits(item) || (runId !== null && item.runId !== runId),
      ),
    }));
    const left = this.#list.find((sweep) => sweep.id === id);
    if (left?.items.length === 0) await this.remove(id);
  }

  /** Forget the sweep; its runs stay. */
  async remove(id: string): Promise<void> {
    await this.#guard(() => this.#services.store.deleteSweep(id));
    await this.refresh();
  }

  /** Work off what is queued, unless this or another tab does so already. */
  async work(): Promise<void> {
    if (this.#isWorking) return;
    this.#isWorking = true;
    try {
      const isOurs = await this.#services.tabs.withQueue(() => this.#workOff());
      this.#isElsewhere = !isOurs;
    } catch (error) {
      this.#alert = sentenceOf(error);
    }
    this.#isWorking = false;
    if (!this.#isElsewhere) return;
    await sleep(RETRY_MS);
    await this.refresh();
    if (next(this.#list)) await this.work();
    else this.#isElsewhere = false;
  }

  async #workOff(): Promise<void> {
    this.#isElsewhere = false;
    for (;;) {
      const found = next(this.#list);
      if (!found) return;
      if (this.#host.isBusy() || (await this.#host.isElsewhere(found.item.runId))) {
        await sleep(WAIT_MS);
        continue;
      }
      this.#current = found.item.runId;
      const fault = await this.#carryOut(found.sweep, found.item).catch(sentenceOf);
      this.#current = null;
      const ended = { done: true, ...(fault === null ? {} : { fault: fault.slice(0, 2000) }) };
      await this.#change(found.sweep.id, (sweep) => ({
        ...sweep,
        items: sweep.items.map((item) =>
          item.runId === found.item.runId ? { ...item, ...ended } : item,
        ),
      }));
      // else a store that takes nothing would have this run trained for ever
      if (this.#alert !== null) return;
    }
  }

  /** @returns why there is no run with a result; null where there is one */
  async #carryOut(sweep: SweepRecord, { runId, value }: SweepItem): Promise<string | null> {
    const { store } = this.#services;
    const before = await store.getRun(runId);
    let fault: string | null = null;
    if (before === undefined) {
      const recipe = sweptRecipe(sweep.recipe, sweep.setting, value);
      const name = `${sweep.recipe.name}, ${sweep.setting} ${sweepLabel(value)}`.slice(0, 80);
      fault = await this.#host.train(sweep, recipe, runId, name);
    } else if (before.status === 'training' || before.status === 'paused') {
      fault = await this.#host.resume(sweep, runId);
    }
    const after = await store.getRun(runId);
    if (after === undefined) return fault ?? 'The run was deleted.';
    if (after.status === 'failed') return after.failure ?? fault ?? 'The run failed.';
    if (after.status !== 'trained' && after.status !== 'stopped') {
      return fault ?? 'The run was cut off.';
    }
    if (sweep.isMapped && (await store.getMapping(runId))?.done !== true) {
      await this.#host.map(runId);
    }
    return null;
  }

  #waits({ runId, done }: SweepItem): boolean {
    return !done && runId !== this.#current;
  }

  async #change(id: string, change: (sweep: SweepRecord) => SweepRecord): Promise<void> {
    await this.#guard(() => this.#services.store.updateSweep(id, change));
    await this.refresh();
  }

  async #guard(job: () => Promise<unknown>): Promise<void> {
    try {
      this.#alert = null;
      await job();
    } catch (error) {
      this.#alert = sentenceOf(error);
    }
  }
}

function next(
  list: readonly SweepRecord[],
): { readonly sweep: SweepRecord; readonly item: SweepItem } | null {
  for (const sweep of list) {
    const item = sweep.isPaused ? undefined : sweep.items.find(({ done }) => !done);
    if (item) return { sweep, item };
  }
  return null;
}
