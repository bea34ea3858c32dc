import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../evaluate.ts';
import { factorProduct } from '../mapping.ts';
import { NETWORKS, networkByName } from '../networks/catalogue.ts';
import { withBatch } from '../networks/layers.ts';
import { ACCELERATORS, acceleratorByName } from '../presets/catalogue.ts';
import { convShape, macsOf, operandBits } from '../workload.ts';
import type { Layer } from '../workload.ts';
import { DATAFLOWS, dataflowByName } from './catalogue.ts';
import type { Dataflow } from './dataflow.ts';

const eyeriss = acceleratorByName('eyeriss');

/** Every shape of every network once. */
const layers: readonly Layer[] = [
  ...new Map(
    NETWORKS.flatMap((network) => network.layers).map((layer) => [
      JSON.stringify(layer.shape),
      layer,
    ]),
  ).values(),
];

function costOf(dataflow: Dataflow, { name, shape }: Layer, accelerator = eyeriss, width = 16) {
  const bits = operandBits(shape, width);
  const cost = evaluate(shape, bits, accelerator, dataflow.mapping({ shape, bits, accelerator }));
  if (!cost.ok) throw new Error(`${dataflow.name} on ${name}: ${JSON.stringify(cost)}`);
  return cost;
}

const suiting = ACCELERATORS.flatMap((accelerator) =>
  DATAFLOWS.filter((dataflow) => dataflow.suits(accelerator)).map(
    (dataflow) => [dataflow.name, accelerator.name, dataflow, accelerator] as const,
  ),
);

describe('expert dataflows', () => {
  it.each(suiting)(
    '%s gives a legal mapping of the layers of all networks on %s',
    (_, accelerator, dataflow, on) => {
      // The whole list on Eyeriss and the FPGA, one in sixteen elsewhere; of the slow set fewer still.
      const whole = ['eyeriss', 'zc706'].includes(accelerator);
      const every = dataflow.name === 'magnet' ? 40 : whole ? 1 : 16;
      for (const layer of layers.filter((_layer, i) => i % every === 0))
        expect(costOf(dataflow, layer, on).macs).toBe(macsOf(layer.shape));
    },
  );

  it('gives legal mappings at 2 and at 32 bits as well', () => {
    for (const dataflow of DATAFLOWS.filter((candidate) => candidate.suits(eyeriss)))
      for (const width of [2, 32])
        for (const layer of networkByName('alexnet').layers.slice(3, 4))
          expect(costOf(dataflow, layer, eyeriss, width).ok).toBe(true);
  });

  it('keeps nothing in the PEs where nothing is to be reused locally', () => {
    const layer = networkByName('vgg16').layers[4];
    if (!layer) return;
    const problem = {
      shape: layer.shape,
      bits: operandBits(layer.shape, 16),
      accelerator: eyeriss,
    };
    const { levels } = dataflowByName('no-local-reuse', eyeriss).mapping(problem);
    expect(levels.slice(0, 3).map(({ keep }) => keep.length)).toEqual([0, 0, 0]);
  });

  it('refuses a dataflow that the accelerator is not made for', () => {
    expect(() => dataflowByName('row-stationary', acceleratorByName('zc706'))).toThrow(
      'dataflow on zc706: expected one of weight-stationary, output-stationary, input-stationary, no-local-reuse, magnet, dnnbuilder, chaidnn, got "row-stationary"',
    );
  });
});

describe("MAGNet's set", () => {
  it('spends less energy where energy is asked for, and passes levels by where that helps', () => {
    const shape = convShape({ K: 12, C: 6, P: 5, Q: 5, R: 3, S: 3 });
    const accelerator = acceleratorByName('magnet');
    const problem = { shape, bits: operandBits(shape, 8), accelerator };
    const [energy, latency] = (['energy', 'latency'] as const).map((minimize) => {
      const mapping = dataflowByName('magnet', accelerator).mapping({ ...problem, minimize });
      const cost = evaluate(shape, problem.bits, accelerator, mapping);
      if (!cost.ok) throw new Error('internal: a mapping that does not fit');
      return { ...cost, kept: mapping.levels.reduce((sum, { keep }) => sum + keep.length, 0) };
    });
    expect(energy?.energyPj).toBeLessThan(latency?.energyPj ?? 0);
    expect(latency?.latencyCycles).toBeLessThan(energy?.latencyCycles ?? 0);
    // one dataspace at each of the PEs' four levels, three at the buffer and three at DRAM
    expect(energy?.kept).toBeLessThan(4 + 3 + 3);
  });
});

