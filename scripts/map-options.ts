/** @file The command line of `npm run -s map`, as validated data. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Accelerator } from '../src/hw/accelerator.ts';
import { dataflowByName, DATAFLOWS } from '../src/hw/dataflows/catalogue.ts';
import type { Dataflow } from '../src/hw/dataflows/dataflow.ts';
import { modelAtBits } from '../src/hw/model-workload.ts';
import type { LayerAtBits } from '../src/hw/model-workload.ts';
import { networkByName } from '../src/hw/networks/catalogue.ts';
import { isConvolution, withBatch } from '../src/hw/networks/layers.ts';
import { acceleratorByName } from '../src/hw/presets/catalogue.ts';
import { assertWhole, operandBits } from '../src/hw/workload.ts';
import type { OperandBits } from '../src/hw/workload.ts';
import { OBJECTIVES } from '../src/spec/mapping.ts';
import type { Objective } from '../src/mapper/objective.ts';
import { ALGORITHMS } from '../src/mapper/task.ts';
import type { Algorithm } from '../src/mapper/task.ts';
import { parseModelSpec } from '../src/spec/model.ts';
import { SpecError } from '../src/util/errors.ts';

export const SCHEDULES = ['multi-cycle', 'pipeline'] as const;
export type Schedule = (typeof SCHEDULES)[number];

/** What a mapping is compared with: an expert's dataflow, or another search with the same budget. */
export type Rival =
  | { readonly kind: 'dataflow'; readonly name: string; readonly dataflow: Dataflow }
  | { readonly kind: 'search'; readonly name: Algorithm };

export interface MapOptions {
  readonly network: string;
  readonly accelerator: Accelerator;
  /** The layers at each bit-width, ascending as given. */
  readonly atBits: readonly { readonly bits: number; readonly layers: readonly LayerAtBits[] }[];
  readonly batch: number;
  readonly objective: Objective;
  readonly algorithm: Algorithm;
  readonly schedule: Schedule;
  readonly budget: number;
  readonly seed: number;
  readonly workers: number;
  readonly against: Rival | null;
}

const MAX_WORKERS = 64;
/** An hour or two on one core. */
const MAX_BUDGET = 1e9;
const MAX_BATCH = 1024;
const MAX_BITS = 64;
const MAX_SEED = 2 ** 32;
const WIDTH_NAMES = ['weights', 'inputs', 'outputs', 'psums'] as const;

/** @throws SpecError: one sentence with the option, what was expected and what came */
export function parseMapOptions(args: readonly string[]): MapOptions {
  const given = readArguments(args);
  const accelerator = acceleratorByName(given['accelerator'] ?? 'eyeriss');
  const batch = whole(given['batch'] ?? '1', '--batch', MAX_BATCH);
  const widths = (given['bits'] ?? '16').split(',').map((text) => bitWidth(text, '--bits'));
  const named = WIDTH_NAMES.flatMap((name) => {
    const text = given[`bits-${name}`];
    return text === undefined ? [] : [[name, bitWidth(text, `--bits-${name}`)] as const];
  });
  const overrides = Object.fromEntries(named) as Partial<OperandBits>;
  const network = given['network'];
  if (network === undefined) throw new SpecError('--network: expected a name, got nothing');
  const scope = oneOf(given['layers'] ?? 'all', ['all', 'conv'] as const, '--layers');
  const atBits = widths.map((bits) => ({
    bits,
    layers: layersOf(network, bits, batch)
      .filter(({ layer }) => scope === 'all' || isConvolution(layer))
      .map(({ layer, bits: own }) => ({ layer, bits: { ...own, ...overrides } })),
  }));
  return {
    network,
    accelerator,
    atBits,
    batch,
    objective: oneOf(given['objective'] ?? 'edp', OBJECTIVES, '--objective'),
    algorithm: oneOf(given['algorithm'] ?? 'evolve', ALGORITHMS, '--algorithm'),
    schedule: oneOf(given['schedule'] ?? 'multi-cycle', SCHEDULES, '--schedule'),
    budget: whole(given['budget'] ?? '500000', '--budget', MAX_BUDGET),
    seed: whole(given['seed'] ?? '1', '--seed', MAX_SEED, 0),
    workers: whole(given['workers'] ?? '1', '--workers', MAX_WORKERS),
    against: given['against'] === undefined ? null : rivalOf(given['against'], accelerator),
  };
}

function readArguments(args: readonly string[]): Partial<Record<string, string>> {
  const names = [
    ...['network', 'accelerator', 'bits', 'objective', 'budget', 'seed', 'algorithm', 'against'],
    ...['workers', 'batch', 'schedule', 'layers'],
    ...WIDTH_NAMES.map((name) => `bits-${name}`),
  ];
  try {
    const { values } = parseArgs({
      args: [...args],
      options: Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
      strict: true,
    });
    return values as Partial<Record<string, string>>;
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    const known = names.map((name) => `--${name}`).join(' ');
    throw new SpecError(`arguments: expected ${known}, got: ${reason}`);
  }
}

/** A network of the catalogue, or a ModelSpec in a JSON file. */
function layersOf(network: string, bits: number, batch: number): LayerAtBits[] {
  if (network.endsWith('.json')) {
    const layers = modelAtBits(parseModelSpec(readJson(network)), bits);
    return layers.map(({ layer, bits: widths }) => ({
      layer: { ...layer, shape: { ...layer.shape, N: batch } },
      bits: widths,
    }));
  }
  return withBatch(networkByName(network), batch).layers.map((layer) => ({
    layer,
    bits: operandBits(layer.shape, bits),
  }));
}

/** A path is meant from where the command was typed. */
function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(resolve(process.env['INIT_CWD'] ?? process.cwd(), file), 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new SpecError(`${file}: expected a file that can be read, got ${code}`);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new SpecError(`${file}: expected JSON, got "${text.slice(0, 40)}"`);
  }
}

function rivalOf(name: string, accelerator: Accelerator): Rival {
  const algorithm = ALGORITHMS.find((candidate) => candidate === name);
  if (algorithm) return { kind: 'search', name: algorithm };
  if (DATAFLOWS.some((dataflow) => dataflow.name === name))
    return { kind: 'dataflow', name, dataflow: dataflowByName(name, accelerator) };
  const names = [
    ...DATAFLOWS.filter((dataflow) => dataflow.suits(accelerator)).map((dataflow) => dataflow.name),
    ...ALGORITHMS,
  ];
  throw new SpecError(`--against: expected one of ${names.join(', ')}, got "${name}"`);
}

function bitWidth(text: string, option: string): number {
  return whole(text, option, MAX_BITS);
}

function whole(text: string, option: string, max: number, min = 1): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (min === 0 && value === 0) return 0;
  if (!Number.isInteger(value))
    throw new SpecError(
      `${option}: expected a whole number from ${String(min)} to ${String(max)}, got "${text}"`,
    );
  assertWhole(value, option, max);
  return value;
}

function oneOf<T extends string>(text: string, choices: readonly T[], option: string): T {
  const choice = choices.find((candidate) => candidate === text);
  if (choice) return choice;
  throw new SpecError(`${option}: expected one of ${choices.join(', ')}, got "${text}"`);
}
