/**
 * @file Mixtures: with which weight each choice of each block takes part in a step.
 *
 * `all`: Gumbel-softmax over every choice, as in the paper. `sampled`: few choices a block, drawn by
 * Gumbel-top-k, with the softmax among them alone (one: weight 1), after ProxylessNAS; a step then
 * costs and holds as many paths as were drawn.
 */
import type { Rng } from '../util/rng.ts';
import { gumbelNoise, largest, softmax, softmaxBack } from './gumbel.ts';

/** A choice that takes part, and its weight. Weights of a block sum to 1. */
export interface Path {
  readonly option: number;
  readonly weight: number;
}

/** Paths of each block, options ascending. Plain data: it crosses workers and lies in logs. */
export type Mixture = readonly (readonly Path[])[];

export interface DrawOptions {
  readonly temperature: number;
  /** Paths a block; at least the choices there are: all of them. */
  readonly paths: number;
}

/** @param logits architecture parameters, [blocks][choices] */
export function drawMixture(
  logits: readonly (readonly number[])[],
  { temperature, paths }: DrawOptions,
  rng: Rng,
): Mixture {
  return logits.map((row) => {
    const noise = gumbelNoise(row.length, rng);
    const noisy = row.map((logit, i) => logit + (noise[i] ?? 0));
    const options = largest(noisy, paths);
    const weights = softmax(
      options.map((option) => noisy[option] ?? 0),
      temperature,
    );
    return options.map((option, i) => ({ option, weight: weights[i] ?? 0 }));
  });
}

/** The mixture that is one network. */
export function pureMixture(picks: readonly number[]): Mixture {
  return picks.map((option) => [{ option, weight: 1 }]);
}

/**
 * Gradient of a loss to the architecture parameters, through the mixture that was drawn from them.
 * @param gradients of the loss to the weight of each path, as `mixture`
 * @param choices   per block
 * @returns         [blocks][choices]; 0 for choices that took no part
 */
export function mixtureBack(
  mixture: Mixture,
  gradients: readonly (readonly number[])[],
  temperature: number,
  choices: number,
): number[][] {
  return mixture.map((paths, block) => {
    const row = new Array<number>(choices).fill(0);
    const weights = paths.map(({ weight }) => weight);
    const back = softmaxBack(weights, gradients[block] ?? [], temperature);
    paths.forEach(({ option }, i) => (row[option] = back[i] ?? 0));
    return row;
  });
}
