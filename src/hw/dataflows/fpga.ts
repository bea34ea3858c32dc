/**
 * @file Dataflows of FPGA generators: DNNBuilder and CHaiDNN, on a mesh of DSPs.
 *
 * DNNBuilder: each stage multiplies `CPF` input by `KPF` output channels at once, sums before it
 * moves on, and keeps a few columns of its input (column-based cache). CHaiDNN: one engine computes
 * several kernels for several neighbouring pixels, with the weights of those kernels kept on chip.
 * Their own pipelines, tools and clocks are not modelled, only the loop nests.
 *
 * @source Zhang et al., "DNNBuilder", ICCAD 2018, §IV; Xilinx CHaiDNN (Xilinx/CHaiDNN, XI_KER_PROC
 * and XI_PIX_PROC).
 */
import type { Accelerator } from '../accelerator.ts';
import { decodeMapping } from '../nest.ts';
import type { Dataflow } from './dataflow.ts';
import { tileTemplate } from './tiler.ts';
import type { Template } from './tiler.ts';

const isFpga = ({ mac }: Accelerator): boolean => mac.kind === 'dsp-packed';

function onFpga(about: Pick<Dataflow, 'name' | 'title' | 'source'>, template: Template): Dataflow {
  return {
    ...about,
    suits: isFpga,
    mapping: (problem) => decodeMapping(tileTemplate(problem, template)),
  };
}

export const dnnBuilder = onFpga(
  {
    name: 'dnnbuilder',
    title: 'DNNBuilder-style',
    source: 'DNNBuilder, ICCAD 2018, §IV: KPF × CPF channels, column-based cache',
  },
  {
    spatialX: ['K', 'G'],
    spatialY: ['C'],
    order: () => ['R', 'S', 'C', 'K', 'Q', 'P', 'N', 'G'],
  },
);

export const chaiDnn = onFpga(
  {
    name: 'chaidnn',
    title: 'CHaiDNN-style',
    source: 'Xilinx/CHaiDNN: XI_KER_PROC kernels × XI_PIX_PROC pixels, layer after layer',
  },
  {
    spatialX: ['K', 'G'],
    spatialY: ['P', 'Q'],
    order: () => ['R', 'S', 'C', 'P', 'Q', 'K', 'N', 'G'],
  },
);
