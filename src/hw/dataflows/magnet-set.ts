/**
 * @file MAGNet's dataflows: the best tiling under each of its predefined loop orders.
 *
 * MAGNet generates hardware and mappings from templates: a PE's lanes take output channels and its
 * vectors input channels, tiles are spread over PEs, and the loop order is one of a fixed set (weight-
 * or output-stationary, each also with the other one inside the PE). The best of the set is taken,
 * which is what AutoMapper's paper compares with. Levels may be passed by as in our own search, so
 * that loop orders and the use of the array are all that differs.
 *
 * @source Venkatesan et al., "MAGNet", ICCAD 2019, §III-C (WS, OS, WS-LOS, OS-LWS); InstantNet
 * (DAC 2021), §IV-D.
 */
import { decodeMapping } from '../nest.ts';
import { compileCost } from '../compile.ts';
import type { ConvDim } from '../workload.ts';
import type { Dataflow, DataflowProblem } from './dataflow.ts';
import { STATIONARY_ORDERS } from './stationary.ts';
import { scoreOf, tileTemplate } from './tiler.ts';
import type { Template } from './tiler.ts';

const { weights, outputs, inputs } = STATIONARY_ORDERS;

/** Loop orders inside a PE and outside it. */
const ORDERS: readonly (readonly [inside: readonly ConvDim[], outside: readonly ConvDim[]])[] = [
  [weights, weights],
  [outputs, outputs],
  [inputs, inputs],
  [outputs, weights],
  [weights, outputs],
];

/** Columns and rows: channels as in a PE, channels and rows of outputs as across PEs. */
const SPREADS: readonly (readonly [x: readonly ConvDim[], y: readonly ConvDim[]])[] = [
  [['K', 'G'], ['C']],
  [
    ['K', 'Q', 'G'],
    ['C', 'P'],
  ],
];

/** A descent along one quantity now and then ends lower in another than that one's own does. */
const DESCENTS = ['edp', 'energy'] as const;

export const magnetSet: Dataflow = {
  name: 'magnet',
  title: "MAGNet's set of loop orders",
  source: 'MAGNet, ICCAD 2019, §III-C: five predefined loop orders, the best tiling of each',
  suits: () => true,
  mapping: (problem) => {
    const cost = compileCost(problem.shape, problem.bits, problem.accelerator);
    let best: Int32Array | null = null;
    let score = Infinity;
    for (const template of templates(problem))
      for (const minimize of DESCENTS) {
        const code = tileTemplate({ ...problem, minimize }, template);
        const next = scoreOf(cost, code, problem);
        if (best && next >= score) continue;
        best = code;
        score = next;
      }
    if (!best) throw new Error('internal: magnet set without a template');
    return decodeMapping(best);
  },
};

function templates({ accelerator }: DataflowProblem): Template[] {
  const isInside = (level: number): boolean => (accelerator.levels[level]?.instances ?? 1) > 1;
  return ORDERS.flatMap(([inside, outside]) =>
    SPREADS.map(([spatialX, spatialY]) => ({
      spatialX,
      spatialY,
      order: (level: number) => (isInside(level) ? inside : outside),
      mayBypass: true,
    })),
  );
}
