/**
 * @file One search as the page asks for it: a single run of the mapper for all bit-widths, or for a
 * pipeline several runs one after another. Counts, pause and stop are those of the whole.
 */
import type { Accelerator } from '../src/hw/accelerator.ts';
import { Mapspace } from '../src/mapper/mapspace.ts';
import { plainObjective, plainTarget } from '../src/mapper/objective.ts';
import { searchPipeline } from '../src/mapper/pipeline-search.ts';
import type { PipelineFound, PipelinePart } from '../src/mapper/pipeline-search.ts';
import { planNetworks } from '../src/mapper/plan.ts';
import type { NetworkAtBits, PlannedProblem } from '../src/mapper/plan.ts';
import { oneMappingForAll, resultOf } from '../src/mapper/result.ts';
import type { MappedLayer, MapResult } from '../src/mapper/result.ts';
import { createMapperRun } from '../src/mapper/run.ts';
import type { MapperRun, MapperSpec, MapperState } from '../src/mapper/run.ts';
import { isStateOf } from '../src/mapper/state-check.ts';
import type { MapSpec } from '../src/rpc/map-api.ts';
import type { BitBest, MapProgress } from '../src/rpc/progress.ts';
import { MapCrew } from './map-crew.ts';
import type { CrewMember } from './map-crew.ts';
import { networksOf } from './map-network.ts';

/** A network at one bit-width: one part, or the chunks of a pipeline. */
export interface BitFound {
  readonly bits: number;
  readonly parts: readonly PipelinePart[];
  /** The same layers under the mappings of the widest width. */
  readonly oneMapping?: readonly MappedLayer[];
}

type SearchProgress = Extract<MapProgress, { kind: 'search' }>;

interface Hand {
  readonly run: MapperRun;
  readonly crew: MapCrew;
}

