/**
 * @file A whole mapping run: every distinct layer of a network at every bit-width, in rounds.
 *
 * In each round every island of every problem searches on its own; between rounds the best mappings
 * are handed on to the next island and to the same layer at other bit-widths, and the score follows
 * the network's own product of energy and latency. At last the best are polished by local search.
 *
 * The cut into tasks depends on the spec alone: one thread that calls `step`, or any number of
 * threads that take tasks and give results back in any order, end with the same mappings. The best
 * found so far is valid at any time.
 */
import type { Accelerator } from '../hw/accelerator.ts';
import { assertAccelerator } from '../hw/accelerator.ts';
import { assertBits, assertShape } from '../hw/workload.ts';
import { SpecError } from '../util/errors.ts';
import type { EvaluationCount } from './evaluator.ts';
import { Evaluator } from './evaluator.ts';
import { Mapspace } from './mapspace.ts';
import { layerScore, plainObjective } from './objective.ts';
import type { Objective, Score } from './objective.ts';
import { bestOf, chooseMappings, neighboursOf, networkScore, planNetworks } from './plan.ts';
import type { Choice, NetworkAtBits, Plan, PlannedNetwork, PlannedProblem } from './plan.ts';
import type { Found, StrategyState } from './strategy.ts';
import { frontOf } from './strategy.ts';
import { spreadOf } from './spread.ts';
import type { Spread } from './spread.ts';
import { TaskRun } from './task.ts';
import type { Algorithm, Task, TaskResult } from './task.ts';

export interface MapperSpec {
  readonly accelerator: Accelerator;
  readonly networks: readonly NetworkAtBits[];
  readonly objective: Objective;
  /** Valid evaluations for each distinct layer and bit-width. */
  readonly evaluationsPerLayer: number;
  readonly seed: number;
  /** Default 'evolve'. */
  readonly algorithm?: Algorithm;
  /** End once every network's objective is at most this (pJ, cycles, or pJ·cycles). */
  readonly target?: number;
}

/** How far a run is. A problem is a distinct layer at a bit-width: each is searched in every round. */
export interface RoundPlace {
  /** From 1; the last is the local search, where the budget has room for one. */
  readonly round: number;
  readonly rounds: number;
  /** Of this round. */
  readonly problemsDone: number;
  readonly problems: number;
}

export interface MapperProgress {
  readonly done: boolean;
  /** Share of the evaluations made, 0 to 1. */
  readonly doneRatio: number;
  /** What is searched just now. */
  readonly layer: string;
  readonly bits: number;
  readonly place: RoundPlace;
  readonly evaluations: EvaluationCount;
  /** Best objective of the layer in hand (pJ, cycles or pJ·cycles); null before the first. */
  readonly best: number | null;
  /** Objective over the mappings that the search holds just now; null between two tasks. */
  readonly spread: Spread | null;
}

/** Where a run stands: plain data, enough to go on from. */
export interface MapperState {
  readonly round: number;
  readonly count: EvaluationCount;
  readonly stopped: boolean;
  /** As they were when the round began. */
  readonly problems: readonly {
    readonly candidates: readonly Found[];
    readonly islands: readonly (StrategyState | null)[];
  }[];
  /** What came back in this round. */
  readonly results: readonly TaskResult[];
}

/** How an algorithm's budget for one problem is cut. */
interface Schedule {
  readonly islands: number;
  readonly rounds: number;
  /** Valid evaluations of one island in one round, and of the local search at the end. */
  readonly slice: number;
  readonly polish: number;
}

/** Share of the budget for the local search at the end. */
const POLISH_RATIO = 0.15;
const ROUNDS = 4;

