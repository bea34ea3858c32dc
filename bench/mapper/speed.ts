/**
 * @file How many valid mappings a second one core costs: VGG16 on Eyeriss at 16 bits.
 *
 * `validPerSecond` is by the clock on the wall, `validPerCpuSecond` by the time that this process
 * had a core: on a busy machine the latter is the fairer.
 */
import { networkByName } from '../../src/hw/networks/catalogue.ts';
import { isConvolution } from '../../src/hw/networks/layers.ts';
import { acceleratorByName } from '../../src/hw/presets/catalogue.ts';
import { operandBits } from '../../src/hw/workload.ts';
import { compileCost } from '../../src/hw/compile.ts';
import { Estimate } from '../../src/mapper/estimate.ts';
import { Mapspace } from '../../src/mapper/mapspace.ts';
import { SAMPLE_DEFAULTS, Sampler } from '../../src/mapper/sample.ts';
import { Rng } from '../../src/util/rng.ts';
import type { Row } from '../row.ts';
import { DISTINCT, map, row } from './line.ts';
import type { Extent } from './line.ts';
import { TIMELOOP } from './paper.ts';

const WHERE = { network: 'vgg16', accelerator: 'eyeriss', bits: 16 } as const;
/** Random mappings of each layer, and how often they are costed. */
const MAPPINGS = 1000;
const TIMES = 20;
/** A pass that is not timed, for the compiler. */
const WARM_UP = 1;

export async function speedRows({ evaluations, say }: Extent): Promise<Row[]> {
  say('one core: the evaluator alone');
  const alone = [
    evaluatorRow('evaluator alone, factors that divide', true),
    evaluatorRow('evaluator alone, factors that do not', false),
  ];
  say('one core: within the search');
  const before = process.cpuUsage().user;
  const figures = await map(`--network vgg16 --budget ${DISTINCT.vgg16 * evaluations} --workers 1`);
  const { valid, validPerSecond } = figures.evaluations;
  return [
    ...alone,
    row('vgg16', 'eyeriss', 'evolve, one core', figures.total, {
      evaluations: valid,
      validPerSecond,
      validPerCpuSecond: (valid / (process.cpuUsage().user - before)) * 1e6,
      wallSeconds: figures.wallSeconds,
    }),
    ...TIMELOOP.map((known) => ({ ...known, network: 'alexnet, vgg16' })),
  ];
}

/** The same random mappings of every layer again and again. */
function evaluatorRow(algorithm: string, divides: boolean): Row {
  const accelerator = acceleratorByName(WHERE.accelerator);
  let valid = 0;
  let wallMs = 0;
  let cpuUs = 0;
  for (const { shape } of networkByName(WHERE.network).layers.filter(isConvolution)) {
    const problem = { shape, accelerator, bits: operandBits(shape, WHERE.bits) };
    const codes = mappingsOf(new Mapspace(problem), divides);
    const cost = compileCost(shape, problem.bits, accelerator);
    for (let i = 0; i < WARM_UP + TIMES; i++) {
      const start = performance.now();
      const startUs = process.cpuUsage().user;
      let ok = 0;
      for (const code of codes) if (cost.evaluate(code) === 'ok') ok++;
      if (i < WARM_UP) continue;
      valid += ok;
      wallMs += performance.now() - start;
      cpuUs += process.cpuUsage().user - startUs;
    }
  }
  return {
    ...WHERE,
    algorithm,
    evaluations: valid,
    validPerSecond: (valid / wallMs) * 1e3,
    validPerCpuSecond: (valid / cpuUs) * 1e6,
    wallSeconds: wallMs / 1e3,
  };
}

function mappingsOf(space: Mapspace, divides: boolean): Int32Array[] {
  const sampler = new Sampler(space, { ...SAMPLE_DEFAULTS, imperfectRatio: divides ? 0 : 1 });
  const estimate = new Estimate(space);
  const rng = new Rng(1);
  const codes: Int32Array[] = [];
  while (codes.length < MAPPINGS) {
    const code = space.outermost();
    sampler.sample(code, rng);
    if (estimate.divides(code) === divides) codes.push(code);
  }
  return codes;
}
