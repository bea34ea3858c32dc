/**
 * @file AutoMapper against what experts publish for the same hardware: dataflows in the same model,
 * Eyeriss as it was measured, and one network at several bit-widths.
 */
import type { Row } from '../row.ts';
import { DISTINCT, effort, map, reductionPercent, row } from './line.ts';
import type { Extent, Figures, NetworkName } from './line.ts';
import { EYERISS_CHIP, INSTANTNET } from './paper.ts';

const NETWORKS = ['alexnet', 'vgg16'] as const;
const DATAFLOWS = ['row-stationary', 'weight-stationary', 'output-stationary', 'magnet'] as const;
const CLOCK_HZ = 200e6;

/** Dataflows on Eyeriss, with both of its energy tables. */
export async function dataflowRows(extent: Extent): Promise<Row[]> {
  const table: Row[] = [];
  for (const accelerator of ['eyeriss', 'eyeriss-normalized'])
    for (const network of NETWORKS) {
      extent.say(`${network} on ${accelerator}: experts`);
      const ours = await search(network, extent, `--accelerator ${accelerator}`);
      table.push(row(network, accelerator, 'evolve', ours.total, effort(ours)));
      for (const expert of DATAFLOWS) {
        const { against } = await map(
          `--network ${network} --accelerator ${accelerator} --budget 1000 --against ${expert}`,
        );
        if (!against) continue;
        table.push(
          row(network, accelerator, expert, against.total, {
            edpReductionPercent: reductionPercent(
              ours.total.edpPjCycles,
              against.total.edpPjCycles,
            ),
            ...(expert === 'row-stationary'
              ? { paperPercent: INSTANTNET.edpReductionPercent[network] }
              : {}),
          }),
        );
      }
    }
  return table;
}

/**
 * Eyeriss as published, batch for batch: its rate with the energy of its mapping in our model, and
 * its rate with its measured power, which leaves DRAM out. Both set a measurement against a model.
 */
export async function chipRows(extent: Extent): Promise<Row[]> {
  const table: Row[] = [];
  for (const network of NETWORKS) {
    extent.say(`${network}: Eyeriss as published`);
    const { batch, framesPerSecond, powerMw } = EYERISS_CHIP[network];
    const figures = await search(network, extent, `--batch ${batch} --against row-stationary`);
    const { total, against } = figures;
    if (!against) continue;
    const latencyCycles = CLOCK_HZ / framesPerSecond;
    const energyPj = (powerMw / framesPerSecond) * 1e9;
    const { energyPj: modelPj } = against.total;
    const rivals = {
      'row-stationary, all by our model': against.total,
      'published rate, energy by our model': { energyPj: modelPj, latencyCycles },
      'published rate and power, no DRAM': { energyPj, latencyCycles },
    };
    table.push(row(network, 'eyeriss', 'evolve', total, { ...effort(figures), batch }));
    for (const [algorithm, rival] of Object.entries(rivals)) {
      const edpPjCycles = rival.energyPj * rival.latencyCycles;
      table.push(
        row(
          network,
          'eyeriss',
          algorithm,
          { ...total, ...rival, edpPjCycles },
          {
            batch,
            edpReductionPercent: reductionPercent(total.edpPjCycles, edpPjCycles),
            energyReductionPercent: reductionPercent(total.energyPj, rival.energyPj),
            paperPercent: INSTANTNET.edpReductionPercent[network],
          },
        ),
      );
    }
  }
  return table;
}

/** MAGNet's set of loop orders on MAGNet's hardware: energy, at its own 8 bits and at 16. */
export async function magnetRows(extent: Extent): Promise<Row[]> {
  const table: Row[] = [];
  for (const network of NETWORKS)
    for (const bits of [8, 16]) {
      extent.say(`${network} on magnet at ${bits} bits`);
      const figures = await search(
        network,
        extent,
        `--accelerator magnet --bits ${bits} --objective energy --against magnet`,
      );
      const { total, against } = figures;
      if (!against) continue;
      table.push(
        row(network, 'magnet', 'evolve', total, { ...effort(figures), bits }),
        row(network, 'magnet', 'magnet', against.total, {
          bits,
          energyReductionPercent: reductionPercent(total.energyPj, against.total.energyPj),
          paperPercent: INSTANTNET.energyReductionVsMagnetPercent,
        }),
      );
    }
  return table;
}

/** AlexNet at 16, 8 and 4 bits: mappings of their own, and the 16-bit ones kept for all. */
export async function bitRows({ evaluations, say }: Extent): Promise<Row[]> {
  say('alexnet at 16, 8 and 4 bits');
  const budget = 3 * DISTINCT.alexnet * evaluations;
  const { byBits = [] } = await map(`--network alexnet --bits 16,8,4 --budget ${budget}`);
  return byBits.flatMap(({ bits: { weights: bits }, total, oneMapping: { total: kept } }) => [
    row('alexnet', 'eyeriss', 'evolve, a mapping a bit-width', total, { bits }),
    row('alexnet', 'eyeriss', 'evolve, one mapping for all', kept, {
      bits,
      edpReductionPercent: reductionPercent(total.edpPjCycles, kept.edpPjCycles),
    }),
  ]);
}

async function search(network: NetworkName, extent: Extent, more: string): Promise<Figures> {
  const budget = DISTINCT[network] * extent.evaluations;
  return map(`--network ${network} --budget ${budget} ${more}`);
}
