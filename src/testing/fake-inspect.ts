/** @file The microscope without a network: plausible figures of the right shapes. */
import { proxy } from 'comlink';
import type { ProxyMarked } from 'comlink';
import type { InspectApi } from '../rpc/inspect-api.ts';
import { modelLayers } from '../spec/model.ts';
import type { RunRecord } from '../spec/run.ts';
import { SpecError } from '../util/errors.ts';
import { fakePreview } from './fake-images.ts';

const BINS = 32;
const IMAGES = 100;

export function fakeInspect(
  runOf: (id: string) => RunRecord | undefined,
): InspectApi & ProxyMarked {
  const widthsOf = (id: string): readonly number[] => runOf(id)?.recipe.bitWidths ?? [];
  return proxy<InspectApi>({
    weights: (runId, layer, channel) =>
      Promise.resolve({
        layer,
        channel,
        channels: 4,
        count: 320,
        axis: 'range',
        byBits: widthsOf(runId).map((bits) => ({
          bits,
          gridBits: bits < 32 ? bits : null,
          trained: {
            edges: Array.from({ length: BINS + 1 }, (_, i) => i / BINS),
            counts: new Array<number>(BINS).fill(320 / BINS),
          },
          levels: bits <= 4 ? Array.from({ length: 2 ** bits }, (_, i) => i / (2 ** bits - 1)) : [],
          levelCounts: bits <= 4 ? new Array<number>(2 ** bits).fill(320 / 2 ** bits) : [],
          sqnrDb: bits < 32 ? 6 * bits : null,
        })),
      }),
    activations: () => Promise.reject(new SpecError('microscope: no network here')),
    beliefs: (runId) =>
      Promise.resolve(widthsOf(runId).map((bits) => ({ bits, probabilities: [0.75, 0.25] }))),
    answers: (runId) =>
      Promise.resolve({
        images: IMAGES,
        labels: new Uint8Array(IMAGES),
        byBits: widthsOf(runId).map((bits) => ({
          bits,
          accuracy: 1,
          predicted: new Uint8Array(IMAGES),
          confusion: [
            [IMAGES, 0],
            [0, 0],
          ],
        })),
        terms: [],
      }),
    rounded: (runId) =>
      Promise.resolve(widthsOf(runId).map((bits) => ({ bits, accuracy: 1 - 1 / bits }))),
    sqnr: (runId) => {
      const run = runOf(runId);
      const layers = run ? modelLayers(run.model).filter(({ quantized }) => quantized) : [];
      return Promise.resolve(
        widthsOf(runId).flatMap((bits) =>
          bits === 32
            ? []
            : layers.map(({ name }, i) => ({
                layer: name,
                bits,
                weightsDb: 6 * bits - i,
                inputsDb: 6 * bits - 2 * i,
              })),
        ),
      );
    },
    thumbnails: (_runId, indices) => Promise.resolve({ ...fakePreview(indices.length), indices }),
  });
}
