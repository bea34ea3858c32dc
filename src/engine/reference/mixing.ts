/** @file Reference of the weighted sum and the channel shuffle (meaning: ../kernels.ts). */
import { at, extent, generate } from './nd-array.ts';
import type { NdArray } from './nd-array.ts';

function first(xs: readonly NdArray[]): NdArray {
  const [x] = xs;
  if (x === undefined) throw new Error('internal: a mix of nothing');
  return x;
}

export function mix(xs: readonly NdArray[], weights: readonly number[]): NdArray {
  const like = first(xs);
  return generate(like.shape, like, (i) =>
    xs.reduce((sum, x, branch) => sum + at(weights, branch) * at(x.data, i), 0),
  );
}

export function mixBack(dy: NdArray, xs: readonly NdArray[]): NdArray {
  return generate([xs.length], dy, (branch) => {
    const { data } = xs[branch] ?? first([]);
    let sum = 0;
    for (let i = 0; i < data.length; i++) sum += at(dy.data, i) * at(data, i);
    return sum;
  });
}

export function shuffle(x: NdArray, groups: number): NdArray {
  const channels = extent(x, -1);
  const perGroup = channels / groups;
  return generate(x.shape, x, (index) => {
    const c = index % channels;
    const group = c % groups;
    return at(x.data, index - c + group * perGroup + Math.floor(c / groups));
  });
}
