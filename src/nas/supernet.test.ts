import { engine, memory, setBackend, tensor, tensor1d } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { cdtLoss } from '../engine/kernels.ts';
import { Network } from '../nn/network.ts';
import type { NamedArray } from '../nn/parameters.ts';
import { sbm } from '../quant/quantizer.ts';
import { flopsTable, networkCost } from '../search/cost-table.ts';
import { supernetMemory } from '../search/memory.ts';
import { drawMixture, pureMixture } from '../search/mixture.ts';
import type { Mixture } from '../search/mixture.ts';
import { modelLayers } from '../spec/model.ts';
import { networkOf } from '../spec/search-space.ts';
import { TINY_SPACE } from '../testing/search-problems.ts';
import { registerSimdInNode } from '../testing/simd.ts';
import { Rng } from '../util/rng.ts';
import { Supernet, supernetParameters } from './supernet.ts';

const BITS = [3, 32];
const BATCH = 4;
const LOSS = { beta: 0, labelSmoothing: 0, scale: 1, distillOn: 'logits' } as const;

const arrays = supernetParameters(TINY_SPACE, sbm, BITS, 1);
const soft = drawMixture(
  TINY_SPACE.blocks.map(() => TINY_SPACE.choices.map(() => 0)),
  { temperature: 1, paths: Infinity },
  new Rng(2),
);

function images(): Tensor {
  const rng = new Rng(5);
  return tensor(
    Float32Array.from({ length: BATCH * 8 * 8 * 3 }, () => rng.normal()),
    [BATCH, 8, 8, 3],
  );
}

interface Outcome {
  readonly loss: number;
  readonly gradients: ReadonlyMap<string, Float32Array>;
  readonly gates: readonly (readonly number[])[];
}

function run(
  values: readonly NamedArray[],
  mixture: Mixture,
  trains: 'weights' | 'architecture',
  bits = 32,
): Outcome {
  const supernet = new Supernet(TINY_SPACE, sbm, values);
  const x = images();
  const y = tensor1d([0, 1, 2, 3], 'int32');
  const { logits, tape, gates } = supernet.forward(x, { bits, keep: 0, mixture, trains });
  const { terms, dLogits } = cdtLoss(logits, y, [], LOSS);
  const byId = tape.backward(logits, dLogits);
  const read = (t: Tensor): Float32Array => {
    const data = byId.get(t.id)?.dataSync<'float32'>();
    if (data === undefined) throw new Error('no gradient');
    return data.slice();
  };
  const gradients = new Map<string, Float32Array>();
  if (trains === 'weights') {
    for (const { name, tensor: t } of supernet.trained(bits, mixture)) gradients.set(name, read(t));
  }
  const result = {
    loss: terms.dataSync()[0] ?? NaN,
    gradients,
    gates: gates.map((gate) => [...read(gate)]),
  };
  for (const t of [x, y, terms, ...gates, ...byId.values()]) t.dispose();
  supernet.dispose();
  return result;
}

beforeAll(async () => {
  registerSimdInNode();
  await setBackend('simd');
});

