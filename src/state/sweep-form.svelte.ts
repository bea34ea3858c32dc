/** @file The sweep being set up: which setting of the recipe in the form, and its values. */
import { parseSweepValues, sweptRecipe } from '../spec/sweep.ts';
import type { SweepSetting, SweepValue } from '../spec/sweep.ts';
import type { DataBench } from './data-bench.svelte.ts';
import type { RecipeForm } from './recipe-form.svelte.ts';
import type { Runs } from './runs.svelte.ts';
import { estimateSweep } from './sweep-estimate.ts';
import type { SweepEstimate } from './sweep-estimate.ts';
import { sentenceOf } from './worker-owner.ts';

/** What each setting begins with. */
const FIRST_VALUES: Readonly<Record<SweepSetting, string>> = {
  beta: '0, 0.1, 1',
  learningRate: '0.02, 0.05, 0.1',
  epochs: '2, 4, 8',
  batchSize: '32, 64, 128',
  weightDecay: '0, 0.0001, 0.001',
  seed: '1, 2, 3',
  method: 'cdt, sp, joint',
  model: 'tiny, quick',
  bitWidths: '2 4 8 32; 4 8 16 32',
};

type Read =
  | { readonly values: readonly SweepValue[]; readonly fault: null }
  | { readonly values: null; readonly fault: string };

export class SweepForm {
  readonly #form: RecipeForm;
  readonly #data: DataBench;
  readonly #runs: Runs;
  #setting = $state<SweepSetting>('beta');
  #written = $state<Readonly<Record<SweepSetting, string>>>(FIRST_VALUES);
  #isMapped = $state(true);

  readonly #read = $derived.by((): Read => {
    if (this.#form.fault !== null) return { values: null, fault: this.#form.fault };
    try {
      const values = parseSweepValues(this.#form.draft, this.#setting, this.written);
      return { values, fault: null };
    } catch (error) {
      return { values: null, fault: sentenceOf(error) };
    }
  });
  readonly #estimate = $derived.by(() => this.#estimated());

  constructor(form: RecipeForm, data: DataBench, runs: Runs) {
    this.#form = form;
    this.#data = data;
    this.#runs = runs;
  }

  get setting(): SweepSetting {
    return this.#setting;
  }
  /** The values as typed. */
  get written(): string {
    return this.#written[this.#setting];
  }
  get isMapped(): boolean {
    return this.#isMapped;
  }
  /** null while something is wrong. */
  get values(): readonly SweepValue[] | null {
    return this.#read.values;
  }
  get fault(): string | null {
    return this.#read.fault;
  }
  /** null while something is wrong, or there are no images. */
  get estimate(): SweepEstimate | null {
    return this.#estimate;
  }

  choose(setting: SweepSetting): void {
    this.#setting = setting;
  }

  write(text: string): void {
    this.#written = { ...this.#written, [this.#setting]: text };
  }

  setMapped(isMapped: boolean): void {
    this.#isMapped = isMapped;
  }

  #estimated(): SweepEstimate | null {
    const { values } = this;
    const { dataset } = this.#data;
    if (values === null || dataset === null) return null;
    const { draft, backend } = this.#form;
    try {
      const recipes = values.map((value) => sweptRecipe(draft, this.#setting, value));
      return estimateSweep(recipes, dataset, this.#runs.list, backend === 'auto' ? null : backend);
    } catch {
      return null; // a network does not fit the images, which its run says
    }
  }
}
