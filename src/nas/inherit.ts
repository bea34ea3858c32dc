/**
 * @file Every choice of a supernet takes over what one of them, the anchor, has learned.
 *
 * Paths that are drawn at random share no features at first: in minutes none of them learns. So the
 * anchor is trained alone for a while, and the others then start as versions of it:
 *
 * - a larger kernel holds the anchor's in a ring of zeros, a smaller one its centre;
 * - a wider expansion holds the anchor's channels; the added ones keep their random filters, and zeros
 *   lead from them to the projection: the block computes what the anchor computes, and can learn more;
 * - a narrower one takes the channels that weigh most, each group of a grouped one those that weigh most
 *   between the inputs and outputs it connects;
 * - a 1×1 convolution in place of a block takes the anchor's product of projection, centre and expansion.
 *
 * @source Chen, Goodfellow, Shlens (Net2Net), ICLR 2016, for growth; Cai et al. (Once-for-all), ICLR 2020,
 *         for taking the largest channels. That a search starts so is ours.
 */
import { parameterName } from '../nn/parameters.ts';
import type { NamedArray, ParameterRole } from '../nn/parameters.ts';
import type { ModelLayer } from '../spec/model.ts';
import { spaceLayers } from '../spec/search-space.ts';
import type { BlockOption, SearchSpace } from '../spec/search-space.ts';

/** Where each channel of a choice comes from among the anchor's; null: from nowhere. */
type Sources = readonly (number | null)[];

interface Unit {
  readonly expand: ModelLayer;
  readonly depthwise: ModelLayer;
  readonly project: ModelLayer;
}

/**
 * @param arrays   parameters of a supernet of the space
 * @param bitWidths trained together
 * @param anchor   index of the choice that the others take over; one with a block in every place
 * @returns the arrays that change, all choices but the anchor's
 */
export function inherited(
  space: SearchSpace,
  arrays: readonly NamedArray[],
  bitWidths: readonly number[],
  anchor: number,
): NamedArray[] {
  const state = new Arrays(arrays, bitWidths);
  for (const { options } of spaceLayers(space).blocks) {
    const from = options[anchor] && unitOf(options[anchor]);
    if (!from) throw new Error(`internal: no block at the anchor ${String(anchor)}`);
    options.forEach((option, i) => {
      if (i === anchor || option.block === null) return;
      const to = unitOf(option);
      if (to === null) collapse(state, from, option);
      else takeOver(state, from, to);
    });
  }
  return state.changed();
}

function unitOf({ layers, block }: BlockOption): Unit | null {
  const [expand, depthwise, project] = layers;
  if (block?.kind !== 'mbconv' || !expand || !depthwise || !project) return null;
  return { expand, depthwise, project };
}

/** Inverted residual from inverted residual. */
function takeOver(state: Arrays, from: Unit, to: Unit): void {
  const sources = to.expand.groups > 1 ? grouped(state, from, to) : straight(state, from, to);
  const hidden = to.expand.outChannels;
  // what the expansion makes is shuffled on its way to the depthwise layer
  const { groups } = to.expand;
  const unshuffled = sources.map((_, made) => {
    const [group, j] = [Math.floor((made * groups) / hidden), made % (hidden / groups)];
    return sources[groups > 1 ? j * groups + group : made] ?? null;
  });
  writeExpansion(state, from.expand, to.expand, unshuffled);
  writeDepthwise(state, from.depthwise, to.depthwise, sources);
  writeProjection(state, from.project, to.project, sources);
  state.copyNorm(from.expand, to.expand, unshuffled);
  state.copyNorm(from.depthwise, to.depthwise, sources);
  state.copyNorm(from.project, to.project, null);
  state.copyRange(from.expand, to.expand, null);
  state.copyRange(from.depthwise, to.depthwise, sources);
  state.copyRange(from.project, to.project, sources);
}

/** As many of the anchor's channels as there is room for, those that weigh most, in their order. */
function straight(state: Arrays, from: Unit, to: Unit): Sources {
  const [own, room] = [from.expand.outChannels, to.expand.outChannels];
  const weigh = importance(state, from);
  const all = Array.from({ length: own }, (_, channel) => channel);
  const kept = all
    .sort((a, b) => weigh(b, 0, 1, 0, 1) - weigh(a, 0, 1, 0, 1) || a - b)
    .slice(0, room)
    .sort((a, b) => a - b);
  return Array.from({ length: room }, (_, i) => kept[i] ?? null);
}

