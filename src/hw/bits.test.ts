import { describe, expect, it } from 'vitest';
import { randomNest, roomyAccelerator } from '../testing/random-nests.ts';
import { Rng } from '../util/rng.ts';
import type { Accelerator, MacArray } from './accelerator.ts';
import { compileCost } from './compile.ts';
import { evaluate } from './evaluate.ts';
import { macLaw } from './mac-law.ts';
import { encodeMapping } from './nest.ts';
import { convShape, operandBits, uniformBits } from './workload.ts';
import type { OperandBits } from './workload.ts';

const mac = { instances: 4, meshX: 2, energyPj: 8, nativeBits: 16, source: 'test' };
const FIXED: MacArray = { ...mac, kind: 'fixed' };
const SCALABLE: MacArray = { ...mac, kind: 'bit-scalable', minBits: 2 };
const PACKED: MacArray = {
  ...mac,
  kind: 'dsp-packed',
  packing: [
    { maxBits: 4, products: 4 },
    { maxBits: 8, products: 2 },
  ],
  packedDims: ['K', 'P'],
};
const widths = (weights: number, inputs: number): OperandBits => ({
  ...uniformBits(16),
  weights,
  inputs,
});

describe('macLaw', () => {
  it('scales the energy of a fixed MAC with both widths, and takes passes beyond its own', () => {
    expect(macLaw(FIXED, widths(16, 16))).toMatchObject({ lanes: 1, passes: 1, energyPj: 8 });
    expect(macLaw(FIXED, widths(4, 8))).toMatchObject({ lanes: 1, passes: 1, energyPj: 8 / 8 });
    expect(macLaw(FIXED, widths(32, 17))).toMatchObject({ passes: 4, energyPj: 8 * 2 * (17 / 16) });
  });

  it("follows Bit Fusion's law: (16 / bI)·(16 / bW) products, widths in powers of two from 2", () => {
    const products = (w: number, i: number): number => macLaw(SCALABLE, widths(w, i)).lanes;
    expect(products(16, 16)).toBe(1);
    expect(products(8, 16)).toBe(2);
    expect(products(8, 8)).toBe(4);
    expect(products(2, 2)).toBe(64);
    expect(products(1, 2)).toBe(64);
    expect(products(5, 3)).toBe(2 * 4); // as 8 and 4
    expect(macLaw(SCALABLE, widths(4, 4)).energyPj).toBe(8 / 16);
    // 32 × 32 bits: four passes of a unit of 16 × 16
    expect(macLaw(SCALABLE, widths(32, 32))).toMatchObject({ lanes: 1, passes: 4, energyPj: 32 });
  });

  it('packs products into a DSP by the wider operand', () => {
    expect(macLaw(PACKED, widths(4, 3))).toMatchObject({ lanes: 4, energyPj: 2 });
    expect(macLaw(PACKED, widths(4, 6))).toMatchObject({ lanes: 2, energyPj: 4 });
    expect(macLaw(PACKED, widths(4, 12))).toMatchObject({ lanes: 1, energyPj: 8 });
  });
});

describe('lanes of narrow operands', () => {
  const shape = convShape({ K: 4, C: 16, P: 2, Q: 1, R: 1, S: 1 });
  const array = (macs: MacArray): Accelerator => ({
    name: 'lanes',
    mac: macs,
    levels: [
      {
        name: 'DRAM',
        capacityBits: null,
        wordBits: 16,
        instances: 1,
        meshX: 1,
        readPj: 1,
        writePj: 1,
        source: 'test',
      },
    ],
  });
  const mapping = (dim: 'C' | 'K', lanes: number): Parameters<typeof evaluate>[3] => ({
    levels: [
      {
        keep: ['Weights', 'Inputs', 'Outputs'],
        temporal: [
          ['C', dim === 'C' ? 16 / lanes : 16],
          ['P', 2],
          ['K', dim === 'K' ? 4 / lanes : 4],
        ],
        spatialX: [[dim, lanes]],
        spatialY: [],
      },
    ],
  });

  it('take loops of reduction dimensions only', () => {
    // 2 columns × 4 lanes at 8 bits
    const bits = uniformBits(8);
    const cost = evaluate(shape, bits, array(SCALABLE), mapping('C', 8));
    expect(cost).toMatchObject({ ok: true, latencyCycles: 128 / 8, utilizationRatio: 0.5 });
    expect(evaluate(shape, bits, array(SCALABLE), mapping('C', 16))).toMatchObject({
      reason: 'fanout',
      axis: 'X',
      needed: 16,
      have: 8,
    });
    expect(evaluate(shape, bits, array(FIXED), mapping('C', 8))).toMatchObject({
      reason: 'fanout',
      have: 2,
    });
  });

  it('do not help dimensions that a DSP cannot pack', () => {
    const one = { ...PACKED, instances: 1, meshX: 1 };
    expect(evaluate(shape, uniformBits(4), array(one), mapping('K', 4))).toMatchObject({
      ok: true,
      latencyCycles: 32,
    });
    expect(evaluate(shape, uniformBits(4), array(one), mapping('C', 4))).toMatchObject({
      reason: 'fanout',
      axis: 'lanes',
      needed: 4,
      have: 1,
    });
  });
});

