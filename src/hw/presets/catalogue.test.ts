import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { assertAccelerator, fanoutOf } from '../accelerator.ts';
import type { Accelerator } from '../accelerator.ts';
import { ACCELERATORS, acceleratorByName } from './catalogue.ts';
import { bitFusion } from './bitfusion.ts';
import { zc706With } from './zc706.ts';

const level = (accelerator: Accelerator, name: string) => {
  const found = accelerator.levels.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`no level ${name}`);
  return found;
};

describe('presets', () => {
  it.each(ACCELERATORS.map((accelerator) => [accelerator.name, accelerator] as const))(
    '%s is valid and cites every number',
    (_, accelerator) => {
      expect(() => {
        assertAccelerator(accelerator);
      }).not.toThrow();
      expect(accelerator.mac.source).not.toBe('');
      for (const { source } of accelerator.levels) expect(source).not.toBe('');
    },
  );

  it.each(ACCELERATORS.map((accelerator) => [accelerator.name, accelerator] as const))(
    '%s reaches every MAC through its fan-outs',
    (_, accelerator) => {
      const macs = accelerator.levels
        .map((_level, i) => fanoutOf(accelerator, i))
        .reduce((product, { x, y }) => product * x * y, 1);
      expect(macs).toBe(accelerator.mac.instances);
    },
  );

  it("has Eyeriss's 12 × 14 PEs, spads of 24, 224 and 12 words and a 108 KB buffer", () => {
    const chip = acceleratorByName('eyeriss');
    expect(fanoutOf(chip, 3)).toEqual({ x: 14, y: 12 });
    expect(chip.levels.map(({ capacityBits }) => (capacityBits ?? 0) / 16)).toEqual([
      24, 224, 12, 55_296, 0,
    ]);
    // Accelergy's 65 nm table, per 16-bit word: 8 pJ a DRAM bit.
    expect(level(chip, 'DRAM').readPj).toBe(128);
    expect(level(chip, 'GlobalBuffer').readPj).toBeCloseTo(4.545, 10);
  });

  it('keeps the ratios 200 : 6 : 1 : 1 of the normalized table', () => {
    const chip = acceleratorByName('eyeriss-normalized');
    const reads = chip.levels.map(({ readPj }) => readPj / chip.mac.energyPj);
    expect(reads).toEqual([1, 1, 1, 6, 200]);
  });

  it('costs more to read the further out a level is', () => {
    for (const name of ['plain', 'zc706', 'magnet']) {
      const { levels } = acceleratorByName(name);
      const perBit = levels.map(({ readPj, wordBits }) => readPj / wordBits);
      expect(perBit[perBit.length - 1]).toBeGreaterThan(Math.max(...perBit.slice(0, -1)));
    }
  });

  it("holds the ZC706's 900 DSPs and 19.2 Mb of block RAM, and refuses more", () => {
    const board = acceleratorByName('zc706');
    expect(board.mac.instances).toBe(900);
    // DS190: "545 (19.2 Mb)", in binary megabits.
    expect((level(board, 'BlockRam').capacityBits ?? 0) / 2 ** 20).toBeCloseTo(19.16, 2);
    expect(() => zc706With({ meshX: 31, meshY: 30 })).toThrow(
      'zc706: expected a mesh of 1 to 900 DSPs, got 930',
    );
  });

  it('builds an FPGA array of the shape that its name asks for', () => {
    expect(acceleratorByName('zc706:22x32').mac).toMatchObject({ instances: 704, meshX: 22 });
    expect(() => acceleratorByName('zc706:0x9')).toThrow('zc706: expected a mesh of 1 to 900 DSPs');
  });

  it('refuses an unknown name and lists the known', () => {
    expect(() => acceleratorByName('tpu')).toThrow(
      'accelerator: expected one of eyeriss, eyeriss-normalized, plain, magnet, bitfusion, zc706, got "tpu"',
    );
  });
});

const BIT_FUSION = '../shared/reference/bitfusion/results.json';
const CACTI = '../shared/reference/sram/cacti.json';

interface BitFusionConfig {
  readonly a: number;
  readonly c: number;
  readonly frequency: number;
  readonly if_width: number;
  readonly high_prec: number;
  readonly low_prec: number;
  readonly Wgt_SRAM: number;
  readonly Act_SRAM: number;
  readonly Out_SRAM: number;
  readonly energy_costs_pJ: Readonly<Record<string, number>>;
}

describe.skipIf(!existsSync(BIT_FUSION))('the Bit Fusion preset', () => {
  it("has the simulator's array, buffers and energies", () => {
    // The file holds NaN areas, which JSON does not know.
    const text = readFileSync(BIT_FUSION, 'utf8').replaceAll('NaN', 'null');
    const { configs } = JSON.parse(text) as { configs: Record<string, BitFusionConfig> };
    const config = configs['bf_e_16x32_8b (shipped bf_e_conf.ini)'];
    if (!config) throw new Error('no shipped configuration');
    const { mac } = bitFusion;
    const pj = config.energy_costs_pJ;
    expect([mac.instances / mac.meshX, mac.meshX]).toEqual([config.a, config.c]);
    expect(mac.energyPj * mac.instances).toBeCloseTo(pj['core_dynamic_per_cycle'] ?? 0, 9);
    expect(mac.nativeBits).toBe(config.high_prec);
    expect((bitFusion.clockMHz ?? 0) * 1e6).toBe(config.frequency);
    const buffers = [
      ['OutputBuffer', config.Out_SRAM, 'obuf'],
      ['WeightBuffer', config.Wgt_SRAM, 'wbuf'],
      ['InputBuffer', config.Act_SRAM, 'ibuf'],
    ] as const;
    for (const [name, bytes, key] of buffers) {
      const { capacityBits, readPj, writePj } = level(bitFusion, name);
      expect(capacityBits).toBe(bytes * 8);
      expect(readPj).toBeCloseTo(pj[`${key}_read_per_bit`] ?? 0, 12);
      expect(writePj).toBeCloseTo(pj[`${key}_write_per_bit`] ?? 0, 12);
    }
    expect(level(bitFusion, 'DRAM').sharedBitsPerCycle).toBe(config.if_width);
    expect(level(bitFusion, 'DRAM').readPj).toBe(pj['dram_per_bit']);
  });
});

interface SramRow {
  readonly tech_um: number;
  readonly size_bytes: number;
  readonly word_bytes: number;
  readonly read_pJ: number;
  readonly write_pJ: number;
}

describe.skipIf(!existsSync(CACTI))('SRAM energies of the presets', () => {
  it.each([
    ['magnet', 'AccumulationBuffer', 0.045, 4096, 32],
    ['magnet', 'WeightBuffer', 0.045, 32_768, 32],
    ['magnet', 'InputBuffer', 0.045, 8192, 8],
    ['magnet', 'GlobalBuffer', 0.045, 65_536, 32],
    ['zc706', 'BlockRam', 0.032, 4096, 8],
    ['zc706', 'Accumulators', 0.045, 128, 2],
  ])('%s %s is the CACTI figure it cites', (name, levelName, tech, size, word) => {
    const { rows } = JSON.parse(readFileSync(CACTI, 'utf8')) as { rows: SramRow[] };
    const row = rows.find(
      (r) => r.tech_um === tech && r.size_bytes === size && r.word_bytes === word,
    );
    const { readPj, writePj, wordBits } = level(acceleratorByName(name), levelName);
    expect([readPj, writePj, wordBits]).toEqual([row?.read_pJ, row?.write_pJ, word * 8]);
  });
});