/** By place at the depthwise layer: which group of inputs feeds it, and which group of outputs it feeds. */
function grouped(state: Arrays, from: Unit, to: Unit): Sources {
  const { groups, outChannels: hidden } = to.expand;
  const weigh = importance(state, from);
  const free = new Set(Array.from({ length: from.expand.outChannels }, (_, channel) => channel));
  return Array.from({ length: hidden }, (_, place) => {
    const inGroup = place % groups;
    const outGroup = Math.floor((place * groups) / hidden);
    let best: number | null = null;
    let most = -Infinity;
    for (const channel of free) {
      const weight = weigh(channel, inGroup, groups, outGroup, groups);
      if (weight > most) [best, most] = [channel, weight];
    }
    if (best !== null) free.delete(best);
    return best;
  });
}

/** |γ| of a hidden channel at the highest width × norm of what leads to it × of what leads from it. */
function importance(state: Arrays, { expand, depthwise, project }: Unit) {
  const into = state.weight(expand);
  const outOf = state.weight(project);
  const gamma = state.gamma(depthwise);
  const [inputs, hidden, outputs] = [expand.inChannels, expand.outChannels, project.outChannels];
  const norm = (
    length: number,
    group: number,
    groups: number,
    at: (index: number) => number,
  ): number => {
    let sum = 0;
    for (let i = (group * length) / groups; i < ((group + 1) * length) / groups; i++)
      sum += at(i) ** 2;
    return Math.sqrt(sum);
  };
  return (
    channel: number,
    inGroup: number,
    inGroups: number,
    outGroup: number,
    outGroups: number,
  ): number =>
    Math.abs(gamma[channel] ?? 0) *
    norm(inputs, inGroup, inGroups, (i) => into[i * hidden + channel] ?? 0) *
    norm(outputs, outGroup, outGroups, (o) => outOf[channel * outputs + o] ?? 0);
}

/** [1, 1, in / groups, hidden]; channels from nowhere keep their filters. */
function writeExpansion(state: Arrays, from: ModelLayer, to: ModelLayer, sources: Sources): void {
  const source = state.weight(from);
  const target = state.writable(to);
  const perGroup = to.inChannels / to.groups;
  sources.forEach((channel, made) => {
    if (channel === null) return;
    const first = Math.floor((made * to.groups) / to.outChannels) * perGroup;
    for (let i = 0; i < perGroup; i++) {
      target[i * to.outChannels + made] = source[(first + i) * from.outChannels + channel] ?? 0;
    }
  });
}

/** [kernel, kernel, hidden, 1]; kernels share their centre. */
function writeDepthwise(state: Arrays, from: ModelLayer, to: ModelLayer, sources: Sources): void {
  const source = state.weight(from);
  const target = state.writable(to);
  const shift = (from.kernel - to.kernel) / 2;
  const at = (s: number, r: number, channel: number): number => {
    const inside = [s, r].every((index) => index >= 0 && index < from.kernel);
    return inside ? (source[(s * from.kernel + r) * from.outChannels + channel] ?? 0) : 0;
  };
  sources.forEach((channel, place) => {
    if (channel === null) return;
    for (let s = 0; s < to.kernel; s++)
      for (let r = 0; r < to.kernel; r++)
        target[(s * to.kernel + r) * to.outChannels + place] = at(s + shift, r + shift, channel);
  });
}

/** [1, 1, hidden / groups, out]; nothing leads from channels from nowhere. */
function writeProjection(state: Arrays, from: ModelLayer, to: ModelLayer, sources: Sources): void {
  const source = state.weight(from);
  const target = state.writable(to);
  const perGroup = to.inChannels / to.groups;
  const { outChannels } = to;
  for (let out = 0; out < outChannels; out++) {
    const first = Math.floor((out * to.groups) / outChannels) * perGroup;
    for (let i = 0; i < perGroup; i++) {
      const channel = sources[first + i] ?? null;
      target[i * outChannels + out] =
        channel === null ? 0 : (source[channel * outChannels + out] ?? 0);
    }
  }
}

