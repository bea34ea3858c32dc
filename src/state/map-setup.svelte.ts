/** @file What is to be mapped: the run's network, or one of the lab or the literature as it is. */
import { modelAtBits } from '../hw/model-workload.ts';
import { NETWORKS } from '../hw/networks/catalogue.ts';
import type { Layer } from '../hw/workload.ts';
import type { MapNetwork, MapSpec } from '../rpc/map-api.ts';
import { FULL_PRECISION } from '../spec/bits.ts';
import { MODEL_NAMES, namedModel } from '../spec/models.ts';
import type { MappingSpec } from '../spec/mapping.ts';
import type { MappingRecord } from '../spec/run.ts';
import type { OpenRun } from './open-run.svelte.ts';
import type { LabServices } from './services.ts';

export const RUN_SUBJECT = 'run';

export interface Subject {
  /** `run`, or the id under which its mapping is stored. */
  readonly id: string;
  readonly title: string;
}

const LITERATURE: readonly Subject[] = NETWORKS.map(({ name, title }) => ({
  id: `network:${name}`,
  title,
}));
const LAB: readonly Subject[] = MODEL_NAMES.map((name) => ({ id: `model:${name}`, title: name }));

const MOST_WIDTHS = 6;

export class MapSetup {
  readonly #services: LabServices;
  readonly #open: OpenRun;
  #subjectId = $state<string>(RUN_SUBJECT);
  #bitWidths = $state.raw<readonly number[]>([4, 8, 16]);
  /** Mappings of networks without a run, by id. */
  #mappings = $state.raw<Readonly<Record<string, MappingRecord>>>({});

  readonly #network = $derived.by((): MapNetwork | null => {
    const [kind, name] = split(this.#subjectId);
    if (kind === 'network') return { kind: 'literature', name };
    if (kind === 'model') {
      const known = MODEL_NAMES.find((candidate) => candidate === name);
      return known ? { kind: 'model', model: namedModel(known) } : null;
    }
    const run = this.#open.record;
    if (!run) return null;
    const { precision } = run.recipe.training;
    return { kind: 'model', model: run.model, precision };
  });
  readonly #layers = $derived(this.#network ? layersOf(this.#network) : []);

  constructor(services: LabServices, open: OpenRun) {
    this.#services = services;
    this.#open = open;
  }

  get subjects(): { readonly lab: readonly Subject[]; readonly literature: readonly Subject[] } {
    return { lab: LAB, literature: LITERATURE };
  }
  get subjectId(): string {
    return this.#subjectId;
  }
  get isRun(): boolean {
    return this.#subjectId === RUN_SUBJECT;
  }
  /** null while there is nothing to map: no run is open. */
  get network(): MapNetwork | null {
    return this.#network;
  }
  /** Of the network, in order; each stands for `count` equal ones. */
  get layers(): readonly Layer[] {
    return this.#layers;
  }
  /** Ascending. A run's network is mapped at the widths that it was trained for. */
  get bitWidths(): readonly number[] {
    return this.isRun ? (this.#open.record?.recipe.bitWidths ?? []) : this.#bitWidths;
  }
  /** For networks without a run. */
  get ownBitWidths(): readonly number[] {
    return this.#bitWidths;
  }
  /** The id under which the mapping is stored; null while there is nothing to map. */
  get mappingId(): string | null {
    return this.isRun ? (this.#open.record?.id ?? null) : this.#subjectId;
  }
  /** The newest mapping of what is chosen. */
  get mapping(): MappingRecord | null {
    return this.isRun ? this.#open.mapping : (this.#mappings[this.#subjectId] ?? null);
  }

  /** Choose what to map, and bring the mapping that it had last. */
  async choose(id: string): Promise<void> {
    this.#subjectId = id;
    if (this.isRun || this.#mappings[id]) return;
    const stored = await this.#services.store.getMapping(id).catch(() => undefined);
    if (stored && !this.#mappings[id]) this.acceptMapping(stored);
  }

  /** One width stays at least, and there are at most six. */
  toggleBits(bits: number): void {
    const set = this.#bitWidths;
    const next = set.includes(bits)
      ? set.filter((b) => b !== bits)
      : [...set, bits].sort((a, b) => a - b);
    if (next.length >= 1 && next.length <= MOST_WIDTHS) this.#bitWidths = next;
  }

  /** @param widths one to six, ascending, of 2 to 16 and 32 */
  setBitWidths(widths: readonly number[]): void {
    this.#bitWidths = widths;
  }

  acceptMapping(record: MappingRecord): void {
    if (record.network) this.#mappings = { ...this.#mappings, [record.runId]: record };
    else this.#open.acceptMapping(record);
  }

  /** What to ask of the mapper; null while there is nothing to map. */
  spec(mapping: MappingSpec, seed: number): MapSpec | null {
    const { network, mappingId, bitWidths } = this;
    if (!network || mappingId === null) return null;
    const subject = [...LAB, ...LITERATURE].find(({ id }) => id === this.#subjectId);
    return {
      runId: mappingId,
      network,
      bitWidths,
      mapping,
      seed,
      ...(subject ? { title: subject.title } : {}),
    };
  }
}

function split(id: string): [kind: string, name: string] {
  const at = id.indexOf(':');
  return at < 0 ? [id, ''] : [id.slice(0, at), id.slice(at + 1)];
}

function layersOf(network: MapNetwork): readonly Layer[] {
  if (network.kind === 'literature')
    return NETWORKS.find(({ name }) => name === network.name)?.layers ?? [];
  return modelAtBits(network.model, FULL_PRECISION).map(({ layer }) => layer);
}
