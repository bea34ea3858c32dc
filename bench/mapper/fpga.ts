/**
 * @file ZC706, 16-bit fixed point, 200 MHz: operations a second within the printed number of DSPs,
 * beside the most that these DSPs can do.
 */
import { acceleratorByName } from '../../src/hw/presets/catalogue.ts';
import type { Row } from '../row.ts';
import { DISTINCT, effort, map, reductionPercent, row } from './line.ts';
import type { Extent, Figures } from './line.ts';
import { TRIPS } from './paper.ts';

/** Arrays of at most the printed DSPs; the shape of the array belongs to a design. */
const MESHES = {
  alexnet: ['22x32', '32x22', '16x44', '11x64'],
  vgg16: ['24x30', '15x48', '45x16', '11x65'],
} as const;
const EXPERTS = ['dnnbuilder', 'chaidnn'] as const;

export async function fpgaRows({ evaluations, say }: Extent): Promise<Row[]> {
  const table: Row[] = [];
  for (const network of ['alexnet', 'vgg16'] as const) {
    const budget = DISTINCT[network] * evaluations;
    let best: { readonly accelerator: string; readonly figures: Figures } | null = null;
    for (const mesh of [...MESHES[network], '30x30']) {
      const accelerator = `zc706:${mesh}`;
      say(`${network} on ${accelerator}`);
      const figures = await map(
        `--network ${network} --accelerator ${accelerator} --objective fps --budget ${budget}`,
      );
      table.push(fpgaRow(network, accelerator, 'evolve', figures));
      if (mesh === '30x30') continue;
      if ((figures.total.gops ?? 0) > (best?.figures.total.gops ?? 0))
        best = { accelerator, figures };
    }
    for (const expert of best ? EXPERTS : []) {
      const accelerator = best?.accelerator ?? '';
      const { against } = await map(
        `--network ${network} --accelerator ${accelerator} --objective fps --budget 1000 --against ${expert}`,
      );
      if (against && best)
        table.push({
          ...row(network, accelerator, expert, against.total, { gops: against.total.gops ?? 0 }),
          latencyReductionPercent: reductionPercent(
            best.figures.total.latencyCycles,
            against.total.latencyCycles,
          ),
        });
    }
  }
  return table;
}

function fpgaRow(
  network: keyof typeof TRIPS,
  accelerator: string,
  algorithm: string,
  figures: Figures,
): Row {
  const { clockMHz = 0, mac } = acceleratorByName(accelerator);
  const { gops, dsp } = TRIPS[network];
  const { total } = figures;
  return row(network, accelerator, algorithm, total, {
    ...effort(figures),
    gops: total.gops ?? 0,
    // two operations a DSP and cycle
    peakGops: (2 * mac.instances * clockMHz) / 1e3,
    dsp: figures.dsp ?? 0,
    paperGops: gops,
    paperDsp: dsp,
    paperPeakGops: (2 * dsp * clockMHz) / 1e3,
  });
}