/** A 1×1 convolution with the stride of the block: the anchor without its ReLUs and borders. */
function collapse(state: Arrays, from: Unit, { layers: [layer] }: BlockOption): void {
  if (layer === undefined) throw new Error('internal: a choice without layers');
  const into = state.weight(from.expand);
  const outOf = state.weight(from.project);
  const middle = state.weight(from.depthwise);
  const target = state.writable(layer);
  const [hidden, outputs] = [from.expand.outChannels, layer.outChannels];
  const taps = from.depthwise.kernel ** 2;
  const scale = Array.from({ length: hidden }, (_, channel) => {
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) sum += middle[tap * hidden + channel] ?? 0;
    return sum * state.normScale(from.expand, channel) * state.normScale(from.depthwise, channel);
  });
  for (let i = 0; i < layer.inChannels; i++) {
    for (let out = 0; out < outputs; out++) {
      let sum = 0;
      for (let channel = 0; channel < hidden; channel++) {
        sum +=
          (into[i * hidden + channel] ?? 0) *
          (scale[channel] ?? 0) *
          (outOf[channel * outputs + out] ?? 0);
      }
      target[i * outputs + out] = sum;
    }
  }
  state.copyNorm(from.project, layer, null);
  state.copyRange(from.expand, layer, null);
}

/** Arrays by layer and role; those that are written are copies. */
class Arrays {
  readonly #bitWidths: readonly number[];
  readonly #given: ReadonlyMap<string, NamedArray>;
  readonly #written = new Map<string, NamedArray>();

  constructor(arrays: readonly NamedArray[], bitWidths: readonly number[]) {
    this.#given = new Map(arrays.map((array) => [array.name, array]));
    this.#bitWidths = bitWidths;
  }

  changed(): NamedArray[] {
    return [...this.#written.values()];
  }

  weight(layer: ModelLayer): Float32Array {
    return this.#read(parameterName(layer.name, 'weight', null)).data;
  }

  writable(layer: ModelLayer): Float32Array {
    return this.#write(parameterName(layer.name, 'weight', null)).data;
  }

  /** Of the batch norm behind a layer, at the highest width. */
  gamma(layer: ModelLayer): Float32Array {
    return this.#read(parameterName(layer.name, 'affine', this.#highest)).data;
  }

  /** γ / √variance at the highest width. */
  normScale(layer: ModelLayer, channel: number): number {
    const moments = this.#read(parameterName(layer.name, 'moments', this.#highest)).data;
    const variance = moments[layer.outChannels + channel] ?? 1;
    return (this.gamma(layer)[channel] ?? 1) / Math.sqrt(Math.max(variance, 1e-5));
  }

  /** Batch norm of every width. @param sources null: the same channels in the same order */
  copyNorm(from: ModelLayer, to: ModelLayer, sources: Sources | null): void {
    for (const bits of this.#bitWidths) {
      this.#copyRows('affine', bits, [from, from.outChannels], [to, to.outChannels], sources);
      this.#copyRows('moments', bits, [from, from.outChannels], [to, to.outChannels], sources);
    }
  }

  /** Ranges of a layer's input, of the whole tensor or by channel, where it has any. */
  copyRange(from: ModelLayer, to: ModelLayer, sources: Sources | null): void {
    for (const role of ['range', 'clip'] as const) {
      for (const bits of [null, ...this.#bitWidths]) {
        const array = this.#given.get(parameterName(to.name, role, bits));
        if (array === undefined || !this.#given.has(parameterName(from.name, role, bits))) continue;
        const perChannel = array.shape.length === 2;
        const [fromWidth, toWidth] = perChannel ? [from.inChannels, to.inChannels] : [1, 1];
        this.#copyRows(role, bits, [from, fromWidth], [to, toWidth], perChannel ? sources : null);
      }
    }
  }

  /** Two rows of so many channels. */
  #copyRows(
    role: ParameterRole,
    bits: number | null,
    [from, fromWidth]: readonly [ModelLayer, number],
    [to, toWidth]: readonly [ModelLayer, number],
    sources: Sources | null,
  ): void {
    const source = this.#read(parameterName(from.name, role, bits)).data;
    const target = this.#write(parameterName(to.name, role, bits)).data;
    for (let channel = 0; channel < toWidth; channel++) {
      const origin = sources === null ? channel : (sources[channel] ?? null);
      if (origin === null) continue;
      for (const row of [0, 1]) {
        target[row * toWidth + channel] = source[row * fromWidth + origin] ?? 0;
      }
    }
  }

  get #highest(): number {
    return Math.max(...this.#bitWidths);
  }

  #read(name: string): NamedArray {
    const array = this.#written.get(name) ?? this.#given.get(name);
    if (array === undefined) throw new Error(`internal: no parameter ${name}`);
    return array;
  }

  #write(name: string): NamedArray {
    const known = this.#written.get(name);
    if (known !== undefined) return known;
    const { shape, data } = this.#read(name);
    const copy = { name, shape, data: data.slice() };
    this.#written.set(name, copy);
    return copy;
  }
}
