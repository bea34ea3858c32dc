/**
 * @file A case of the cost model as a file gives it: problem, accelerator, mapping in Timeloop's
 * words (docs/cost-model.md, "Cases"), read into the model's types.
 *
 * Anything malformed throws `SpecError` with one sentence that names the case and the field.
 */
import type { Accelerator, StorageLevel } from './accelerator.ts';
import { ACCELERATOR_LIMITS, assertAccelerator } from './accelerator.ts';
import { CaseReader } from './case-reader.ts';
import { assertMapping } from './mapping.ts';
import type { LevelMapping, Loop, Mapping } from './mapping.ts';
import { assertBits, assertShape, CONV_DIMS, DATASPACES, uniformBits } from './workload.ts';
import type { ConvDim, ConvShape, Dataspace, OperandBits } from './workload.ts';

/** One mapping of one layer on one accelerator. */
export interface CostCase {
  readonly name: string;
  readonly shape: ConvShape;
  readonly bits: OperandBits;
  readonly accelerator: Accelerator;
  readonly mapping: Mapping;
}

const SHAPES = ['conv', 'depthwise', 'grouped'] as const;
type ShapeKind = (typeof SHAPES)[number];
/** Fields that only describe; any value. */
const REMARKS = ['name', 'note', 'notes', 'comment', 'source', 'description'];
const PORTS = ['read', 'write', 'shared'] as const;

/**
 * One case, a list of them, or `{ "cases": […] }`.
 *
 * @param json what JSON.parse gave
 * @returns the cases, and whether the file held a single one
 */
export function readCases(json: unknown): { readonly cases: CostCase[]; readonly single: boolean } {
  if (Array.isArray(json)) return { cases: Array.from(json, readNumbered), single: false };
  if (typeof json === 'object' && json !== null && Object.hasOwn(json, 'cases')) {
    const { cases } = json as { cases: unknown };
    if (!Array.isArray(cases)) return new CaseReader(cases, 'cases').fail('a list');
    return { cases: Array.from(cases, readNumbered), single: false };
  }
  return { cases: [readCase(json, 'case')], single: true };
}

function readNumbered(value: unknown, index: number): CostCase {
  return readCase(value, `case ${index}`);
}

/** @param who how errors name the case before its own name is known */
export function readCase(value: unknown, who: string): CostCase {
  const unnamed = new CaseReader(value, `${who}: `);
  const name = unnamed.text('name');
  const root = new CaseReader(value, `${who} "${name.slice(0, 80)}": `);
  root.only(...REMARKS, 'problem', 'accelerator', 'mapping', 'bits', 'result');
  const { shape, kind } = readProblem(root.inside('problem'));
  const accelerator = readAccelerator(root.inside('accelerator'));
  const bits = readBits(root, accelerator.mac.nativeBits);
  const mapping = readMapping(root, accelerator, kind);
  // what no single field shows
  root.check(() => assertShape(shape, 'problem'));
  root.check(() => assertAccelerator(accelerator));
  root.check(() => assertBits(bits, 'bits'));
  root.check(() => assertMapping(shape, accelerator, mapping));
  return { name, shape, bits, accelerator, mapping };
}

function readProblem(problem: CaseReader): { shape: ConvShape; kind: ShapeKind } {
  problem.only(...REMARKS, 'shape', 'dims', 'stride', 'dilation');
  const kind = problem.oneOf('shape', SHAPES);
  const dims = problem.inside('dims');
  dims.only(...CONV_DIMS);
  const size = (dim: ConvDim): number => dims.whole(dim);
  const optional = (dim: ConvDim): number => (dims.has(dim) ? size(dim) : 1);
  const stride = problem.inside('stride');
  const dilation = problem.inside('dilation');
  stride.only('w', 'h');
  dilation.only('w', 'h');
  if (kind !== 'grouped' && optional('G') !== 1)
    dims.inside('G').fail(`none with shape "${kind}"`, optional('G'));
  if (kind === 'depthwise' && optional('K') !== 1)
    dims.inside('K').fail('none with shape "depthwise"', optional('K'));
  const channels = kind === 'depthwise' ? { C: 1, K: 1, G: size('C') } : null;
  return {
    kind,
    shape: {
      N: size('N'),
      ...(channels ?? { C: size('C'), K: size('K'), G: kind === 'grouped' ? size('G') : 1 }),
      P: size('P'),
      Q: size('Q'),
      R: size('R'),
      S: size('S'),
      wStride: stride.whole('w'),
      hStride: stride.whole('h'),
      wDilation: dilation.whole('w'),
      hDilation: dilation.whole('h'),
    },
  };
}