function scheduleOf(algorithm: Algorithm, evaluations: number): Schedule {
  if (algorithm !== 'evolve') return { islands: 1, rounds: 1, slice: evaluations, polish: 0 };
  const islands = evaluations >= 160_000 ? 4 : evaluations >= 40_000 ? 2 : 1;
  const rounds = evaluations >= 1000 ? ROUNDS : 1;
  const slice = Math.max(1, Math.floor((evaluations * (1 - POLISH_RATIO)) / (islands * rounds)));
  return { islands, rounds, slice, polish: Math.max(0, evaluations - slice * islands * rounds) };
}

/**
 * Begin a run.
 *
 * @param state of an earlier run of the same spec, to go on from
 * @throws SpecError for a malformed spec
 */
export function createMapperRun(spec: MapperSpec, state?: MapperState): MapperRun {
  assertAccelerator(spec.accelerator);
  for (const { layers, accelerator } of spec.networks) {
    if (accelerator) assertAccelerator(accelerator);
    for (const { layer, bits } of layers) {
      assertShape(layer.shape, layer.name);
      assertBits(bits, layer.name);
    }
  }
  if (!Number.isInteger(spec.evaluationsPerLayer) || spec.evaluationsPerLayer < 1)
    throw new SpecError(
      `mapper: evaluationsPerLayer: expected a whole number of at least 1, got ${String(spec.evaluationsPerLayer)}`,
    );
  const run = new MapperRun(spec, state);
  if (spec.algorithm === 'exhaustive') run.plan.problems.forEach(assertEnumerable);
  return run;
}

/** Mappings, as a power of ten, that are still worth walking through one by one. */
const ENUMERABLE_LOG10 = 8;

function assertEnumerable(problem: PlannedProblem): void {
  const size = new Mapspace(problem).sizeLog10();
  if (size > ENUMERABLE_LOG10)
    throw new SpecError(
      `mapper: ${problem.name}: expected at most 1e${String(ENUMERABLE_LOG10)} mappings to search exhaustively, got 1e${size.toFixed(1)}`,
    );
}

export class MapperRun {
  readonly spec: MapperSpec;
  readonly plan: Plan;
  readonly #schedule: Schedule;
  readonly #algorithm: Algorithm;
  /** By problem: others of the most similar shapes. */
  readonly #neighbours: readonly number[][];
  #candidates: Found[][];
  readonly #islands: (StrategyState | null)[][];
  readonly #count: EvaluationCount = { total: 0, valid: 0 };
  #round = 0;
  #stopped = false;
  #waiting: Task[] = [];
  #outstanding = 0;
  #results: TaskResult[] = [];
  #current: TaskRun | null = null;

  constructor(spec: MapperSpec, state?: MapperState) {
    this.spec = spec;
    this.plan = planNetworks(spec.networks, spec.accelerator);
    this.#algorithm = spec.algorithm ?? 'evolve';
    this.#schedule = scheduleOf(this.#algorithm, spec.evaluationsPerLayer);
    this.#neighbours = this.plan.problems.map((_, i) => neighboursOf(this.plan, i));
    if (state) {
      this.#round = state.round;
      this.#stopped = state.stopped;
      Object.assign(this.#count, state.count);
      this.#candidates = state.problems.map(({ candidates }) => [...candidates]);
      this.#islands = state.problems.map(({ islands }) => [...islands]);
    } else {
      this.#candidates = this.plan.problems.map((problem) => [firstMapping(problem)]);
      this.#islands = this.plan.problems.map(() =>
        new Array<StrategyState | null>(this.#schedule.islands).fill(null),
      );
    }
    this.#startRound();
    if (!state) return;
    this.#results = [...state.results];
    this.#waiting = this.#waiting.filter(
      ({ problem, island }) =>
        !state.results.some((result) => result.problem === problem && result.island === island),
    );
  }

  get done(): boolean {
    return this.#stopped || (this.#waiting.length === 0 && this.#outstanding === 0);
  }

  /** End now; the best so far stays. */
  stop(): void {
    this.#stopped = true;
    const result = this.#current?.result();
    this.#current = null;
    if (result) this.accept(result);
  }

