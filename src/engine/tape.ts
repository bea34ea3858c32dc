/**
 * @file A tape of our own: records forward operations, then runs their gradients backwards.
 *
 * Why not tfjs's: its tape runs forward and backward in one synchronous call. A step of cascade
 * distillation must pause between the two, because a bit-width's loss needs the logits of higher
 * ones that another worker may be computing; and it keeps every intermediate until the end. This
 * one can pause, and disposes each activation as soon as its gradient is done.
 *
 * Ownership: tensors given to `own` belong to the tape, which disposes them on the way back or in
 * `dispose`. Parameters (`watch`) belong to the caller; so do their gradients, once returned.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import { add } from './kernels.ts';

/** From the gradient of the output to the gradients of the inputs, in their order; null: none. */
type Backward = (dy: Tensor) => readonly (Tensor | null)[];

interface TapeEntry {
  readonly output: Tensor;
  readonly inputs: readonly Tensor[];
  readonly backward: Backward;
}

export class Tape {
  readonly #entries: TapeEntry[] = [];
  readonly #owned = new Set<Tensor>();
  /** Ids of tensors through which a gradient must flow. */
  readonly #active = new Set<number>();
  readonly #watched = new Set<number>();

  /** Ask for the gradient of a parameter. */
  watch(parameter: Tensor): void {
    this.#active.add(parameter.id);
    this.#watched.add(parameter.id);
  }

  /** Whether any of these needs a gradient, so that work for others can be left out. */
  needsGradient(...tensors: readonly Tensor[]): boolean {
    return tensors.some((tensor) => this.#active.has(tensor.id));
  }

  /** Hand an intermediate over to the tape. @returns the same tensor */
  own<T extends Tensor>(tensor: T): T {
    this.#owned.add(tensor);
    return tensor;
  }

  /** Record an operation. `backward` is called only where `needsGradient(output)`. */
  record(output: Tensor, inputs: readonly Tensor[], backward: Backward): void {
    if (!this.needsGradient(...inputs)) return;
    this.#active.add(output.id);
    this.#entries.push({ output, inputs, backward });
  }

  /**
   * Run all gradients back from `output`; the tape is spent afterwards.
   * @param output the tensor to start from, recorded last or not
   * @param dy     gradient of the loss to it, same shape; the tape disposes it
   * @returns      gradient per watched tensor id; the caller disposes them. A watched tensor that
   *               did not take part has none.
   */
  backward(output: Tensor, dy: Tensor): Map<number, Tensor> {
    const gradients = new Map<number, Tensor>([[output.id, dy]]);
    for (let entry = this.#entries.pop(); entry !== undefined; entry = this.#entries.pop()) {
      const { inputs, backward } = entry;
      const dOutput = gradients.get(entry.output.id);
      if (dOutput !== undefined) {
        gradients.delete(entry.output.id);
        const dInputs = backward(dOutput);
        inputs.forEach((input, i) => {
          const dInput = dInputs[i];
          if (dInput === null || dInput === undefined) return;
          // A gradient passed on unchanged gets a handle of its own, so that each can be disposed.
          const gradient = dInput === dOutput ? dOutput.clone() : dInput;
          if (this.#active.has(input.id)) collect(gradients, input, gradient);
          else gradient.dispose();
        });
        dOutput.dispose();
      }
      this.#release(entry.output);
    }
    const result = new Map<number, Tensor>();
    for (const [id, gradient] of gradients) {
      if (this.#watched.has(id)) result.set(id, gradient);
      else gradient.dispose();
    }
    this.dispose();
    return result;
  }

  /** Give everything back without gradients. Safe to call twice. */
  dispose(): void {
    this.#entries.length = 0;
    for (const tensor of this.#owned) if (!tensor.isDisposed) tensor.dispose();
    this.#owned.clear();
  }

  #release(tensor: Tensor): void {
    if (!this.#owned.has(tensor)) return;
    this.#owned.delete(tensor);
    if (!tensor.isDisposed) tensor.dispose();
  }
}

/** Sum into a new tensor: handles may share their data, so nothing is written in place. */
function collect(gradients: Map<number, Tensor>, input: Tensor, gradient: Tensor): void {
  const sum = gradients.get(input.id);
  if (sum === undefined) {
    gradients.set(input.id, gradient);
    return;
  }
  gradients.set(input.id, add(sum, gradient, { relu: false, scope: 'none' }).y);
  sum.dispose();
  gradient.dispose();
}
