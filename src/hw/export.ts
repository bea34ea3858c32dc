/**
 * @file A mapping and its accelerator for other tools: a case for `npm run cost`, and Timeloop YAML.
 *
 * The YAML follows Timeloop's classic input (`arch`, `problem`, `mapping`), words of the array's
 * native width. What it has no word for stands in comments: widths by dataspace, MACs that scale
 * with bits, double buffering (given as half the capacity), energies (Timeloop takes them from
 * Accelergy).
 *
 * @source NVlabs/timeloop: configs/timeloop/sample.yaml, problem-shapes/cnn_layer.yaml
 */
import { SpecError } from '../util/errors.ts';
import { fanoutOf, usableBits } from './accelerator.ts';
import type { Accelerator, StorageLevel } from './accelerator.ts';
import type { LevelMapping, Loop, Mapping } from './mapping.ts';
import { CONV_DIMS, convKind, DATASPACES } from './workload.ts';
import type { ConvShape, OperandBits } from './workload.ts';

/** One layer's mapping with all that it was made for. */
export interface MappedProblem {
  readonly name: string;
  readonly shape: ConvShape;
  readonly bits: OperandBits;
  readonly accelerator: Accelerator;
  readonly mapping: Mapping;
}

const PORTS = ['read', 'write', 'shared'] as const;

/**
 * A case that `npm run -s cost` takes and costs the same.
 *
 * @throws SpecError for MACs that scale with bits, which a case cannot describe
 */
export function costCaseOf(problem: MappedProblem): Record<string, unknown> {
  const { name, shape, bits, accelerator, mapping } = problem;
  const { mac } = accelerator;
  if (mac.kind !== 'fixed')
    throw new SpecError(
      `export: ${accelerator.name}: expected MACs of a fixed width, got "${mac.kind}"`,
    );
  const kind = convKind(shape);
  return {
    name,
    problem: {
      shape: kind === 'depthwise' ? 'depthwise' : shape.G > 1 ? 'grouped' : 'conv',
      dims: dimsOf(shape),
      stride: { w: shape.wStride, h: shape.hStride },
      dilation: { w: shape.wDilation, h: shape.hDilation },
    },
    bits,
    accelerator: {
      name: accelerator.name,
      wordBits: mac.nativeBits,
      mac: { instances: mac.instances, meshX: mac.meshX, energyPj: mac.energyPj },
      levels: accelerator.levels.map((level) => caseLevel(level, mac.nativeBits)),
    },
    mapping: mapping.levels.map((level, i) => ({
      level: accelerator.levels[i]?.name,
      keep: level.keep,
      temporal: named(level.temporal, kind === 'depthwise'),
      spatialX: named(level.spatialX, kind === 'depthwise'),
      spatialY: named(level.spatialY, kind === 'depthwise'),
    })),
  };
}

function dimsOf(shape: ConvShape): Record<string, number> {
  const { N, K, C, P, Q, R, S, G } = shape;
  if (convKind(shape) === 'depthwise') return { N, C: G, P, Q, R, S };
  return { N, K, C, P, Q, R, S, ...(G > 1 ? { G } : {}) };
}

/** A depthwise case calls its groups C. */
function named(loops: readonly Loop[], isDepthwise: boolean): Loop[] {
  return loops
    .filter(([, factor]) => factor > 1)
    .map(([dim, factor]) => [isDepthwise && dim === 'G' ? 'C' : dim, factor]);
}

function caseLevel(level: StorageLevel, wordBits: number): Record<string, unknown> {
  const words = level.capacityBits === null ? null : Math.floor(usableBits(level) / wordBits);
  const bandwidths = PORTS.flatMap((port) => {
    const bits = level[`${port}BitsPerCycle`];
    return bits === undefined ? [] : [[`${port}WordsPerCycle`, bits / wordBits] as const];
  });
  return {
    name: level.name,
    capacityWords: words,
    instances: level.instances,
    meshX: level.meshX,
    readPj: (level.readPj * wordBits) / level.wordBits,
    writePj: (level.writePj * wordBits) / level.wordBits,
    ...Object.fromEntries(bandwidths),
  };
}

