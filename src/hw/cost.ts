/**
 * @file What a mapping costs: the result types of the cost model.
 *
 * Counts follow Timeloop (docs/cost-model.md has the rules). A mapping that does not fit is data,
 * not an error.
 */
import type { Dataspace } from './workload.ts';

/** Words moved, summed over all instances in use. */
export interface AccessCounts {
  readonly reads: number;
  /** Words that arrive from the level outside. */
  readonly fills: number;
  /** Partial sums that arrive from inside (Outputs only). */
  readonly updates: number;
}

/** One dataspace at one level that keeps it. */
export interface KeptCost extends AccessCounts {
  /** The tile of one instance. */
  readonly tileWords: number;
  readonly tileBits: number;
  readonly energyPj: number;
  /** The part of `energyPj` that reads take; the rest is writes. */
  readonly readEnergyPj: number;
}

/** One storage level. */
export interface LevelCost {
  readonly name: string;
  readonly usedInstances: number;
  readonly energyPj: number;
  /** Tiles' share of the usable capacity; 0 where unlimited. */
  readonly occupancyRatio: number;
  /** Cycles that this level's bandwidths alone would take; 0 where unlimited. */
  readonly bandwidthCycles: number;
  readonly kept: Readonly<Partial<Record<Dataspace, KeptCost>>>;
}

/** What sets the latency. */
export type Bound =
  | { readonly kind: 'compute' }
  | {
      readonly kind: 'bandwidth';
      readonly level: string;
      readonly port: 'read' | 'write' | 'shared';
    };

export interface Cost {
  readonly ok: true;
  readonly macs: number;
  readonly energyPj: number;
  readonly macEnergyPj: number;
  /** Inner to outer. */
  readonly byLevel: readonly LevelCost[];
  /** Energy of moving each dataspace, all levels; MAC energy is apart. */
  readonly byDataspace: Readonly<Record<Dataspace, number>>;
  /** Cycles of the nest, and of passes where operands are wider than a MAC. */
  readonly computeCycles: number;
  readonly latencyCycles: number;
  readonly boundBy: Bound;
  /** MACs done over MACs that the array could have done in `latencyCycles`. */
  readonly utilizationRatio: number;
  readonly edpPjCycles: number;
}

/** Why a mapping cannot run. */
export type Infeasible = { readonly ok: false } & (
  | {
      readonly reason: 'capacity';
      readonly level: string;
      /** The largest of the tiles. */
      readonly dataspace: Dataspace;
      readonly neededBits: number;
      readonly haveBits: number;
    }
  | {
      readonly reason: 'fanout';
      readonly level: string;
      readonly axis: 'X' | 'Y' | 'lanes';
      readonly needed: number;
      readonly have: number;
    }
  | { readonly reason: 'bypass'; readonly level: string; readonly dataspace: Dataspace }
);
