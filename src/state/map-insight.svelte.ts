/** @file Questions about mappings for the mapper worker: single layers, energy terms, experts. */
import { proxy } from 'comlink';
import type { EnergyTerm } from '../hw/explain.ts';
import type { LayerAnswer, LayerQuestion, MapApi, Rival } from '../rpc/map-api.ts';
import type { BitMapping, EnergyPart, MappingRecord } from '../spec/run.ts';
import type { Accelerators } from './accelerators.svelte.ts';
import { questionsOf } from './mapped-layers.ts';
import { sentenceOf } from './worker-owner.ts';
import type { WorkerOwner } from './worker-owner.ts';

/** The search's own mappings beside those of the experts. */
export interface Comparison {
  readonly record: MappingRecord;
  readonly bits: number;
  readonly ours: Rival;
  /** In the order in which they were done. */
  readonly rivals: readonly Rival[];
  readonly isDone: boolean;
}

export class MapInsight {
  readonly #worker: WorkerOwner<MapApi>;
  readonly #accelerators: Accelerators;
  #comparison = $state.raw<Comparison | null>(null);
  #alert = $state<string | null>(null);

  constructor(worker: WorkerOwner<MapApi>, accelerators: Accelerators) {
    this.#worker = worker;
    this.#accelerators = accelerators;
  }

  /** The newest that was asked for. */
  get comparison(): Comparison | null {
    return this.#comparison;
  }
  get alert(): string | null {
    return this.#alert;
  }

  /** @returns every layer as a question; null where the record is too old, or its hardware gone */
  questions(record: MappingRecord, mapped: BitMapping): LayerQuestion[] | null {
    const hardware = record.hardware ?? this.#accelerators.find(record.accelerator);
    return hardware ? questionsOf(hardware, mapped) : null;
  }

  /** @throws what the worker throws */
  inspect(question: LayerQuestion): Promise<LayerAnswer> {
    return this.#worker.call(async (api): Promise<LayerAnswer> => api.inspect(question));
  }

  /** Where the energy of a network comes from, the largest term first. */
  async terms(record: MappingRecord, mapped: BitMapping): Promise<EnergyTerm[]> {
    const questions = this.questions(record, mapped);
    return questions ? this.#worker.call((api) => api.terms(questions)) : [];
  }

  /** Put the experts' dataflows beside a mapping, one after another as they are done. */
  async compare(record: MappingRecord, mapped: BitMapping): Promise<void> {
    const hardware = record.hardware ?? this.#accelerators.find(record.accelerator);
    const questions = this.questions(record, mapped);
    if (!hardware || !questions) return;
    this.#alert = null;
    try {
      const ours = oursOf(mapped, await this.terms(record, mapped));
      const begun: Comparison = { record, bits: mapped.bits, ours, rivals: [], isDone: false };
      let now = begun;
      this.#comparison = now;
      const show = (change: Partial<Comparison>): void => {
        if (this.#comparison !== now) return; // another one was asked for
        now = { ...now, ...change };
        this.#comparison = now;
      };
      await this.#worker.call((api) =>
        api.compare(
          hardware,
          questions,
          record.objective,
          proxy((rival: Rival) => show({ rivals: [...now.rivals, rival] })),
        ),
      );
      show({ isDone: true });
    } catch (error) {
      this.#alert = sentenceOf(error);
    }
  }
}

function oursOf({ total, layers }: BitMapping, terms: readonly EnergyTerm[]): Rival {
  const parts = layers.flatMap(({ parts: own, count = 1 }) =>
    own.map((part): EnergyPart => ({ ...part, energyPj: part.energyPj * count })),
  );
  return { name: 'automapper', title: 'AutoMapper', source: '', total, parts, terms };
}