export class MapSearch {
  readonly spec: MapSpec;
  readonly accelerator: Accelerator;
  readonly #networks: readonly NetworkAtBits[];
  readonly #onAdvance: () => void;
  /** The valid evaluations that all distinct layers and widths get together. */
  readonly #planned: number;
  readonly #spaces = new Map<string, number>();
  readonly #past = { total: 0, valid: 0 };
  /** Runs to go on from, in the order of work. */
  readonly #saved: MapperState[];
  /** Runs that are over; a pipeline has several. */
  readonly #over: MapperState[] = [];
  #hand: Hand | null = null;
  #finished: readonly BitFound[] = [];
  #isPaused = false;
  #isStopped = false;
  /** The networks' best, worked out anew when a result has come in. */
  #best: { readonly results: number; readonly networks: readonly BitBest[] } = {
    results: -1,
    networks: [],
  };

  /**
   * @param onAdvance called after every slice of every helper
   * @param saved     what `runs` gave of a search for the same; what does not fit begins anew
   * @throws SpecError for a network or settings that cannot be searched
   */
  constructor(
    spec: MapSpec,
    accelerator: Accelerator,
    onAdvance: () => void,
    saved: readonly MapperState[] = [],
  ) {
    this.spec = spec;
    this.accelerator = accelerator;
    this.#onAdvance = onAdvance;
    this.#saved = [...saved];
    this.#networks = networksOf(spec);
    const { problems } = planNetworks(this.#networks, accelerator);
    this.#planned = problems.length * spec.mapping.evaluationsPerLayer;
    if (!this.#isPipeline) this.#take(this.#mapperSpec());
  }

  get #isPipeline(): boolean {
    return this.spec.mapping.schedule === 'pipeline';
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  get count(): { readonly total: number; readonly valid: number } {
    const { total, valid } = this.#hand?.crew.count ?? { total: 0, valid: 0 };
    return { total: this.#past.total + total, valid: this.#past.valid + valid };
  }

  /** Where the search stands: plain data, enough to go on from. */
  runs(): readonly MapperState[] {
    return this.#hand ? [...this.#over, this.#hand.run.state()] : this.#over;
  }

  pause(): void {
    this.#isPaused = true;
    this.#hand?.crew.pause();
  }

  continue(): void {
    this.#isPaused = false;
    this.#hand?.crew.continue();
  }

  /** End now; what was found is kept. */
  stop(): void {
    this.#isStopped = true;
    this.#isPaused = false;
    this.#hand?.crew.stop();
  }

  /** Search to the end or a stop. */
  async search(members: readonly CrewMember[]): Promise<void> {
    if (this.#isPipeline) return this.#searchPipelines(members);
    const result = await this.#finish(members);
    const shared = result.networks.length > 1 ? oneMappingForAll(result, this.accelerator) : null;
    this.#finished = this.#foundOf(result).map((found, i) => {
      const layers = shared?.[i]?.layers;
      return layers ? { ...found, oneMapping: layers } : found;
    });
  }

  /** The best so far, ascending bits; in a pipeline, of the widths that are done. */
  found(): readonly BitFound[] {
    if (this.#finished.length > 0 || this.#isPipeline || !this.#hand) return this.#finished;
    return this.#foundOf(resultOf(this.#hand.run));
  }

  /** Mappings of one layer on its part of the array, as a power of ten. */
  spaceOf(problem: Pick<PlannedProblem, 'shape' | 'bits' | 'accelerator'>): number {
    const key = JSON.stringify([problem.shape, problem.bits, problem.accelerator.name]);
    const known = this.#spaces.get(key);
    if (known !== undefined) return known;
    const size = new Mapspace(problem).sizeLog10();
    this.#spaces.set(key, size);
    return size;
  }

  /** @param seconds searching time, without pauses */
  progress(seconds: number): SearchProgress | null {
    if (!this.#hand) return null;
    const { run, crew } = this.#hand;
    const { total, valid } = this.count;
    const hand = crew.inHand[0];
    const { layer, bits, best } = run.progress();
    const problem = hand ? run.problemOf(hand.task) : run.plan.problems[0];
    const { objective } = this.spec.mapping;
    return {
      kind: 'search',
      runId: this.spec.runId,
      layer: problem?.name ?? layer,
      bits: problem?.bitsLabel ?? bits,
      place: run.place,
      doneRatio: Math.min(1, valid / this.#planned),
      evaluations: total,
      valid,
      evaluationsPerSecond: total / Math.max(seconds, 0.001),
      best: hand?.best
        ? plainObjective(objective, hand.best.energyPj, hand.best.latencyCycles)
        : best,
      spread: hand?.spread ?? null,
      networks: this.#networksBest(),
      spaceLog10: {
        layer: problem ? this.spaceOf(problem) : 0,
        network: this.#spaceOfNetwork(run),
      },
    };
  }

  #mapperSpec(): MapperSpec {
    const { objective, evaluationsPerLayer, algorithm, target } = this.spec.mapping;
    return {
      accelerator: this.accelerator,
      networks: this.#networks,
      objective,
      evaluationsPerLayer,
      seed: this.spec.seed,
      ...(algorithm ? { algorithm } : {}),
      ...(target === undefined ? {} : { target: plainTarget(objective, target, this.accelerator) }),
    };
  }

  #take(spec: MapperSpec): void {
    const run = this.#goOn(spec) ?? createMapperRun(spec);
    const crew = new MapCrew(run, this.#onAdvance);
    if (this.#isPaused) crew.pause();
    if (this.#isStopped) crew.stop();
    this.#hand = { run, crew };
    this.#best = { results: -1, networks: [] };
  }

  #goOn(spec: MapperSpec): MapperRun | null {
    const state = this.#saved.shift();
    if (state === undefined) return null;
    if (isStateOf(createMapperRun(spec), state)) return createMapperRun(spec, state);
    this.#saved.length = 0; // those after it went on from it
    return null;
  }

  async #finish(members: readonly CrewMember[]): Promise<MapResult> {
    if (!this.#hand) throw new Error('internal: a search without a run');
    await this.#hand.crew.search(members);
    return resultOf(this.#hand.run);
  }

  async #searchPipelines(members: readonly CrewMember[]): Promise<void> {
    const { objective, evaluationsPerLayer, algorithm, target } = this.spec.mapping;
    for (const network of this.#networks) {
      if (this.#isStopped && this.#finished.length > 0) return;
      const { problems } = planNetworks([network], this.accelerator);
      const request = {
        accelerator: this.accelerator,
        network,
        objective,
        seed: this.spec.seed,
        evaluations: problems.length * evaluationsPerLayer,
        images: 1,
        ...(algorithm ? { algorithm } : {}),
      };
      const isGood = ({ cost }: PipelineFound): boolean =>
        target !== undefined &&
        plainObjective(objective, cost.energyPj, cost.intervalCycles) <=
          plainTarget(objective, target, this.accelerator);
      const { parts } = await searchPipeline(
        request,
        async (spec) => {
          this.#take(spec);
          const result = await this.#finish(members);
          this.#over.push(...(this.#hand ? [this.#hand.run.state()] : []));
          this.#past.total += result.evaluations.total;
          this.#past.valid += result.evaluations.valid;
          this.#hand = null;
          return result;
        },
        (found) => this.#isStopped || isGood(found),
      );
      this.#finished = [...this.#finished, { bits: network.bits, parts }];
    }
  }

  #foundOf({ networks }: MapResult): BitFound[] {
    const { accelerator } = this;
    return networks.map(({ bits, layers }) => ({ bits, parts: [{ accelerator, layers }] }));
  }

  #spaceOfNetwork(run: MapperRun): number {
    const [first] = run.plan.networks;
    const networks = this.#isPipeline ? run.plan.networks : first ? [first] : [];
    let size = 0;
    for (const { layers } of networks)
      for (const { problem, count } of layers) {
        const planned = run.plan.problems[problem];
        if (planned) size += count * this.spaceOf(planned);
      }
    return size;
  }

  #networksBest(): readonly BitBest[] {
    if (!this.#hand) return [];
    const { run, crew } = this.#hand;
    if (this.#best.results !== crew.resultsTaken) {
      const { objective } = this.spec.mapping;
      const sums = run.plan.networks.map((network) => ({
        bits: network.bits,
        ...run.choose(network),
      }));
      const networks = sums.map(({ bits, energyPj, latencyCycles }) => ({
        bits,
        best: plainObjective(objective, energyPj, latencyCycles),
      }));
      this.#best = {
        results: crew.resultsTaken,
        networks: this.#isPipeline ? pipelineBest(sums, objective) : networks,
      };
    }
    return this.#best.networks;
  }
}

/** Chunks side by side: their energies add up, the slowest sets the pace. */
function pipelineBest(
  chunks: readonly { bits: number; energyPj: number; latencyCycles: number }[],
  objective: MapSpec['mapping']['objective'],
): BitBest[] {
  const [first] = chunks;
  if (!first) return [];
  const energyPj = chunks.reduce((sum, chunk) => sum + chunk.energyPj, 0);
  const pace = Math.max(...chunks.map(({ latencyCycles }) => latencyCycles));
  return [{ bits: first.bits, best: plainObjective(objective, energyPj, pace) }];
}
