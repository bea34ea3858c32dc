/**
 * @file An accelerator as validated data: storage levels from the innermost out, and a MAC array.
 *
 * Energies are given per word of `wordBits` and scale linearly with the operand's width; bandwidths
 * are given in bits a cycle and instance. Every number names its source.
 *
 * Not modelled: leakage, clock tree, wires and the network on chip, unless a level's energy holds
 * them.
 */
import { SpecError } from '../util/errors.ts';
import { assertWhole } from './workload.ts';
import type { ConvDim, Dataspace } from './workload.ts';
import { DATASPACES } from './workload.ts';

/** The numbers of a storage level that `sources` may cite one by one. */
export type LevelConstant =
  'capacityBits' | 'wordBits' | 'instances' | 'readPj' | 'writePj' | 'bandwidth' | 'areaUm2';

export interface StorageLevel {
  readonly name: string;
  /** One instance, before double buffering; null is unlimited (DRAM). */
  readonly capacityBits: number | null;
  /** The width that one `readPj` or `writePj` pays for. */
  readonly wordBits: number;
  readonly instances: number;
  /** Instances in a row; `instances` is a whole number of rows. */
  readonly meshX: number;
  /** Per word of `wordBits`. */
  readonly readPj: number;
  /** Per word of `wordBits`. */
  readonly writePj: number;
  /** Per instance; left out is unlimited. */
  readonly readBitsPerCycle?: number;
  readonly writeBitsPerCycle?: number;
  /** Reads and writes together. */
  readonly sharedBitsPerCycle?: number;
  /** True: half of the capacity holds the next tiles, so tiles get half. */
  readonly doubleBuffered?: boolean;
  /** The dataspaces this level can hold; left out is all three. */
  readonly mayKeep?: readonly Dataspace[];
  /** One instance. */
  readonly areaUm2?: number;
  /** Where the numbers come from; `sources` cites single ones. */
  readonly source: string;
  readonly sources?: Readonly<Partial<Record<LevelConstant, string>>>;
}

interface MacCommon {
  readonly instances: number;
  readonly meshX: number;
  /** One MAC of `nativeBits` × `nativeBits`. */
  readonly energyPj: number;
  readonly nativeBits: number;
  /** One instance. */
  readonly areaUm2?: number;
  readonly source: string;
}

/**
 * How a MAC takes operands of other widths (`mac-law.ts` has the formulas):
 * - `fixed`: one product a cycle; narrower operands save energy, not time; wider ones take passes.
 * - `bit-scalable`: Bit Fusion's fused unit; narrower operands give more products a cycle, summed
 *   inside the unit, so only reduction dimensions can use them.
 * - `dsp-packed`: an FPGA's DSP block holds several narrow products (`packing`).
 */
export type MacArray =
  | (MacCommon & { readonly kind: 'fixed' })
  | (MacCommon & {
      readonly kind: 'bit-scalable';
      /** The narrowest brick; narrower operands are rounded up to it. */
      readonly minBits: number;
    })
  | (MacCommon & {
      readonly kind: 'dsp-packed';
      /** Products a DSP does in a cycle while both operands fit `maxBits`; ascending `maxBits`. */
      readonly packing: readonly { readonly maxBits: number; readonly products: number }[];
      /** The dimensions that the products of one DSP may differ in. */
      readonly packedDims: readonly ConvDim[];
    });

export interface Accelerator {
  readonly name: string;
  /** Inner to outer; the last one (DRAM) holds everything. */
  readonly levels: readonly StorageLevel[];
  readonly mac: MacArray;
  /** Left out: latency is known in cycles only. */
  readonly clockMHz?: number;
  /** Area outside levels and MACs is not known here. */
  readonly note?: string;
}

/** Bounds that keep every count exact and every loop short. */
export const ACCELERATOR_LIMITS = { levels: 12, instances: 1 << 16, wordBits: 1024 } as const;

/** Children of one instance of a level in X and Y. */
export interface Fanout {
  readonly x: number;
  readonly y: number;
}

/**
 * The mesh below level `level` (0: the MACs of one innermost instance), before any packing of narrow
 * operands into a MAC (`macLaw`).
 */
export function fanoutOf(accelerator: Accelerator, level: number): Fanout {
  const parent = accelerator.levels[level];
  const child = level === 0 ? accelerator.mac : accelerator.levels[level - 1];
  if (!parent || !child) throw new Error(`internal: fanoutOf level ${level}`);
  return {
    x: child.meshX / parent.meshX,
    y: child.instances / child.meshX / (parent.instances / parent.meshX),
  };
}

/** Bits of tiles that one instance can hold; Infinity where unlimited. */
export function usableBits(level: StorageLevel): number {
  if (level.capacityBits === null) return Infinity;
  return level.doubleBuffered === true ? Math.floor(level.capacityBits / 2) : level.capacityBits;
}

export function mayKeep(level: StorageLevel, dataspace: Dataspace): boolean {
  return level.mayKeep === undefined || level.mayKeep.includes(dataspace);
}

