/** @file The recipe being set up: every setting of the next run, checked as it is typed. */
import type { ProceduralSpec } from '../spec/dataset-id.ts';
import { modelTotals } from '../spec/model.ts';
import type { ModelSpec } from '../spec/model.ts';
import { PAPER_TRAINING } from '../spec/paper-tables.ts';
import { parseRecipe, recipeModel } from '../spec/recipe.ts';
import type { MappingSpec } from '../spec/mapping.ts';
import { parse } from '../spec/parse.ts';
import { limitsSchema } from '../spec/run-schema.ts';
import type { DatasetSpec, Recipe, TrainingSpec } from '../spec/recipe.ts';
import type { BackendPreference, DatasetInfo, RunLimits } from '../spec/run.ts';
import { precisionOf, presetOf } from './precision-preset.ts';
import type { PrecisionPreset } from './precision-preset.ts';
import { sentenceOf } from './worker-owner.ts';

/** For presets that bring their own data. */
const DEFAULT_BUILT_IN: ProceduralSpec = { kind: 'procedural', seed: 1, train: 5000, test: 1000 };

/** Settings of a training that need not be there. */
type OptionalSetting =
  | 'precision'
  | 'ranges'
  | 'schedule'
  | 'lossWeights'
  | 'betaWarmupEpochs'
  | 'betaPer'
  | 'gradientClip'
  | 'target';

/** Whose distillation and optimizer: the paper's, the lab's as in the preset, or the reader's own. */
export type SettingSource = 'paper' | 'lab' | 'own';
const SETTING_FIELDS = Object.keys(PAPER_TRAINING) as (keyof typeof PAPER_TRAINING)[];

type Augmentation = TrainingSpec['augmentation'];

export class RecipeForm {
  readonly #presets: readonly Recipe[];
  #draft: Recipe;
  #builtIn: ProceduralSpec;
  #backend = $state<BackendPreference>('auto');
  #minutes = $state<number | null>(null);
  readonly #fault = $derived.by(() => faultOf(this.#draft) ?? minutesFault(this.#minutes));

