/**
 * @file The textbook dataflows: weight-, output- and input-stationary, and no local reuse.
 *
 * Each fixes what stays (the loops that do not move it are innermost), which dimensions lie on the
 * array, and for "no local reuse" that the PEs hold nothing; the best tiling within that is found.
 *
 * @source Chen, Emer & Sze, "Eyeriss: A Spatial Architecture for Energy-Efficient Dataflow for
 * Convolutional Neural Networks", ISCA 2016, §IV (taxonomy); Sze et al., Proc. IEEE 2017, §V.
 */
import { decodeMapping } from '../nest.ts';
import type { ConvDim } from '../workload.ts';
import type { Dataflow } from './dataflow.ts';
import { tileTemplate } from './tiler.ts';
import type { Template } from './tiler.ts';

/** Loop orders, innermost first: the loops that leave the dataspace where it is come first. */
export const STATIONARY_ORDERS = {
  weights: ['P', 'Q', 'N', 'R', 'S', 'C', 'K', 'G'],
  outputs: ['R', 'S', 'C', 'P', 'Q', 'K', 'N', 'G'],
  inputs: ['K', 'R', 'S', 'P', 'Q', 'C', 'N', 'G'],
} as const satisfies Record<string, readonly ConvDim[]>;

function stationary(
  about: Pick<Dataflow, 'name' | 'title' | 'source'>,
  template: Template,
): Dataflow {
  return {
    ...about,
    suits: () => true,
    mapping: (problem) => decodeMapping(tileTemplate(problem, template)),
  };
}

export const weightStationary = stationary(
  {
    name: 'weight-stationary',
    title: 'Weight-stationary',
    source:
      'ISCA 2016, §IV-A: weights stay in the PEs; K × C on the array, as in the TPU and NVDLA',
  },
  { spatialX: ['K', 'G'], spatialY: ['C', 'S', 'R'], order: () => STATIONARY_ORDERS.weights },
);

export const outputStationary = stationary(
  {
    name: 'output-stationary',
    title: 'Output-stationary',
    source: 'ISCA 2016, §IV-B: partial sums stay in the PEs; Q × P on the array, as in ShiDianNao',
  },
  { spatialX: ['Q', 'K', 'G'], spatialY: ['P', 'K', 'G'], order: () => STATIONARY_ORDERS.outputs },
);

export const inputStationary = stationary(
  {
    name: 'input-stationary',
    title: 'Input-stationary',
    source:
      'Sze et al., Proc. IEEE 2017, §V: inputs stay in the PEs; Q × C on the array, as in SCNN',
  },
  { spatialX: ['Q', 'P', 'G'], spatialY: ['C', 'P', 'G'], order: () => STATIONARY_ORDERS.inputs },
);

export const noLocalReuse: Dataflow = {
  name: 'no-local-reuse',
  title: 'No local reuse',
  source: 'ISCA 2016, §IV-C: nothing stays in the PEs; K × C on the array, as in DianNao',
  suits: ({ levels }) => levels.some(({ instances }) => instances > 1),
  mapping: (problem) => {
    const { levels } = problem.accelerator;
    const template: Template = {
      spatialX: ['K', 'G'],
      spatialY: ['C', 'S', 'R'],
      order: () => STATIONARY_ORDERS.outputs,
      keep: (level) =>
        (levels[level]?.instances ?? 1) > 1 ? [] : ['Weights', 'Inputs', 'Outputs'],
    };
    return decodeMapping(tileTemplate(problem, template));
  },
};
