/** @file How large the space is, and what running a network as a pipeline is worth. */
import { networkByName } from '../../src/hw/networks/catalogue.ts';
import { isConvolution } from '../../src/hw/networks/layers.ts';
import { acceleratorByName } from '../../src/hw/presets/catalogue.ts';
import { operandBits } from '../../src/hw/workload.ts';
import { Mapspace } from '../../src/mapper/mapspace.ts';
import type { Row } from '../row.ts';
import { DISTINCT, effort, map, row } from './line.ts';
import type { Extent } from './line.ts';
import { INSTANTNET } from './paper.ts';

const NETWORKS = ['alexnet', 'vgg16'] as const;

/** Mappings of a layer, and of all layers together, as powers of ten. */
export function sizeRows(): Row[] {
  return ['eyeriss', 'magnet', 'zc706'].flatMap((name) =>
    NETWORKS.flatMap((network) =>
      [false, true].map((imperfect) => {
        const accelerator = acceleratorByName(name);
        const sizes = networkByName(network)
          .layers.filter(isConvolution)
          .map(({ shape }) =>
            new Mapspace({ shape, accelerator, bits: operandBits(shape, 16) }).sizeLog10({
              imperfect,
            }),
          );
        return {
          network,
          accelerator: name,
          algorithm: imperfect ? 'space, all factors' : 'space, divisors',
          bits: 16,
          smallestLayerLog10: Math.min(...sizes),
          largestLayerLog10: Math.max(...sizes),
          networkLog10: sizes.reduce((sum, size) => sum + size, 0),
          paperLog10: INSTANTNET.mappingsLog10,
        };
      }),
    ),
  );
}

/** One layer after another, or chunks of layers side by side, at the same number of evaluations. */
export async function scheduleRows({ evaluations, say }: Extent): Promise<Row[]> {
  const table: Row[] = [];
  for (const accelerator of ['zc706', 'eyeriss'])
    for (const network of NETWORKS)
      for (const schedule of ['multi-cycle', 'pipeline']) {
        say(`${network} on ${accelerator}: ${schedule}`);
        const budget = 4 * DISTINCT[network] * evaluations;
        const figures = await map(
          `--network ${network} --accelerator ${accelerator} --schedule ${schedule} --budget ${budget}`,
        );
        table.push(
          row(network, accelerator, schedule, figures.total, {
            ...effort(figures),
            framesPerSecond: figures.total.framesPerSecond ?? 0,
            chunks: figures.chunks?.length ?? 1,
          }),
        );
      }
  return table;
}
