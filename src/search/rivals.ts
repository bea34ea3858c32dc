/** @file What a search is compared with: random networks and MobileNetV2, of the same cost. */
import { modelTotals } from '../spec/model.ts';
import type { BlockSpec, ModelSpec } from '../spec/model.ts';
import type { SearchSpace } from '../spec/search-space.ts';
import { SpecError } from '../util/errors.ts';
import type { Rng } from '../util/rng.ts';
import { networkCost } from './cost-table.ts';
import type { CostMetric, CostTable } from './cost-table.ts';
import { likelyWithin } from './derive.ts';
import type { CostBand } from './derive.ts';
import { gumbelNoise, softmax } from './gumbel.ts';

/** Uniform draws before a draw is moved into the band. */
const DRAWS = 2000;

/**
 * A random network whose cost lies in a band: uniform over those in the band, by rejection; where none
 * is hit, a random one moved into it block by block.
 * @throws SpecError when that fails too
 */
export function randomNetwork(
  table: CostTable,
  metric: CostMetric,
  band: CostBand,
  rng: Rng,
): number[] {
  for (let i = 0; i < DRAWS; i++) {
    const picks = table.blocks.map((options) => rng.int(options.length));
    const cost = networkCost(table, picks, metric);
    if (cost >= band.low && cost <= band.high) return picks;
  }
  for (let i = 0; i < DRAWS / 100; i++) {
    const likely = table.blocks.map((options) => softmax(gumbelNoise(options.length, rng)));
    const picks = likelyWithin(likely, table, metric, band);
    if (picks !== null) return picks;
  }
  throw new SpecError(
    `random network: expected networks of ${metric} from ${band.low} to ${band.high} in the space, found none in ${DRAWS} draws`,
  );
}

/** Expand, channels, repeats and stride of each stage: Sandler et al. 2018, Table 2. */
const STAGES = [
  [1, 16, 1],
  [6, 24, 2],
  [6, 32, 3],
  [6, 64, 4],
  [6, 96, 3],
  [6, 160, 3],
  [6, 320, 1],
] as const;

/** Channels are even, not multiples of 8: at the lab's sizes those would be too coarse to hit a cost. */
const CHANNEL_STEP = 2;

/** A budget is met to within this. */
export const MACS_TOLERANCE = 0.05;

/**
 * MobileNetV2 scaled in width to a number of MACs, for the images of a space. Its stages keep their
 * depth; strides are those of the CIFAR port after the space's own stem, and the head is the space's.
 * @throws SpecError when no width comes within 5 %
 */
export function scaledMobileNetV2(space: SearchSpace, macs: number): ModelSpec {
  const strides = space.input.height > 64 ? [1, 2, 2, 2, 1, 2, 1] : cifarStrides(space);
  const make = (width: number): ModelSpec => {
    const scaled = (channels: number): number =>
      Math.max(CHANNEL_STEP, Math.round((channels * width) / CHANNEL_STEP) * CHANNEL_STEP);
    const blocks: BlockSpec[] = [
      {
        kind: 'conv',
        out: scaled(32),
        kernel: 3,
        stride: space.stem.stride,
        relu: true,
        quantized: false,
      },
    ];
    STAGES.forEach(([expand, channels, repeats], stage) => {
      for (let i = 0; i < repeats; i++) {
        const stride = i === 0 && strides[stage] === 2 ? 2 : 1;
        blocks.push({ kind: 'mbconv', out: scaled(channels), expand, kernel: 3, stride });
      }
    });
    blocks.push(
      { kind: 'conv', out: space.head, kernel: 1, stride: 1, relu: true, quantized: false },
      { kind: 'classifier' },
    );
    const name = `mobilenetv2-${Number(width.toFixed(3))}`;
    return { name, input: space.input, classes: space.classes, blocks };
  };
  let [low, high] = [1e-3, 4];
  for (let i = 0; i < 40; i++) {
    const width = (low + high) / 2;
    if (modelTotals(make(width)).macs < macs) low = width;
    else high = width;
  }
  const offOf = (model: ModelSpec): number => Math.abs(modelTotals(model).macs / macs - 1);
  const [best] = [make(low), make(high)].sort((a, b) => offOf(a) - offOf(b));
  if (best === undefined || offOf(best) > MACS_TOLERANCE) {
    const got = best === undefined ? NaN : modelTotals(best).macs;
    throw new SpecError(
      `scaled MobileNetV2: expected a width of within 5 % of ${macs} MACs, the nearest has ${got}`,
    );
  }
  return best;
}

/** As many halvings as the space has after its stem, at MobileNetV2's last strided stages. */
function cifarStrides({ blocks }: SearchSpace): number[] {
  const halvings = blocks.filter(({ stride }) => stride === 2).length;
  const strided = [5, 3, 2, 1].slice(0, halvings);
  return STAGES.map((_, stage) => (strided.includes(stage) ? 2 : 1));
}
