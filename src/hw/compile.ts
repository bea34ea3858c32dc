/**
 * @file The fast evaluator: one layer, widths and accelerator prepared once, then mapping after
 * mapping in flat form, with nothing allocated.
 *
 * It shares extents, counts and prices with `evaluate`, and gives the same numbers.
 */
import type { Accelerator } from './accelerator.ts';
import { countNest, createCounts } from './counts.ts';
import type { Counts } from './counts.ts';
import { SPACES, WEIGHTS } from './dims.ts';
import { fitsArray, leastTileBits, roomOf } from './fit.ts';
import type { Room } from './fit.ts';
import { LoopNest } from './loop-nest.ts';
import { macLaw } from './mac-law.ts';
import { energyPjAt, portCyclesAt, priceList, tileBitsAt } from './price.ts';
import type { PortCycles, PriceList } from './price.ts';
import { macsOf } from './workload.ts';
import type { ConvShape, OperandBits } from './workload.ts';

/** What became of a mapping in flat form. */
export type Verdict = 'ok' | 'array' | 'capacity' | 'uncovered';

/** One layer on one accelerator; call `evaluate`, then read the results. */
export class CompiledCost {
  readonly macs: number;
  readonly room: Room;
  readonly prices: PriceList;
  /** The last mapping that was laid out, and its counts: valid after 'ok'. */
  readonly nest: LoopNest;
  readonly counts: Counts;
  energyPj = 0;
  latencyCycles = 0;

  readonly #ports: PortCycles = { read: 0, write: 0, shared: 0 };
  readonly #macEnergyPj: number;
  readonly #limited: readonly number[]; // levels with a bandwidth
  readonly #bounded: readonly number[]; // levels with a capacity

  constructor(shape: ConvShape, bits: OperandBits, accelerator: Accelerator) {
    const mac = macLaw(accelerator.mac, bits);
    const { levels } = accelerator;
    this.macs = macsOf(shape);
    this.room = roomOf(accelerator, mac);
    this.prices = priceList(accelerator, bits, mac);
    this.nest = new LoopNest(shape, levels.length);
    this.counts = createCounts(levels.length);
    this.#macEnergyPj = this.macs * mac.energyPj;
    const all = levels.map((_, level) => level);
    this.#bounded = all.filter((i) => levels[i]?.capacityBits !== null);
    this.#limited = all.filter((i) => {
      const { readWords, writeWords, sharedWords } = this.prices;
      return [readWords, writeWords, sharedWords].some((words) => words[i] !== Infinity);
    });
  }

  /**
   * Cost a mapping into `energyPj` and `latencyCycles`.
   *
   * @param code 33 integers a level (nest.ts), all factors at least 1
   * @returns 'array': a spatial loop or a kept dataspace does not fit; 'uncovered': a dimension's
   *   factors multiply to less than its size
   */
  evaluate(code: Int32Array): Verdict {
    const { nest, counts, prices } = this;
    const levelCount = nest.levelCount;
    if (!fitsArray(code, levelCount, this.room)) return 'array';
    if (nest.load(code) === 'uncovered') return 'uncovered';
    const usable = prices.usableBits;
    for (const level of this.#bounded)
      if (leastTileBits(nest, prices.bits, level) > (usable[level] as number)) return 'capacity';
    countNest(nest, counts);
    if (prices.bits.psums !== prices.bits.outputs)
      for (const level of this.#bounded)
        if (tileBitsAt(nest, counts, prices, level) > (usable[level] as number)) return 'capacity';

    let energyPj = this.#macEnergyPj;
    for (let level = 0; level < levelCount; level++)
      for (let dataspace: number = WEIGHTS; dataspace < SPACES; dataspace++)
        if (nest.keeps(level, dataspace)) energyPj += energyPjAt(counts, prices, level, dataspace);
    let latency = counts.cycles * prices.mac.passes;
    const ports = this.#ports;
    for (const level of this.#limited) {
      portCyclesAt(nest, counts, prices, level, ports);
      latency = Math.max(latency, ports.read, ports.write, ports.shared);
    }
    this.energyPj = energyPj;
    this.latencyCycles = latency;
    return 'ok';
  }
}

/**
 * Prepare one layer for many evaluations.
 *
 * The arguments must have passed `assertShape`, `assertBits` and `assertAccelerator`.
 */
export function compileCost(
  shape: ConvShape,
  bits: OperandBits,
  accelerator: Accelerator,
): CompiledCost {
  return new CompiledCost(shape, bits, accelerator);
}