/** `arch:`, levels inner to outer. */
export function timeloopArchitectureYaml({ name, levels, mac, note }: Accelerator): string {
  const word = mac.nativeBits;
  const lines = [
    `# ${name}${note === undefined ? '' : `: ${note}`}`,
    'arch:',
    '  arithmetic:',
    '    name: MACs',
    `    instances: ${mac.instances}`,
    `    meshX: ${mac.meshX}`,
    `    word-bits: ${word}`,
    ...(mac.kind === 'fixed'
      ? []
      : [`    # ${mac.kind}: several products a cycle at narrow widths`]),
    `    # ${mac.energyPj} pJ a product (${mac.source})`,
    '  storage:',
  ];
  for (const level of levels) {
    lines.push(`    - name: ${level.name}`);
    if (level.capacityBits === null) lines.push('      technology: DRAM');
    else lines.push(`      entries: ${Math.floor(usableBits(level) / word)}`);
    lines.push(
      `      instances: ${level.instances}`,
      `      meshX: ${level.meshX}`,
      `      word-bits: ${word}`,
    );
    for (const port of PORTS) {
      const bits = level[`${port}BitsPerCycle`];
      if (bits !== undefined) lines.push(`      ${port}_bandwidth: ${bits / word}`);
    }
    const [read, write] = [level.readPj, level.writePj].map((pj) => (pj * word) / level.wordBits);
    lines.push(`      # ${read} pJ a word read, ${write} pJ written (${level.source})`);
  }
  return `${lines.join('\n')}\n`;
}

/** `problem:`, in the words of cnn_layer.yaml; a group at a time where there are several. */
export function timeloopProblemYaml(shape: ConvShape, bits: OperandBits): string {
  const { N, K, C, P, Q, R, S, G } = shape;
  const lines = [
    `# widths: weights ${bits.weights}, inputs ${bits.inputs}, outputs ${bits.outputs}, psums ${bits.psums}`,
    ...(G > 1 ? [`# one of ${G} groups: loops over G stand at the outermost level`] : []),
    'problem:',
    '  shape: cnn-layer',
    ...Object.entries({ N, K, C, P, Q, R, S }).map(([dim, size]) => `  ${dim}: ${size}`),
    `  Wstride: ${shape.wStride}`,
    `  Hstride: ${shape.hStride}`,
    `  Wdilation: ${shape.wDilation}`,
    `  Hdilation: ${shape.hDilation}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** `mapping:`, outermost level first, as Timeloop's own. */
export function timeloopMappingYaml({ accelerator, mapping }: MappedProblem): string {
  const lines = ['mapping:'];
  for (let i = mapping.levels.length - 1; i >= 0; i--) {
    const level = mapping.levels[i] as LevelMapping;
    const target = accelerator.levels[i]?.name ?? '';
    const bypassed = DATASPACES.filter((dataspace) => !level.keep.includes(dataspace));
    lines.push(
      `  - target: ${target}`,
      '    type: datatype',
      `    keep: [${level.keep.join(', ')}]`,
      `    bypass: [${bypassed.join(', ')}]`,
      ...loopLines(target, 'temporal', level.temporal),
    );
    const { x, y } = fanoutOf(accelerator, i);
    if (x * y === 1 && level.spatialX.length + level.spatialY.length === 0) continue;
    lines.push(
      ...loopLines(target, 'spatial', [...level.spatialX, ...level.spatialY]),
      `    split: ${level.spatialX.length}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** Factors and permutation, innermost first; a dimension in both X and Y is multiplied. */
function loopLines(target: string, type: string, loops: readonly Loop[]): string[] {
  const factorOf = (dim: string): number =>
    loops.reduce((product, [d, factor]) => (d === dim ? product * factor : product), 1);
  const dims = CONV_DIMS.filter((dim) => dim !== 'G' || factorOf('G') > 1);
  const order = [...new Set([...loops.map(([dim]) => dim), ...dims])];
  return [
    `  - target: ${target}`,
    `    type: ${type}`,
    `    factors: ${dims.map((dim) => `${dim}=${factorOf(dim)}`).join(' ')}`,
    `    permutation: ${order.join('')}`,
  ];
}
