/** @file Settings that may change while a run trains, and what was changed in a run. */
import * as v from 'valibot';
import { listOf } from './list.ts';
import type { TrainingSpec } from './recipe.ts';

/** All others decide what the network, the data or the run's length is: they need a new run. */
export const LIVE_SETTINGS = ['learningRate', 'beta'] as const;
export type LiveSetting = (typeof LIVE_SETTINGS)[number];

/** The same bounds as in the recipe. */
const VALUES = {
  learningRate: v.pipe(v.number(), v.minValue(1e-6), v.maxValue(10)),
  beta: v.pipe(v.number(), v.minValue(0), v.maxValue(100)),
} as const satisfies Record<LiveSetting, v.GenericSchema<number>>;

const MAX_CHANGES = 1000;
const change = <S extends LiveSetting>(setting: S) =>
  v.strictObject({
    setting: v.literal(setting),
    /** The first step that was taken with it, counted from 1. */
    step: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
    from: VALUES[setting],
    to: VALUES[setting],
  });

export const liveChangeSchema = v.variant('setting', [change('learningRate'), change('beta')]);
export const liveChangesSchema = listOf(liveChangeSchema, MAX_CHANGES);

export interface LiveChange {
  readonly setting: LiveSetting;
  readonly step: number;
  readonly from: number;
  readonly to: number;
}

/** Whether a running training may be given this value. */
export function isLiveValue(setting: LiveSetting, value: number): boolean {
  return v.is(VALUES[setting], value);
}

/**
 * A recipe's training as a step has it. The schedule keeps its shape: the learning rate is what it
 * starts from, β what its warm-up rises to.
 * @param step counted from 1
 */
export function trainingAt(
  training: TrainingSpec,
  changes: readonly LiveChange[],
  step: number,
): TrainingSpec {
  let at = training;
  for (const { setting, step: since, to } of changes) {
    if (since <= step) at = { ...at, [setting]: to };
  }
  return at;
}

/**
 * With one more change. It takes the place of those of the same setting for its step or a later one,
 * which training may have been taken back from; back to what it was leaves none.
 * @returns `changes` itself where nothing changes, or where there were as many as can be kept
 */
export function withChange(
  training: TrainingSpec,
  changes: readonly LiveChange[],
  { setting, step, to }: Omit<LiveChange, 'from'>,
): readonly LiveChange[] {
  const kept = changes.filter((one) => one.setting !== setting || one.step < step);
  const from = trainingAt(training, kept, step)[setting];
  if (from === to) return kept.length === changes.length ? changes : kept;
  return kept.length < MAX_CHANGES ? [...kept, { setting, step, from, to }] : changes;
}

const TITLES: Readonly<Record<LiveSetting, string>> = {
  learningRate: 'Learning rate',
  beta: 'Distillation β',
};

/** As the log has it. */
export function changeSentence({ setting, from, to, step }: LiveChange): string {
  return `${TITLES[setting]} changed from ${from} to ${to}, from step ${step} on.`;
}