describe('row-stationary', () => {
  const rowStationary = dataflowByName('row-stationary', eyeriss);

  it("has the cycles that Eyeriss's factors multiply to", () => {
    // conv1, one image: 16 filters · 11 taps · 55 columns · 3 sets of filters · 3 channels · 8 strips
    const [conv1] = networkByName('alexnet').layers;
    if (conv1) expect(costOf(rowStationary, conv1).computeCycles).toBe(16 * 11 * 55 * 3 * 3 * 8);
  });

  it('puts filter rows on the rows of the array and output rows on its columns', () => {
    for (const layer of layers.filter(({ shape }) => shape.S > 1 && shape.Q > 1)) {
      const bits = operandBits(layer.shape, 16);
      const mapping = rowStationary.mapping({ shape: layer.shape, bits, accelerator: eyeriss });
      const buffer = mapping.levels[3];
      expect(buffer?.spatialY.some(([dim]) => dim === 'S')).toBe(true);
      expect(buffer?.spatialX.some(([dim]) => dim === 'Q')).toBe(true);
      expect(mapping.levels[4]?.keep.length).toBe(3);
    }
  });

  it('covers shapes with filters taller than the array', () => {
    const shape = convShape({ K: 4, C: 2, P: 9, Q: 9, R: 15, S: 15 });
    expect(costOf(rowStationary, { name: 'tall', shape, count: 1 }).macs).toBe(macsOf(shape));
  });
});

const PUBLISHED = '../shared/reference/eyeriss/eyeriss.json';

interface PublishedLayer {
  readonly name: string;
  readonly C: number;
  readonly array: Readonly<Record<string, number>>;
  readonly spad: Readonly<Record<string, number>>;
  readonly buffer: Readonly<Record<string, number>>;
}

describe.skipIf(!existsSync(PUBLISHED))(
  "row-stationary against Eyeriss's published factors",
  () => {
    it('uses them for AlexNet, but for what does not fit its own spads', () => {
      const { rowStationaryAlexNet } = JSON.parse(readFileSync(PUBLISHED, 'utf8')) as {
        rowStationaryAlexNet: { layers: PublishedLayer[] };
      };
      const alexnet = withBatch(networkByName('alexnet'), 4);
      for (const published of rowStationaryAlexNet.layers) {
        const layer = alexnet.layers.find(({ name }) => name === published.name);
        if (!layer) throw new Error(`no layer ${published.name}`);
        const bits = operandBits(layer.shape, 16);
        const mapping = dataflowByName('row-stationary', eyeriss).mapping({
          shape: layer.shape,
          bits,
          accelerator: eyeriss,
        });
        const [psum, weight, , buffer] = mapping.levels;
        const factor = (loops: readonly (readonly [string, number])[] | undefined, dim: string) =>
          loops?.find(([d]) => d === dim)?.[1] ?? 1;
        expect(factor(psum?.temporal, 'K')).toBe(published.spad['K']);
        // conv3: 6 channels of 3 taps need 18 of the 12 words of the input spad.
        expect(factor(weight?.temporal, 'C')).toBe(
          published.name === 'conv3' ? 4 : published.spad['C'],
        );
        expect(factor(buffer?.temporal, 'K')).toBe(published.buffer['K']);
        expect(factor(buffer?.temporal, 'P')).toBe(layer.shape.P);
        // 27 rows of conv2 are folded onto 14 columns.
        expect(factor(buffer?.spatialX, 'Q')).toBe(Math.min(14, published.array['Yo'] ?? 0));
        expect(factor(buffer?.spatialX, 'K') * factor(buffer?.spatialY, 'K')).toBe(
          published.array['K'],
        );
        expect(factor(buffer?.spatialY, 'C')).toBe(published.array['C']);
        for (const dim of ['K', 'C', 'Q', 'N'] as const)
          expect(factorProduct(mapping, dim)).toBeGreaterThanOrEqual(layer.shape[dim]);
      }
    });
  },
);
