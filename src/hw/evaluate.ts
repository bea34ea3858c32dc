/**
 * @file The cost of one mapping in full: every count, every picojoule, what bounds the latency.
 */
import { assertAccelerator, usableBits } from './accelerator.ts';
import type { Accelerator } from './accelerator.ts';
import { CompiledCost } from './compile.ts';
import type { Bound, Cost, Infeasible, KeptCost, LevelCost } from './cost.ts';
import { countNest } from './counts.ts';
import { OUTPUTS, SPACES } from './dims.ts';
import { findMisfit } from './fit.ts';
import { assertMapping } from './mapping.ts';
import type { Mapping } from './mapping.ts';
import { encodeMapping } from './nest.ts';
import { energyPjAt, heldBits, portCyclesAt, readBits, tileBitsAt } from './price.ts';
import type { PortCycles } from './price.ts';
import { assertBits, assertShape, DATASPACES } from './workload.ts';
import type { ConvShape, Dataspace, OperandBits } from './workload.ts';

/**
 * Count and price one mapping.
 *
 * @returns the cost, or which level and dataspace does not fit
 * @throws SpecError if shape, widths, accelerator or mapping are malformed
 * @source docs/cost-model.md; equal to NVlabs/timeloop@4cf6d4c where widths are the word's
 */
export function evaluate(
  shape: ConvShape,
  bits: OperandBits,
  accelerator: Accelerator,
  mapping: Mapping,
): Cost | Infeasible {
  assertShape(shape, 'shape');
  assertBits(bits, 'bits');
  assertAccelerator(accelerator);
  assertMapping(shape, accelerator, mapping);
  const compiled = new CompiledCost(shape, bits, accelerator);
  const code = encodeMapping(mapping);
  switch (compiled.evaluate(code)) {
    case 'array':
      return misfitOf(compiled, accelerator, code);
    case 'capacity':
      return overflowOf(compiled, accelerator);
    case 'uncovered':
      throw new Error('internal: assertMapping let an uncovered dimension pass');
    default:
      return costOf(compiled, accelerator);
  }
}

function misfitOf(compiled: CompiledCost, accelerator: Accelerator, code: Int32Array): Infeasible {
  const misfit = findMisfit(code, accelerator.levels.length, compiled.room);
  if (misfit === null) throw new Error('internal: findMisfit found none');
  const level = levelName(accelerator, misfit.level);
  if (misfit.kind === 'bypass')
    return {
      ok: false,
      reason: 'bypass',
      level,
      dataspace: DATASPACES[misfit.dataspace] as Dataspace,
    };
  const { axis, needed, have } = misfit;
  return { ok: false, reason: 'fanout', level, axis, needed, have };
}

function overflowOf(compiled: CompiledCost, accelerator: Accelerator): Infeasible {
  const { nest, counts, prices } = compiled;
  countNest(nest, counts); // the verdict may have come before counting
  for (let level = 0; level < nest.levelCount; level++) {
    const neededBits = tileBitsAt(nest, counts, prices, level);
    const haveBits = prices.usableBits[level] as number;
    if (neededBits <= haveBits) continue;
    const tiles = DATASPACES.map((dataspace, d) => ({
      dataspace,
      bits: nest.keeps(level, d) ? tileBits(compiled, level, d) : 0,
    }));
    const largest = tiles.reduce((a, b) => (b.bits > a.bits ? b : a));
    return {
      ok: false,
      reason: 'capacity',
      level: levelName(accelerator, level),
      dataspace: largest.dataspace,
      neededBits,
      haveBits,
    };
  }
  throw new Error('internal: no level overflows');
}

function costOf(compiled: CompiledCost, accelerator: Accelerator): Cost {
  const { nest, counts, prices, energyPj, latencyCycles, macs } = compiled;
  const byDataspace: Record<Dataspace, number> = { Weights: 0, Inputs: 0, Outputs: 0 };
  const computeCycles = counts.cycles * prices.mac.passes;
  const ports: PortCycles = { read: 0, write: 0, shared: 0 };
  let boundBy: Bound = { kind: 'compute' };
  let longest = computeCycles;
  const byLevel = accelerator.levels.map((level, i): LevelCost => {
    const kept: Partial<Record<Dataspace, KeptCost>> = {};
    let levelPj = 0;
    DATASPACES.forEach((dataspace, d) => {
      if (!nest.keeps(i, d)) return;
      const cost = keptCostOf(compiled, i, d);
      kept[dataspace] = cost;
      byDataspace[dataspace] += cost.energyPj;
      levelPj += cost.energyPj;
    });
    portCyclesAt(nest, counts, prices, i, ports);
    for (const port of ['read', 'write', 'shared'] as const)
      if (ports[port] > longest) {
        longest = ports[port];
        boundBy = { kind: 'bandwidth', level: level.name, port };
      }
    return {
      name: level.name,
      usedInstances: counts.usedInstances[i] as number,
      energyPj: levelPj,
      occupancyRatio: tileBitsAt(nest, counts, prices, i) / usableBits(level),
      bandwidthCycles: Math.max(ports.read, ports.write, ports.shared),
      kept,
    };
  });
  return {
    ok: true,
    macs,
    energyPj,
    macEnergyPj: macs * prices.mac.energyPj,
    byLevel,
    byDataspace,
    computeCycles,
    latencyCycles,
    boundBy,
    utilizationRatio: macs / (latencyCycles * prices.lanes),
    edpPjCycles: energyPj * latencyCycles,
  };
}

function keptCostOf(compiled: CompiledCost, level: number, dataspace: number): KeptCost {
  const { nest, counts, prices } = compiled;
  const at = level * SPACES + dataspace;
  return {
    reads: counts.reads[at] as number,
    fills: counts.fills[at] as number,
    updates: dataspace === OUTPUTS ? (counts.updates[at] as number) : 0,
    tileWords: nest.tileWords[at] as number,
    tileBits: tileBits(compiled, level, dataspace),
    energyPj: energyPjAt(counts, prices, level, dataspace),
    readEnergyPj:
      readBits(counts.reads[at] as number, dataspace, prices.bits) *
      (prices.readPjPerBit[level] as number),
  };
}

function tileBits(
  { nest, counts, prices }: CompiledCost,
  level: number,
  dataspace: number,
): number {
  const at = level * SPACES + dataspace;
  const updates = counts.updates[at] as number;
  const finals = counts.finals[at] as number;
  return (nest.tileWords[at] as number) * heldBits(dataspace, updates, finals, prices.bits);
}

function levelName(accelerator: Accelerator, level: number): string {
  return accelerator.levels[level]?.name ?? '';
}
