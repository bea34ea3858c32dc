/**
 * @file Which arrays a checkpoint must have to be one of its run's network: as `nn/parameters.ts`
 * names them, without the library that it computes with.
 */
import { modelLayers } from '../spec/model.ts';
import type { ModelLayer } from '../spec/model.ts';
import type { RunRecord } from '../spec/run.ts';
import type { CheckpointTensor } from '../store/schema.ts';
import { SpecError } from '../util/errors.ts';

/** Before the name of what it is the velocity of (`train/build.ts`). */
const VELOCITY = 'velocity:';

/** Runs that have ended need no velocities: nothing trains them any further. */
export function keptTensors(
  { status }: Pick<RunRecord, 'status'>,
  tensors: readonly CheckpointTensor[],
): readonly CheckpointTensor[] {
  if (status !== 'trained' && status !== 'stopped') return tensors;
  return tensors.filter(({ name }) => !name.startsWith(VELOCITY));
}

/** @throws SpecError for an array that is missing, is not of this network, or is not finite */
export function assertTensors(
  { model, recipe }: Pick<RunRecord, 'model' | 'recipe'>,
  tensors: readonly CheckpointTensor[],
  who: string,
): void {
  const allowed = new Map<string, readonly string[]>();
  const needed: string[] = [];
  const widths = recipe.bitWidths;
  const isSeparate = recipe.training.method === 'independent';
  for (const layer of modelLayers(model)) {
    for (const bits of isSeparate ? widths : [null]) {
      needed.push(...weightShapes(layer, bits).map(([name]) => name));
      for (const [name, shape] of weightShapes(layer, bits)) allowed.set(name, [shape]);
    }
    if (layer.kind === 'dense') continue;
    for (const bits of widths) {
      for (const role of ['affine', 'moments']) {
        const name = `${layer.name}/${role}@${bits}`;
        needed.push(name);
        allowed.set(name, [`2,${layer.outChannels}`]);
      }
    }
    for (const bits of [null, ...widths]) {
      for (const role of ['range', 'clip']) {
        allowed.set(named(layer, role, bits), ['2', `2,${layer.inChannels}`]);
      }
    }
  }
  const seen = new Set<string>();
  for (const { name, shape, data } of tensors) {
    const parameter = name.startsWith(VELOCITY) ? name.slice(VELOCITY.length) : name;
    const shapes = allowed.get(parameter);
    if (shapes === undefined || seen.has(name)) {
      throw new SpecError(`${who}: expected arrays of ${model.name}, each once, got ${name}`);
    }
    if (!shapes.includes(shape.join())) {
      throw new SpecError(
        `${who}: expected ${name} of shape ${shapes.join(' or ')}, got ${shape.join()}`,
      );
    }
    if (!data.every(Number.isFinite)) {
      throw new SpecError(`${who}: expected finite numbers in ${name}, got others`);
    }
    seen.add(name);
  }
  const missing = needed.find((name) => !seen.has(name));
  if (missing !== undefined) throw new SpecError(`${who}: expected the array ${missing}, got none`);
}

function named(layer: ModelLayer, role: string, bits: number | null): string {
  return bits === null ? `${layer.name}/${role}` : `${layer.name}/${role}@${bits}`;
}

/** Names and shapes, as text. */
function weightShapes(layer: ModelLayer, bits: number | null): [name: string, shape: string][] {
  const { kind, kernel, inChannels, outChannels, groups } = layer;
  const weight = named(layer, 'weight', bits);
  switch (kind) {
    case 'dense':
      return [
        [weight, `${inChannels},${outChannels}`],
        [named(layer, 'bias', bits), `${outChannels}`],
      ];
    case 'depthwise':
      return [[weight, `${kernel},${kernel},${inChannels},1`]];
    case 'conv':
      return [[weight, `${kernel},${kernel},${inChannels / groups},${outChannels}`]];
    default:
      return kind satisfies never;
  }
}
