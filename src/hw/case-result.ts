/**
 * @file A cost in the form that `npm run cost` prints: that of the reference cases, and more.
 */
import type { CostCase } from './case.ts';
import type { AccessCounts, Cost, Infeasible } from './cost.ts';
import { evaluate } from './evaluate.ts';
import { infeasibleSentence } from './explain.ts';
import type { Dataspace } from './workload.ts';

export interface CaseResult {
  readonly cycles: number;
  readonly utilization: number;
  readonly energyPj: {
    readonly total: number;
    /** "MACs", then every level. */
    readonly byLevel: Readonly<Record<string, number>>;
    readonly byDataspace: Readonly<Record<Dataspace, number>>;
  };
  /** By level and dataspace kept there. */
  readonly accesses: Readonly<Record<string, Readonly<Partial<Record<Dataspace, AccessCounts>>>>>;
  readonly computeCycles: number;
  readonly boundBy: Cost['boundBy'];
  readonly edpPjCycles: number;
}

export type CaseOutcome =
  CaseResult | (Infeasible & { /** Why, in one sentence. */ readonly message: string });

export function runCase(costCase: CostCase): {
  readonly name: string;
  readonly result: CaseOutcome;
} {
  const { name, shape, bits, accelerator, mapping } = costCase;
  const cost = evaluate(shape, bits, accelerator, mapping);
  return {
    name,
    result: cost.ok ? resultOf(cost) : { ...cost, message: infeasibleSentence(cost) },
  };
}

function resultOf(cost: Cost): CaseResult {
  const byLevel: Record<string, number> = { MACs: cost.macEnergyPj };
  const accesses: Record<string, Partial<Record<Dataspace, AccessCounts>>> = {};
  for (const level of cost.byLevel) {
    byLevel[level.name] = level.energyPj;
    const kept: Partial<Record<Dataspace, AccessCounts>> = {};
    for (const [dataspace, { reads, fills, updates }] of Object.entries(level.kept))
      kept[dataspace as Dataspace] = { reads, fills, updates };
    accesses[level.name] = kept;
  }
  return {
    cycles: cost.latencyCycles,
    utilization: cost.utilizationRatio,
    energyPj: { total: cost.energyPj, byLevel, byDataspace: cost.byDataspace },
    accesses,
    computeCycles: cost.computeCycles,
    boundBy: cost.boundBy,
    edpPjCycles: cost.edpPjCycles,
  };
}