/** The citation of one constant of a level. */
export function sourceOf(level: StorageLevel, constant: LevelConstant): string {
  return level.sources?.[constant] ?? level.source;
}

/**
 * Area of all levels and MACs.
 *
 * @returns null where an on-chip part has no known area
 */
export function areaUm2Of(accelerator: Accelerator): number | null {
  const parts = [...accelerator.levels.filter((l) => l.capacityBits !== null), accelerator.mac];
  let area = 0;
  for (const part of parts) {
    if (part.areaUm2 === undefined) return null;
    area += part.areaUm2 * part.instances;
  }
  return area;
}

/** @throws SpecError naming the first field that is out of range or does not fit the others */
export function assertAccelerator(accelerator: Accelerator): void {
  const who = `accelerator ${accelerator.name}`;
  const { levels, mac } = accelerator;
  assertWhole(levels.length, `${who}: levels.length`, ACCELERATOR_LIMITS.levels);
  const names = new Set<string>(['MACs']);
  levels.forEach((level) => {
    const whoLevel = `${who}: level ${level.name}`;
    if (level.name === '' || names.has(level.name))
      throw new SpecError(`${whoLevel}: expected a name of its own, got "${level.name}"`);
    names.add(level.name);
    assertStorage(level, whoLevel);
  });
  assertMac(mac, `${who}: mac`);
  if (accelerator.clockMHz !== undefined)
    assertPositive(accelerator.clockMHz, `${who}: clockMHz`, 1e6);
  for (let i = 0; i < levels.length; i++) assertFanout(accelerator, i, who);
  const outer = levels[levels.length - 1];
  if (outer === undefined || !DATASPACES.every((d) => mayKeep(outer, d)))
    throw new SpecError(
      `${who}: level ${outer?.name ?? ''}: expected the outermost level to keep all dataspaces`,
    );
}

function assertStorage(level: StorageLevel, who: string): void {
  if (level.capacityBits !== null) assertWhole(level.capacityBits, `${who}: capacityBits`, 1e15);
  assertWhole(level.wordBits, `${who}: wordBits`, ACCELERATOR_LIMITS.wordBits);
  assertMesh(level, who);
  assertEnergy(level.readPj, `${who}: readPj`);
  assertEnergy(level.writePj, `${who}: writePj`);
  for (const name of ['readBitsPerCycle', 'writeBitsPerCycle', 'sharedBitsPerCycle'] as const) {
    const bandwidth = level[name];
    if (bandwidth !== undefined) assertPositive(bandwidth, `${who}: ${name}`, 1e15);
  }
  if (level.mayKeep?.length === 0)
    throw new SpecError(`${who}: mayKeep: expected at least one dataspace, got none`);
}

function assertMac(mac: MacArray, who: string): void {
  assertMesh(mac, who);
  assertEnergy(mac.energyPj, `${who}: energyPj`);
  assertWhole(mac.nativeBits, `${who}: nativeBits`, ACCELERATOR_LIMITS.wordBits);
  if (mac.kind === 'bit-scalable') assertWhole(mac.minBits, `${who}: minBits`, mac.nativeBits);
  if (mac.kind === 'dsp-packed') {
    let widest = 0;
    let most = Infinity;
    for (const step of mac.packing) {
      assertWhole(step.maxBits, `${who}: packing.maxBits`, mac.nativeBits);
      assertWhole(step.products, `${who}: packing.products`, 64);
      if (step.maxBits <= widest || step.products > most)
        throw new SpecError(
          `${who}: packing: expected ascending maxBits and descending products, got ${step.maxBits} bits, ${step.products} products`,
        );
      widest = step.maxBits;
      most = step.products;
    }
  }
}

function assertMesh(part: { instances: number; meshX: number }, who: string): void {
  assertWhole(part.instances, `${who}: instances`, ACCELERATOR_LIMITS.instances);
  assertWhole(part.meshX, `${who}: meshX`, ACCELERATOR_LIMITS.instances);
  if (part.instances % part.meshX !== 0)
    throw new SpecError(
      `${who}: meshX: expected a divisor of instances (${part.instances}), got ${part.meshX}`,
    );
}

function assertFanout(accelerator: Accelerator, level: number, who: string): void {
  const { x, y } = fanoutOf(accelerator, level);
  if (Number.isInteger(x) && Number.isInteger(y)) return;
  throw new SpecError(
    `${who}: level ${accelerator.levels[level]?.name ?? ''}: expected a mesh that divides the mesh of the level inside it, got a fan-out of ${x} × ${y}`,
  );
}

function assertEnergy(value: number, who: string): void {
  if (!Number.isFinite(value) || value < 0 || value > 1e12)
    throw new SpecError(`${who}: expected picojoules from 0 to 1e12, got ${value}`);
}

function assertPositive(value: number, who: string, max: number): void {
  if (!Number.isFinite(value) || value <= 0 || value > max)
    throw new SpecError(`${who}: expected a number above 0 and at most ${max}, got ${value}`);
}