  /** @param presets valid recipes, the default first; at least one */
  constructor(presets: readonly Recipe[]) {
    const [first] = presets;
    if (!first) throw new Error('internal: RecipeForm needs a preset');
    this.#presets = presets;
    this.#draft = $state.raw(first);
    this.#builtIn = $state.raw(
      first.dataset.kind === 'procedural' ? first.dataset : DEFAULT_BUILT_IN,
    );
  }

  get presets(): readonly Recipe[] {
    return this.#presets;
  }
  /** May hold values out of range: see `fault`. */
  get draft(): Recipe {
    return this.#draft;
  }
  get backend(): BackendPreference {
    return this.#backend;
  }
  /** Of training, after which the next run ends; null: as long as its recipe says. */
  get minutes(): number | null {
    return this.#minutes;
  }
  /** What ends the next run apart from its recipe; null: nothing. */
  get limits(): RunLimits | null {
    return this.#minutes === null ? null : { minutes: this.#minutes };
  }
  /** What is wrong, as one sentence; null when the recipe is good. */
  get fault(): string | null {
    return this.#fault;
  }
  /** The preset with all settings as they are, else null: the reader changed something. */
  get presetName(): string | null {
    const { name } = this.#draft;
    const preset = this.#presets.find((p) => p.name === name);
    const isSame = preset && sameSettings(preset, this.#draft);
    return isSame ? name : null;
  }

  /** True when the fault is about this field, e.g. `training.beta`. */
  isFaulty(field: string): boolean {
    const fault = this.#fault;
    return (
      fault !== null &&
      [`recipe.${field}:`, `recipe.${field}.`, `${field}:`].some((start) => fault.startsWith(start))
    );
  }

  /** The built-in set as it would be generated; may hold values out of range. */
  get builtIn(): ProceduralSpec {
    return this.#builtIn;
  }

  setBuiltIn(spec: ProceduralSpec): void {
    this.#builtIn = spec;
  }

  load(recipe: Recipe): void {
    this.#draft = recipe;
    if (recipe.dataset.kind === 'procedural') this.#builtIn = recipe.dataset;
  }

  setMinutes(minutes: number | null): void {
    this.#minutes = minutes;
  }

  setBackend(backend: BackendPreference): void {
    this.#backend = backend;
  }

  set<K extends 'seed' | 'model' | 'bitWidths' | 'name'>(field: K, value: Recipe[K]): void {
    this.#draft = { ...this.#draft, [field]: value };
  }

  setTraining<K extends keyof TrainingSpec>(field: K, value: TrainingSpec[K]): void {
    this.#draft = { ...this.#draft, training: { ...this.#draft.training, [field]: value } };
  }

  /** Set what a recipe may leave out; undefined leaves it out. */
  setOptional<K extends OptionalSetting>(field: K, value: TrainingSpec[K] | undefined): void {
    if (value !== undefined) {
      this.setTraining(field, value);
      return;
    }
    const training = { ...this.#draft.training };
    Reflect.deleteProperty(training, field);
    this.#draft = { ...this.#draft, training };
  }

  get precisionPreset(): PrecisionPreset {
    return presetOf(this.#draft.training.precision);
  }

  setPrecision(preset: PrecisionPreset): void {
    this.setOptional('precision', precisionOf(preset, this.#draft.bitWidths));
  }

  /** Whose distillation and optimizer the settings are. */
  get settingSource(): SettingSource {
    const { training } = this.#draft;
    const has = (wanted: Partial<TrainingSpec>): boolean =>
      SETTING_FIELDS.every((field) => training[field] === wanted[field]);
    const isPaper = training.schedule?.kind !== 'step' && training.ranges !== 'learned';
    if (has(PAPER_TRAINING) && isPaper) return 'paper';
    const lab = this.#labTraining;
    return has(lab) && training.ranges === lab.ranges ? 'lab' : 'own';
  }

  /** Take the distillation and optimizer of the paper or of the preset; the rest stays. */
  useSetting(source: 'paper' | 'lab'): void {
    const from: TrainingSpec | typeof PAPER_TRAINING =
      source === 'paper' ? PAPER_TRAINING : this.#labTraining;
    for (const field of SETTING_FIELDS) this.setTraining(field, from[field]);
    const optional = source === 'paper' ? null : this.#labTraining;
    this.setOptional('betaPer', optional?.betaPer);
    this.setOptional('betaWarmupEpochs', optional?.betaWarmupEpochs);
    this.setOptional('schedule', optional?.schedule);
    this.setOptional('ranges', optional?.ranges);
  }

  get #labTraining(): TrainingSpec {
    const { name } = this.#draft;
    const preset = this.#presets.find((one) => one.name === name) ?? this.#presets[0];
    return (preset ?? this.#draft).training;
  }

  setAugmentation<K extends keyof Augmentation>(field: K, value: Augmentation[K]): void {
    this.setTraining('augmentation', { ...this.#draft.training.augmentation, [field]: value });
  }

  setMapping<K extends keyof MappingSpec>(field: K, value: MappingSpec[K]): void {
    this.#draft = { ...this.#draft, mapping: { ...this.#draft.mapping, [field]: value } };
  }

  /** Leave out a setting that need not be there. */
  dropMapping(field: 'algorithm' | 'schedule' | 'target'): void {
    const { [field]: _dropped, ...mapping } = this.#draft.mapping;
    this.#draft = { ...this.#draft, mapping };
  }

  /** Add or take away a width; the set stays ascending, and settings per width follow it. */
  toggleBits(bits: number): void {
    const before = this.#draft.bitWidths;
    const after = before.includes(bits)
      ? before.filter((b) => b !== bits)
      : [...before, bits].sort((a, b) => a - b);
    const { lossWeights, target } = this.#draft.training;
    const preset = this.precisionPreset;
    this.set('bitWidths', after);
    if (lossWeights) {
      const weights = after.map((b) => lossWeights[before.indexOf(b)] ?? 1);
      this.setOptional('lossWeights', weights);
    }
    if (preset !== 'same') this.setPrecision(preset);
    if (target?.bits !== undefined && !after.includes(target.bits)) {
      this.setOptional('target', { accuracy: target.accuracy });
    }
  }

  /** The recipe to run on a dataset. @throws SpecError when a setting is out of range */
  finish(dataset: DatasetSpec): Recipe {
    return parseRecipe({ ...this.#draft, dataset });
  }

  /** The network as built for a dataset (32×32×3, 10 classes before one is chosen); null: faulty. */
  modelFor(
    dataset: DatasetInfo | null,
  ): { spec: ModelSpec; macs: number; parameters: number } | null {
    try {
      const spec = recipeModel(this.#draft, {
        width: dataset?.width ?? 32,
        height: dataset?.height ?? 32,
        channels: dataset?.channels ?? 3,
        classes: dataset?.classNames.length ?? 10,
      });
      return { spec, ...modelTotals(spec) };
    } catch {
      return null; // too small an image for this network: `start` says so
    }
  }
}

function faultOf(draft: Recipe): string | null {
  try {
    parseRecipe(draft);
    return null;
  } catch (error) {
    return sentenceOf(error);
  }
}

function minutesFault(minutes: number | null): string | null {
  if (minutes === null) return null;
  try {
    parse(limitsSchema, { minutes }, 'time budget');
    return null;
  } catch (error) {
    return sentenceOf(error);
  }
}

/** All but the dataset, which the data bench decides. */
function sameSettings(a: Recipe, b: Recipe): boolean {
  const strip = (r: Recipe): string => JSON.stringify({ ...r, dataset: null });
  return strip(a) === strip(b);
}