function readAccelerator(accelerator: CaseReader): Accelerator {
  accelerator.only(...REMARKS, 'wordBits', 'mac', 'levels');
  const wordBits = accelerator.whole('wordBits');
  const mac = accelerator.inside('mac');
  mac.only(...REMARKS, 'instances', 'meshX', 'energyPj');
  return {
    name: accelerator.has('name') ? accelerator.text('name') : 'accelerator',
    mac: {
      kind: 'fixed',
      instances: mac.whole('instances'),
      meshX: mac.whole('meshX'),
      energyPj: mac.amount('energyPj'),
      nativeBits: wordBits,
      source: 'case',
    },
    levels: accelerator
      .list('levels', ACCELERATOR_LIMITS.levels)
      .map((level) => readLevel(level, wordBits)),
  };
}

function readLevel(level: CaseReader, wordBits: number): StorageLevel {
  const ports = PORTS.map((port) => `${port}WordsPerCycle`);
  level.only(...REMARKS, 'capacityWords', 'instances', 'meshX', 'readPj', 'writePj', ...ports);
  const bandwidths = PORTS.filter((port) => level.has(`${port}WordsPerCycle`)).map((port) => [
    `${port}BitsPerCycle`,
    level.positive(`${port}WordsPerCycle`) * wordBits,
  ]);
  return {
    name: level.text('name'),
    capacityBits: level.isNull('capacityWords') ? null : level.whole('capacityWords') * wordBits,
    wordBits,
    instances: level.whole('instances'),
    meshX: level.whole('meshX'),
    readPj: level.amount('readPj'),
    writePj: level.amount('writePj'),
    source: 'case',
    ...(Object.fromEntries(bandwidths) as Partial<StorageLevel>),
  };
}

/** `"bits"`: one number, or one for each dataspace; those left out have the word's width. */
function readBits(root: CaseReader, wordBits: number): OperandBits {
  if (!root.has('bits')) return uniformBits(wordBits);
  if (root.isNumber('bits')) return uniformBits(root.whole('bits'));
  const bits = root.inside('bits');
  const names = ['weights', 'inputs', 'outputs', 'psums'] as const;
  bits.only(...DATASPACES, 'Psums', ...names);
  const [weights, inputs, outputs, psums] = names.map((name) => {
    const capital = `${name[0]?.toUpperCase() ?? ''}${name.slice(1)}`;
    const key = [name, capital].find((key) => bits.has(key));
    return key === undefined ? undefined : bits.whole(key);
  });
  return {
    weights: weights ?? wordBits,
    inputs: inputs ?? wordBits,
    outputs: outputs ?? wordBits,
    psums: psums ?? outputs ?? wordBits,
  };
}

function readMapping(root: CaseReader, accelerator: Accelerator, kind: ShapeKind): Mapping {
  const levels = root.list('mapping', ACCELERATOR_LIMITS.levels);
  if (levels.length !== accelerator.levels.length)
    root.inside('mapping').fail(`${accelerator.levels.length} levels`, levels.length);
  return {
    levels: levels.map((level, i): LevelMapping => {
      level.only('level', 'keep', 'temporal', 'spatialX', 'spatialY', 'note');
      const name = level.text('level');
      const expected = accelerator.levels[i]?.name ?? '';
      if (name !== expected) level.inside('level').fail(`"${expected}"`, name);
      return {
        keep: level
          .list('keep', DATASPACES.length)
          .map((entry): Dataspace => entry.choice(DATASPACES)),
        temporal: readLoops(level, 'temporal', kind),
        spatialX: level.has('spatialX') ? readLoops(level, 'spatialX', kind) : [],
        spatialY: level.has('spatialY') ? readLoops(level, 'spatialY', kind) : [],
      };
    }),
  };
}

/** A depthwise case calls its groups C. */
function readLoops(level: CaseReader, list: string, kind: ShapeKind): Loop[] {
  return level.list(list, CONV_DIMS.length).map((loop): Loop => {
    const expected = 'a dimension and a factor';
    const [dim, factor] = loop.entries(2, expected);
    if (dim === undefined || factor === undefined) return loop.fail(expected);
    const name = dim.choice(CONV_DIMS);
    if (kind === 'depthwise' && (name === 'K' || name === 'G'))
      dim.fail('a dimension of a depthwise layer', name);
    return [kind === 'depthwise' && name === 'C' ? 'G' : name, factor.wholeNumber()];
  });
}