describe('operandBits', () => {
  it('keeps partial sums exactly, up to 16 bits or the operands themselves', () => {
    const shape = convShape({ K: 1, C: 3, P: 1, Q: 1, R: 3, S: 3 });
    // 27 products of 4 bits: 4 + 5
    expect(operandBits(shape, 2)).toEqual({ weights: 2, inputs: 2, outputs: 2, psums: 9 });
    expect(operandBits(shape, 8).psums).toBe(16);
    expect(operandBits(shape, 32).psums).toBe(32);
  });
});

describe('energy', () => {
  const MACS = { FIXED, SCALABLE, PACKED };
  for (const [name, macs] of Object.entries(MACS))
    it(`never falls when any width rises (${name})`, () => {
      const rng = new Rng(5);
      for (let i = 0; i < 150; i++) {
        const { shape, mapping } = randomNest(rng, 'any');
        const roomy = roomyAccelerator(mapping.levels.length);
        const { instances, meshX } = roomy.mac;
        const accelerator = { ...roomy, mac: { ...macs, instances, meshX } };
        const code = encodeMapping(mapping);
        if (compileCost(shape, uniformBits(16), accelerator).evaluate(code) === 'array') continue;
        const bits = { weights: 1, inputs: 1, outputs: 1, psums: 1 };
        let before = 0;
        for (let step = 0; step < 40; step++) {
          const compiled = compileCost(shape, bits, accelerator);
          expect(compiled.evaluate(code)).toBe('ok');
          expect(compiled.energyPj).toBeGreaterThanOrEqual(before * (1 - 1e-12));
          before = compiled.energyPj;
          bits[rng.pick(['weights', 'inputs', 'outputs', 'psums'] as const)] += 1 + rng.int(5);
        }
      }
    });

  it('and latency fall at every step down in bits where memory sets the pace', () => {
    const shape = convShape({ K: 8, C: 8, P: 4, Q: 4, R: 3, S: 3 });
    const roomy = roomyAccelerator(2);
    const levels = roomy.levels.map((level, i) =>
      i === 1 ? { ...level, sharedBitsPerCycle: 4 } : level,
    );
    const keep = ['Weights', 'Inputs', 'Outputs'] as const;
    const temporal = [
      ['C', 8],
      ['R', 3],
      ['S', 3],
      ['P', 4],
      ['Q', 4],
      ['K', 8],
    ] as const;
    const mapping = {
      levels: [
        { keep, temporal: [], spatialX: [], spatialY: [] },
        { keep, temporal, spatialX: [], spatialY: [] },
      ],
    };
    const costs = [16, 8, 4, 2].map((bits) =>
      evaluate(shape, operandBits(shape, bits), { ...roomy, levels }, mapping),
    );
    costs.reduce((wide, narrow) => {
      if (!wide.ok || !narrow.ok) throw new Error('infeasible');
      expect(narrow.energyPj).toBeLessThan(wide.energyPj);
      expect(narrow.latencyCycles).toBeLessThan(wide.latencyCycles);
      return narrow;
    });
  });
});

describe('compileCost', () => {
  it('gives what evaluate gives, again and again from the same memory', () => {
    const rng = new Rng(6);
    let equal = 0;
    for (let i = 0; i < 60; i++) {
      const { shape, mapping } = randomNest(rng, 'any');
      const accelerator = roomyAccelerator(mapping.levels.length);
      const bits = { weights: 4, inputs: 6, outputs: 8, psums: 20 };
      const compiled = compileCost(shape, bits, accelerator);
      const check = (): void => {
        const cost = evaluate(shape, bits, accelerator, mapping);
        if (!cost.ok) {
          expect(compiled.evaluate(encodeMapping(mapping))).toBe('array');
          return;
        }
        equal++;
        expect(compiled.evaluate(encodeMapping(mapping))).toBe('ok');
        expect(compiled.energyPj).toBe(cost.energyPj);
        expect(compiled.latencyCycles).toBe(cost.latencyCycles);
        const sum = cost.byLevel.reduce((a, level) => a + level.energyPj, cost.macEnergyPj);
        expect(sum / cost.energyPj).toBeCloseTo(1, 12);
      };
      check();
      // everything outside in DRAM, then the first mapping once more
      const flat = mapping.levels.map((level) => ({ ...level, keep: [...level.keep] }));
      compiled.evaluate(encodeMapping({ levels: flat.reverse() }));
      check();
    }
    expect(equal).toBeGreaterThan(60);
  });
});
