/**
 * @file A cost in words and terms: what bounds it, where its energy goes and where each number comes
 * from, why a mapping is infeasible.
 */
import { sourceOf } from './accelerator.ts';
import type { Accelerator } from './accelerator.ts';
import type { Cost, Infeasible } from './cost.ts';
import { macLaw } from './mac-law.ts';
import type { Dataspace, OperandBits } from './workload.ts';

/** Why a mapping cannot run, in one sentence. */
export function infeasibleSentence(infeasible: Infeasible): string {
  switch (infeasible.reason) {
    case 'capacity': {
      const { level, dataspace, neededBits, haveBits } = infeasible;
      return `${level} would have to hold ${neededBits} bits and has ${haveBits}; the largest tile is that of ${dataspace}.`;
    }
    case 'fanout': {
      const { level, axis, needed, have } = infeasible;
      return axis === 'lanes'
        ? `The loops below ${level} that cannot share a MAC spread over ${needed} MACs; there are ${have}.`
        : `The spatial loops below ${level} need ${needed} instances in ${axis}; there are ${have}.`;
    }
    case 'bypass':
      return `${infeasible.level} cannot hold ${infeasible.dataspace}.`;
    default:
      return infeasible satisfies never;
  }
}

/** What sets the latency, in one sentence. */
export function boundSentence(cost: Cost): string {
  const { boundBy, computeCycles, latencyCycles } = cost;
  if (boundBy.kind === 'compute')
    return `The MACs are busy in all of the ${grouped(latencyCycles)} cycles that the nest takes; no memory makes them wait.`;
  const port = boundBy.port === 'shared' ? 'read and write' : boundBy.port;
  return `${boundBy.level}'s ${port} bandwidth takes ${grouped(latencyCycles)} cycles; the MACs alone would take ${grouped(computeCycles)}.`;
}

const grouped = (count: number): string => count.toLocaleString('en-US');

/** One product of a count and a constant: the energies of all terms add up to the cost's. */
export interface EnergyTerm {
  /** A storage level, or "MACs". */
  readonly level: string;
  /** Null for the MACs. */
  readonly dataspace: Dataspace | null;
  readonly action: 'mac' | 'read' | 'write';
  /** Words, or products. */
  readonly count: number;
  readonly energyPj: number;
  /** The accelerator's constant: per word of `wordBits`, or per product at the MAC's own width. */
  readonly constantPj: number;
  /** Width that `constantPj` pays for. */
  readonly constantBits: number;
  readonly source: string;
}

/**
 * Where every picojoule of a cost comes from, the largest term first.
 *
 * @param accelerator the one that `cost` was worked out for
 * @param bits the widths that it was worked out for
 */
export function energyTerms(cost: Cost, accelerator: Accelerator, bits: OperandBits): EnergyTerm[] {
  const terms: EnergyTerm[] = [
    {
      level: 'MACs',
      dataspace: null,
      action: 'mac',
      count: cost.macs,
      energyPj: cost.macs * macLaw(accelerator.mac, bits).energyPj,
      constantPj: accelerator.mac.energyPj,
      constantBits: accelerator.mac.nativeBits,
      source: accelerator.mac.source,
    },
  ];
  accelerator.levels.forEach((level, i) => {
    for (const [dataspace, kept] of Object.entries(cost.byLevel[i]?.kept ?? {})) {
      const common = {
        level: level.name,
        dataspace: dataspace as Dataspace,
        constantBits: level.wordBits,
      };
      terms.push(
        {
          ...common,
          action: 'read',
          count: kept.reads,
          energyPj: kept.readEnergyPj,
          constantPj: level.readPj,
          source: sourceOf(level, 'readPj'),
        },
        {
          ...common,
          action: 'write',
          count: kept.fills + kept.updates,
          energyPj: kept.energyPj - kept.readEnergyPj,
          constantPj: level.writePj,
          source: sourceOf(level, 'writePj'),
        },
      );
    }
  });
  return terms.filter(({ count }) => count > 0).sort((a, b) => b.energyPj - a.energyPj);
}
