/**
 * @file AutoMapper against other searches on the same space with the same number of valid
 * evaluations, over several seeds; and VGG16's convolutions with two threads against the clock.
 */
import { ALGORITHMS } from '../../src/mapper/task.ts';
import type { Row } from '../row.ts';
import { DISTINCT, effort, map, row, WORKERS } from './line.ts';
import type { Extent, Figures, NetworkName } from './line.ts';

/** Evaluations a layer of the timed run: this many times those of the others. */
const LONGER = 4;

export async function rivalRows(network: NetworkName, extent: Extent): Promise<Row[]> {
  const { seeds, say, evaluations } = extent;
  const table: Row[] = [];
  let ours: readonly number[] = [];
  for (const algorithm of ALGORITHMS.filter((name) => name !== 'exhaustive')) {
    say(`${network}: ${algorithm}, ${seeds} seeds`);
    const runs: Figures[] = [];
    for (let seed = 1; seed <= seeds; seed++)
      runs.push(
        await map(
          `--network ${network} --algorithm ${algorithm} --budget ${DISTINCT[network] * evaluations} --seed ${seed}`,
        ),
      );
    const edps = runs.map(({ total }) => total.edpPjCycles);
    if (algorithm === 'evolve') ours = edps;
    const [first] = runs;
    if (!first) continue;
    table.push({
      ...row(network, 'eyeriss', algorithm, first.total, effort(first)),
      edpPjCycles: edps.reduce((sum, edp) => sum + edp, 0) / seeds,
      seeds,
      bestEdpPjCycles: Math.min(...edps),
      worstEdpPjCycles: Math.max(...edps),
      // ours at its worst against theirs at their best
      ...(algorithm === 'evolve'
        ? {}
        : { leastAbovePercent: 100 * (Math.min(...edps) / Math.max(...ours) - 1) }),
    });
  }
  return table;
}

/** The thirteen convolutions of VGG16 with two threads. */
export async function threadRows({ evaluations, say }: Extent): Promise<Row[]> {
  say(`vgg16 with ${WORKERS} threads`);
  const figures = await map(`--network vgg16 --budget ${DISTINCT.vgg16 * LONGER * evaluations}`);
  const { validPerSecond } = figures.evaluations;
  return [
    row('vgg16', 'eyeriss', `evolve, ${WORKERS} threads`, figures.total, {
      ...effort(figures),
      validPerSecond,
      workers: WORKERS,
    }),
  ];
}
