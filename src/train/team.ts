/**
 * @file A team: the trainer's own replica and its helpers, which share the bit-widths of a run.
 *
 * The trainer (member 0) owns the highest bit-width. A helper is whatever answers `TeamMember`, in
 * another worker; a team of one has none.
 */
import type { NamedArray } from '../nn/parameters.ts';
import { evaluate } from './evaluate.ts';
import type { Evaluation } from './evaluate.ts';
import type { Exchange } from './exchange.ts';
import type { Replica, TermSums } from './replica.ts';
import type { StepPlan } from './schedule.ts';
import { runStep } from './step.ts';

/** What the trainer asks of a helper. Plain data in and out. */
export interface TeamMember {
  /** Resolves when the step's gradient is applied. */
  step(plan: StepPlan): Promise<void>;
  takeTerms(): Promise<TermSums[]>;
  evaluate(limit: number | null): Promise<Evaluation[]>;
  /** Parameters and velocities of the member's own bit-widths, without the shared ones. */
  snapshot(): Promise<NamedArray[]>;
  /** Take these values for all parameters, between two steps; null: those of the seed. */
  restore(arrays: readonly NamedArray[] | null): Promise<void>;
}

/**
 * Who trains which bit-widths: dealt from high to low, so that a teacher's logits come early.
 * @returns one list per member, ascending; never more members than bit-widths
 */
export function assignBits(bitWidths: readonly number[], members: number): number[][] {
  const count = Math.max(1, Math.min(members, bitWidths.length));
  const shares = Array.from({ length: count }, () => [] as number[]);
  const descending = [...bitWidths].sort((a, b) => b - a);
  descending.forEach((bits, i) => shares[i % count]?.unshift(bits));
  return shares;
}

/** A member that runs here, around a replica. */
export function localMember(replica: Replica, exchange: Exchange | null): TeamMember {
  const { ownBits, dataset } = replica.spec;
  return {
    step: (plan) => runStep(replica, plan, exchange),
    takeTerms: () => replica.takeTerms(),
    async evaluate(limit) {
      const results: Evaluation[] = [];
      for (const bits of ownBits) {
        results.push(
          await evaluate(replica.network, bits, dataset, replica.statistics, limit ?? Infinity),
        );
      }
      return results;
    },
    snapshot: () => replica.snapshot(ownBits, false),
    restore(arrays) {
      replica.restore(arrays);
      exchange?.forgetBefore(Infinity);
      return Promise.resolve();
    },
  };
}

export class Team {
  readonly #lead: Replica;
  readonly #members: readonly TeamMember[];
  readonly #exchange: Exchange | null;

  /** @param helpers in the order of `assignBits`, from its second share on */
  constructor(lead: Replica, helpers: readonly TeamMember[], exchange: Exchange | null) {
    this.#lead = lead;
    this.#exchange = exchange;
    this.#members = [localMember(lead, exchange), ...helpers];
  }

  get size(): number {
    return this.#members.length;
  }

  get stepsPerEpoch(): number {
    return this.#lead.plan.stepsPerEpoch;
  }

  get batchSize(): number {
    return this.#lead.plan.batchSize;
  }

  get classes(): number {
    return this.#lead.spec.dataset.classNames.length;
  }

  /** Run one step on all members. Rejects when one fails; the team is then not usable. */
  async step(plan: StepPlan): Promise<void> {
    const guarded = this.#members.map((member) =>
      member.step(plan).catch((error: unknown) => {
        const cause = error instanceof Error ? error : new Error(String(error));
        this.#exchange?.fail(cause);
        throw cause;
      }),
    );
    await Promise.all(guarded);
  }

  /** Loss terms summed since the last call, by bit-width. Waits for all steps so far. */
  async takeTerms(): Promise<TermSums[]> {
    return (await Promise.all(this.#members.map((member) => member.takeTerms()))).flat();
  }

  /** @param limit at most this many test images; null: all. Ascending bits. */
  async evaluate(limit: number | null): Promise<Evaluation[]> {
    const results = await Promise.all(this.#members.map((member) => member.evaluate(limit)));
    return results.flat().sort((a, b) => a.bits - b.bits);
  }

  /** Every parameter and velocity of the run. */
  async snapshot(): Promise<NamedArray[]> {
    const [lead, ...others] = this.#members;
    if (lead === undefined) throw new Error('internal: a team without a lead');
    const own = await this.#lead.snapshot(this.#lead.spec.ownBits, true);
    const theirs = await Promise.all(others.map((member) => member.snapshot()));
    return [...own, ...theirs.flat()];
  }

  /** Go back to a snapshot, or to the beginning. */
  async restore(arrays: readonly NamedArray[] | null): Promise<void> {
    await Promise.all(this.#members.map((member) => member.restore(arrays)));
  }

  dispose(): void {
    this.#lead.dispose();
  }
}