  /**
   * Go on in this thread until `evaluations` more mappings were valid, or the task in hand ends.
   *
   * Must not be mixed with `nextTask` in the same run.
   */
  step(evaluations: number): MapperProgress {
    if (!this.done) {
      this.#current ??= this.#takeRun();
      this.#current?.step(evaluations);
      if (this.#current?.done) {
        const result = this.#current.result();
        this.#current = null;
        this.accept(result);
      }
    }
    return this.progress();
  }

  /** A piece of work for any thread; null while others of the round are still out, or at the end. */
  nextTask(): Task | null {
    if (this.#stopped) return null;
    const task = this.#waiting.shift();
    if (!task) return null;
    this.#outstanding++;
    return task;
  }

  problemOf(task: Task): PlannedProblem {
    return this.plan.problems[task.problem] as PlannedProblem;
  }

  /** Take back what became of a task. */
  accept(result: TaskResult): void {
    this.#outstanding--;
    this.#results.push(result);
    this.#count.total += result.count.total;
    this.#count.valid += result.count.valid;
    if (this.#targetMet()) this.#stopped = true;
    if (this.#waiting.length === 0 && this.#outstanding === 0) this.#endRound();
  }

  /** Results are taken in order of problem and island: the order in which they came must not matter. */
  #endRound(): void {
    this.#candidates = this.#known();
    for (const { problem, island, state, kind } of this.#results)
      if (kind !== 'polish') (this.#islands[problem] as (StrategyState | null)[])[island] = state;
    this.#round++;
    this.#startRound();
  }

  /** Mappings of every problem, this round's too. */
  #known(): Found[][] {
    const known = [...this.#candidates];
    const ordered = [...this.#results].sort((a, b) => a.problem - b.problem || a.island - b.island);
    for (const { problem, front } of ordered)
      known[problem] = frontOf([...(known[problem] as Found[]), ...front]);
    return known;
  }

  get place(): RoundPlace {
    const { islands } = this.#schedule;
    const problems = this.plan.problems.length;
    const rounds = this.#schedule.rounds + (this.#schedule.polish > 0 ? 1 : 0);
    if (this.#round >= rounds) return { round: rounds, rounds, problemsDone: problems, problems };
    const tasks = this.#round < this.#schedule.rounds ? islands : 1;
    const problemsDone = Math.floor(this.#results.length / tasks);
    return { round: this.#round + 1, rounds, problemsDone, problems };
  }

  progress(): MapperProgress {
    const problems = this.plan.problems.length;
    const run = this.#current;
    const task = run?.task ?? this.#waiting[0];
    const problem = task ? this.problemOf(task) : this.plan.problems[problems - 1];
    const making = run?.count ?? { total: 0, valid: 0 };
    const valid = this.#count.valid + making.valid;
    const all = this.spec.evaluationsPerLayer * problems;
    return {
      done: this.done,
      doneRatio: this.done ? 1 : Math.min(1, valid / all),
      layer: problem?.name ?? '',
      bits: problem?.bitsLabel ?? 0,
      place: this.place,
      evaluations: { total: this.#count.total + making.total, valid },
      best: task ? this.#bestOf(task.problem, run?.best() ?? null) : null,
      spread: run ? spreadOf(run.members(), this.spec.objective) : null,
    };
  }

  /** The choice of mappings for a network with what has been found so far. */
  choose(network: PlannedNetwork): Choice {
    return chooseMappings(network, this.#known(), this.spec.objective);
  }

  get count(): EvaluationCount {
    return { ...this.#count };
  }

  /** When a run goes on from here, a task in hand starts again from its beginning. */
  state(): MapperState {
    return {
      round: this.#round,
      count: this.count,
      stopped: this.#stopped,
      problems: this.#candidates.map((candidates, i) => ({
        candidates: [...candidates],
        islands: [...(this.#islands[i] ?? [])],
      })),
      results: [...this.#results],
    };
  }

  #takeRun(): TaskRun | null {
    const task = this.nextTask();
    return task ? new TaskRun(task, this.problemOf(task)) : null;
  }

  #startRound(): void {
    const { rounds, islands, slice, polish } = this.#schedule;
    this.#results = [];
    if (this.#stopped || this.#round > rounds || (this.#round === rounds && polish === 0)) return;
    const polishing = this.#round === rounds;
    const { seed, evaluationsPerLayer } = this.spec;
    this.#waiting = this.plan.problems.flatMap((_, problem) =>
      Array.from({ length: polishing ? 1 : islands }, (_unused, island) => ({
        kind: polishing ? ('polish' as const) : this.#algorithm,
        problem,
        island,
        seed: polishing ? seed + 1 : seed,
        score: this.#scoreFor(problem),
        evaluations: polishing ? polish : slice,
        budget: Math.floor(evaluationsPerLayer / islands),
        state: polishing ? null : (this.#islands[problem]?.[island] ?? null),
        offers: polishing ? this.#bestForPolish(problem) : this.#migrants(problem, island),
      })),
    );
  }

  /** In the first round each layer minimizes its own objective, then its share of the network's. */
  #scoreFor(problem: number): Score {
    if (this.spec.objective !== 'edp' || this.#round === 0) return layerScore(this.spec.objective);
    const users = this.plan.networks.filter(({ layers }) =>
      layers.some((layer) => layer.problem === problem),
    );
    return networkScore(users.map((network) => this.choose(network)));
  }

  #migrants(problem: number, island: number): Int32Array[] {
    if (this.#round === 0) return [];
    const score = this.#scoreFor(problem);
    const offers: Int32Array[] = [];
    const states = this.#islands[problem] ?? [];
    const neighbour = states[(island + 1) % states.length];
    if (states.length > 1 && neighbour && neighbour.members.length > 0)
      offers.push(bestOf(neighbour.members, score).code);
    if (island === 0)
      offers.push(...this.#fromSiblings(problem, score), ...this.#fromNeighbours(problem));
    return offers;
  }

  /** What serves layers of similar shape; it is fitted to this one where it is taken in. */
  #fromNeighbours(problem: number): Int32Array[] {
    return (this.#neighbours[problem] as number[]).map(
      (other) => bestOf(this.#candidates[other] as Found[], this.#scoreFor(other)).code,
    );
  }

  #fromSiblings(problem: number, score: Score): Int32Array[] {
    return (this.plan.problems[problem] as PlannedProblem).siblings
      .filter((sibling) => sibling !== problem)
      .map((sibling) => bestOf(this.#candidates[sibling] as Found[], score).code);
  }

  #bestForPolish(problem: number): Int32Array[] {
    const score = this.#scoreFor(problem);
    const own = bestOf(this.#candidates[problem] as Found[], score).code;
    return [own, ...this.#fromSiblings(problem, score)];
  }

  #bestOf(problem: number, found: Found | null): number {
    const score = layerScore(this.spec.objective);
    const known = this.#candidates[problem] as Found[];
    const { energyPj, latencyCycles } = bestOf(found ? [...known, found] : known, score);
    return plainObjective(this.spec.objective, energyPj, latencyCycles);
  }

  #targetMet(): boolean {
    const { target, objective } = this.spec;
    if (target === undefined) return false;
    return this.plan.networks.every((network) => {
      const { energyPj, latencyCycles } = this.choose(network);
      return plainObjective(objective, energyPj, latencyCycles) <= target;
    });
  }
}

/** A mapping that always fits: every loop at the outermost level. */
function firstMapping(problem: PlannedProblem): Found {
  const evaluator = new Evaluator(problem, { kind: 'edp' });
  const code = evaluator.space.outermost();
  if (evaluator.evaluate(code) === Infinity)
    throw new SpecError(
      `mapper: ${problem.name}: expected an accelerator whose levels hold a word each, got one where nothing fits`,
    );
  const { energyPj, latencyCycles } = evaluator;
  return { code, energyPj, latencyCycles };
}