describe('Supernet', () => {
  it('has the gradient of its loss to the weight of every path', () => {
    const { gates } = run(arrays, soft, 'architecture');
    const slopes = soft.map((paths, block) =>
      paths.map((path, i) => {
        const h = 1e-3;
        const at = (weight: number): number =>
          run(arrays, soft.with(block, paths.with(i, { ...path, weight })), 'architecture').loss;
        return (at(path.weight + h) - at(path.weight - h)) / (2 * h);
      }),
    );
    // Where a ReLU turns within the step the difference is off by its share, so all are held together.
    const length = (values: readonly number[]): number => Math.hypot(...values);
    const errors = gates.flat().map((g, i) => g - (slopes.flat()[i] ?? NaN));
    expect(length(errors)).toBeLessThan(0.12 * length(slopes.flat()));
    expect(gates.map((row) => row.length)).toEqual([4, 4, 4]);
  });

  it('has the gradient of its loss to every parameter: along it, the loss changes by its square', () => {
    const { gradients } = run(arrays, soft, 'weights');
    const expected = arrays.filter(
      ({ name }) => /weight$|bias$|affine@32/.test(name), // the other width's take no part
    );
    expect([...gradients.keys()].sort()).toEqual(expected.map(({ name }) => name).sort());
    for (const [name, gradient] of gradients) {
      const squared = gradient.reduce((sum, g) => sum + g * g, 0);
      const epsilon = 2e-4 / Math.sqrt(squared); // a step of length 2e-4
      const lossAt = (sign: number): number => {
        const moved = arrays.map((array) =>
          array.name === name
            ? { ...array, data: array.data.map((w, i) => w + sign * epsilon * (gradient[i] ?? 0)) }
            : array,
        );
        return run(moved, soft, 'weights').loss;
      };
      const slope = (lossAt(1) - lossAt(-1)) / (2 * epsilon);
      expect(Math.abs(slope - squared), name).toBeLessThan(0.06 * squared + 1e-4);
    }
  });

  it('gives a gradient to all that takes part at 3 bits, and to nothing else', () => {
    const mixture = drawMixture(
      TINY_SPACE.blocks.map(() => [0, 0, 0, 0]),
      { temperature: 1, paths: 2 },
      new Rng(3),
    );
    const { gradients } = run(arrays, mixture, 'weights', 3);
    const taking = mixture.flatMap((paths, block) =>
      paths.map(({ option }) => `block${block + 1}.${TINY_SPACE.choices[option] ?? ''}.`),
    );
    for (const [name, gradient] of gradients) {
      expect(gradient.every(Number.isFinite), name).toBe(true);
      if (name.startsWith('block')) expect(taking.some((part) => name.startsWith(part))).toBe(true);
      expect(name).not.toContain('@32');
    }
    expect(run(arrays, mixture, 'architecture', 3).gates.flat()).toHaveLength(6);
  });

  it.each([
    [0, 1, 2],
    [3, 3, 1],
    [2, 0, 3],
  ])('with the whole weight on choices %i, %i, %i is the derived network', (...picks) => {
    for (const bits of BITS) {
      const model = networkOf(TINY_SPACE, picks);
      // Names of the supernet's layers, in the order of the derived network's.
      const supernet = new Supernet(TINY_SPACE, sbm, arrays);
      const { stem, blocks, head, classifier } = supernet.layers;
      const chosen = picks.flatMap((pick, block) => blocks[block]?.options[pick]?.layers ?? []);
      const ours = [stem, ...chosen, head, classifier].map(({ name }) => name);
      const values = modelLayers(model).flatMap(({ name }, i) =>
        arrays
          .filter((array) => array.name.startsWith(`${ours[i] ?? ''}/`))
          .map((array) => ({ ...array, name: name + array.name.slice((ours[i] ?? '').length) })),
      );
      const network = new Network(model, sbm, values);
      const x = images();
      const own = supernet.forward(x, {
        bits,
        keep: 0,
        mixture: pureMixture(picks),
        trains: 'weights',
      });
      const theirs = network.forward(x, bits, 0);
      expect([...own.logits.dataSync()]).toEqual([...theirs.logits.dataSync()]);
      own.tape.dispose();
      theirs.tape.dispose();
      for (const t of [x, supernet, network]) t.dispose();
    }
  });

  it('costs the MACs of its table, as counted from what the built network computes', () => {
    const table = flopsTable(TINY_SPACE);
    for (const picks of [
      [0, 1, 2],
      [3, 3, 1],
      [1, 2, 0],
    ]) {
      const supernet = new Supernet(TINY_SPACE, sbm, arrays);
      const x = images();
      let macs = 0;
      const target = engine() as unknown as { runKernel: (...args: unknown[]) => unknown };
      const original = target.runKernel;
      target.runKernel = function (this: unknown, ...args: unknown[]): unknown {
        const result = original.apply(this, args);
        if (args[0] === 'LabConv' || args[0] === 'LabDepthwise') {
          const y = result as Tensor;
          // Each output is a sum over the filter's height, width and channels of one group.
          const [s = 0, r = 0, c = 0] = (args[1] as { w: Tensor }).w.shape;
          macs += y.size * s * r * (args[0] === 'LabConv' ? c : 1);
        }
        return result;
      };
      try {
        const mixture = pureMixture(picks);
        supernet.forward(x, { bits: 32, keep: 0, mixture, trains: 'weights' }).tape.dispose();
      } finally {
        target.runKernel = original;
      }
      expect(macs / BATCH).toBe(networkCost(table, picks, 'flops'));
      x.dispose();
      supernet.dispose();
    }
  });

  it.each([Infinity, 2, 1])(
    'takes the memory that was computed, with %d paths a block',
    (paths) => {
      const options = { batchSize: BATCH, paths, bitWidths: BITS };
      const predicted = supernetMemory(TINY_SPACE, options);
      // The bound is reached by the choices that need most: 1 and 2 here.
      const mixture =
        paths === Infinity
          ? soft
          : soft.map(() => [1, 2].slice(-paths).map((option) => ({ option, weight: 1 / paths })));
      const supernet = new Supernet(TINY_SPACE, sbm, arrays);
      const x = images();
      const before = memory().numBytes - x.size * 4;
      const { tape } = supernet.forward(x, { bits: 3, keep: 0, mixture, trains: 'weights' });
      const held = memory().numBytes - before;
      expect(held / predicted.activationsBytes).toBeGreaterThan(0.85);
      expect(held / predicted.activationsBytes).toBeLessThan(1.1);
      tape.dispose();
      for (const t of [x, supernet]) t.dispose();
    },
  );

  it('leaves no tensor behind', () => {
    const before = memory().numTensors;
    run(arrays, soft, 'weights', 3);
    run(arrays, soft, 'architecture', 3);
    expect(memory().numTensors).toBe(before);
  });
});
