import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SpecError } from '../src/util/errors.ts';
import { mapNetwork } from './map.ts';
import { parseMapOptions } from './map-options.ts';

const parse = (line: string) => parseMapOptions(line.split(' '));

interface Figures {
  readonly total: {
    readonly energyPj: number;
    readonly edpPjCycles: number;
    readonly macs: number;
  };
  readonly edpReductionPercent?: number;
}

interface Output extends Figures {
  readonly layers: readonly { readonly energyPj: number; readonly latencyCycles: number }[];
  readonly against: Required<Figures>;
  readonly byBits: readonly Figures[];
  readonly evaluations: { readonly valid: number; readonly total: number };
  readonly chunks: readonly { readonly columns: number; readonly layers: readonly string[] }[];
  readonly dsp: number;
  readonly bramKb: number;
}

async function map(line: string): Promise<Output> {
  return (await mapNetwork(parse(line))) as unknown as Output;
}

describe('the options of npm run map', () => {
  it('fills in Eyeriss, 16 bits, EDP, our evolution', () => {
    const options = parse('--network alexnet');
    expect(options.accelerator.name).toBe('eyeriss');
    expect(options.atBits.map(({ bits }) => bits)).toEqual([16]);
    expect(options).toMatchObject({ objective: 'edp', algorithm: 'evolve', batch: 1, workers: 1 });
  });

  it('takes a width for each operand', () => {
    const { atBits } = parse('--network alexnet --bits 8 --bits-weights 4 --bits-psums 24');
    expect(atBits[0]?.layers[0]?.bits).toEqual({ weights: 4, inputs: 8, outputs: 8, psums: 24 });
  });

  it.each([
    ['--accelerator eyeriss', '--network: expected a name, got nothing'],
    ['--network lenet', 'network: expected one of alexnet'],
    ['--network vgg16 --accelerator tpu', 'accelerator: expected one of eyeriss'],
    ['--network vgg16 --bits 0', '--bits: expected a whole number from 1 to 64, got 0'],
    ['--network vgg16 --bits -8', '--bits'],
    ['--network vgg16 --bits NaN', '--bits: expected a whole number from 1 to 64, got "NaN"'],
    ['--network vgg16 --budget 1e99', '--budget: expected a whole number from 1'],
    ['--network vgg16 --budget 2e9', '--budget: expected a whole number from 1 to 1000000000'],
    ['--network vgg16 --budget 2.5', '--budget: expected a whole number'],
    ['--network vgg16 --objective joy', '--objective: expected one of edp, energy, latency, fps'],
    ['--network vgg16 --algorithm luck', '--algorithm: expected one of evolve'],
    ['--network vgg16 --against luck', '--against: expected one of row-stationary'],
    ['--network vgg16 --workers 1000', '--workers: expected a whole number from 1 to 64, got 1000'],
    ['--network vgg16 --schedule later', '--schedule: expected one of multi-cycle, pipeline'],
    ['--network vgg16 --accelerator zc706 --against row-stationary', 'dataflow on zc706'],
    ['--network nowhere.json', 'nowhere.json: expected a file that can be read, got ENOENT'],
    ['--speed 9', 'arguments: expected --network'],
  ])('refuses "%s"', (line, sentence) => {
    expect(() => parse(line)).toThrow(sentence);
  });

  it('takes any words or refuses them in a sentence', () => {
    const option = fc.constantFrom(
      ...['network', 'accelerator', 'bits', 'objective', 'budget', 'seed', 'algorithm'],
      ...['against', 'workers', 'batch', 'schedule', 'layers', 'bits-weights', 'speed'],
    );
    const numbers = [
      '-1',
      '0',
      'NaN',
      '1e308',
      '2.5',
      '16,8',
      '16,,8',
      '16,-8',
      ' ',
      '9'.repeat(99),
    ];
    const words = ['vgg16', 'eyeriss', 'zc706:0x5', 'zc706:1e3x1', '__proto__', '/dev/null.json'];
    const value = fc.oneof(fc.constantFrom(...numbers, ...words), fc.string());
    fc.assert(
      fc.property(fc.array(fc.tuple(option, value), { maxLength: 4 }), (pairs) => {
        try {
          const { budget, atBits } = parseMapOptions(
            pairs.flatMap(([name, text]) => [`--${name}`, text]),
          );
          expect(budget).toBeLessThanOrEqual(1e9);
          expect(atBits.length).toBeGreaterThan(0);
        } catch (error) {
          if (!(error instanceof SpecError)) throw error;
          expect(error.message).toMatch(/expected .*got/s);
        }
      }),
    );
  });

  it('refuses a budget smaller than one evaluation a layer', async () => {
    await expect(map('--network vgg16 --budget 3')).rejects.toThrow(
      '--budget: expected at least one evaluation for each of 12 distinct layers, got 3',
    );
  });
});

describe('npm run map', () => {
  it('prints per layer and in total what the layers add up to, beside a rival', async () => {
    const out = await map(
      '--network alexnet --layers conv --budget 5000 --seed 3 --against row-stationary',
    );
    expect(out.layers.length).toBe(5);
    const energy = out.layers.reduce((sum, { energyPj }) => sum + energyPj, 0);
    const cycles = out.layers.reduce((sum, { latencyCycles }) => sum + latencyCycles, 0);
    expect(out.total.energyPj).toBeCloseTo(energy, 3);
    expect(out.total.edpPjCycles / (energy * cycles)).toBeCloseTo(1, 12);
    expect(out.against.edpReductionPercent).toBeCloseTo(
      100 * (1 - out.total.edpPjCycles / out.against.total.edpPjCycles),
      9,
    );
    expect(out.evaluations.valid).toBe(5000);
  });

  it('gives the same with one thread and with two', async () => {
    const line = '--network alexnet --layers conv --budget 20000 --seed 9 --workers';
    const [one, two] = [await map(`${line} 1`), await map(`${line} 2`)];
    expect(two.layers).toEqual(one.layers);
    expect(two.total).toEqual(one.total);
  });

  it('prints figures per image for a batch', async () => {
    const out = await map('--network alexnet --layers conv --budget 2000 --batch 4');
    expect(out.total.macs).toBe(665_784_864);
  });

  it('costs less at each step down in bits', async () => {
    const { byBits } = await map('--network alexnet --bits 4,8,16 --budget 12000');
    const [at4, at8, at16] = byBits.map(({ total }) => total.edpPjCycles);
    expect(at4).toBeLessThan(at8 ?? 0);
    expect(at8).toBeLessThan(at16 ?? 0);
  });

  it('maps a pipeline on parts of an FPGA and says what they use', async () => {
    const out = await map(
      '--network alexnet --accelerator zc706 --schedule pipeline --objective fps --budget 12000',
    );
    expect(out.chunks.length).toBeGreaterThan(1);
    expect(out.chunks.flatMap(({ layers }) => layers).length).toBe(8);
    expect(out.chunks.reduce((sum, { columns }) => sum + columns, 0)).toBeLessThanOrEqual(30);
    expect(out.dsp).toBeGreaterThan(0);
    expect(out.dsp).toBeLessThanOrEqual(900);
    expect(out.bramKb).toBeLessThanOrEqual(545 * 36);
  });
});
