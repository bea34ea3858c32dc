/** @file What a run says of test images by itself, as the trade-off shows it. */
import type { ImagePreview } from '../rpc/data-api.ts';
import type { Prediction, RunRecord, ShownAnswers } from '../spec/run.ts';

/** @returns predictions by `runId/step/testIndex`; none where the run says nothing */
export function answeredPredictions({
  id,
  step,
  recipe,
  dataset,
  answers,
}: RunRecord): Record<string, readonly Prediction[]> {
  if (answers === undefined) return {};
  const classes = dataset.classNames.length;
  const { bitWidths } = recipe;
  const ofImage = (image: number): Prediction[] =>
    bitWidths.map((bits, i) => {
      const start = (image * bitWidths.length + i) * classes;
      return { bits, probabilities: [...answers.probabilities.subarray(start, start + classes)] };
    });
  return Object.fromEntries(answers.indices.map((at, i) => [`${id}/${step}/${at}`, ofImage(i)]));
}

/** Place of the first picture that the highest width gets right and the lowest does not; else 0. */
export function tellingImage(record: RunRecord): number {
  const { answers, id, step } = record;
  if (answers === undefined) return 0;
  const predictions = answeredPredictions(record);
  const at = answeredImages(answers).labels.findIndex((label, i) => {
    const widths = predictions[`${id}/${step}/${answers.indices[i] ?? -1}`] ?? [];
    const [low, high] = [widths.at(0), widths.at(-1)];
    return (
      low !== undefined && winner(low) !== label && high !== undefined && winner(high) === label
    );
  });
  return Math.max(at, 0);
}

function winner({ probabilities }: Prediction): number {
  return probabilities.indexOf(Math.max(...probabilities));
}

/** @returns the pictures, fewer than the answers */
export function answeredImages(answers: ShownAnswers): ImagePreview {
  const { width, height, channels, pixels, labels, indices } = answers;
  const count = pixels.length / (width * height * channels);
  const rgba = new Uint8ClampedArray(count * width * height * 4);
  for (let pixel = 0; pixel < count * width * height; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      rgba[pixel * 4 + channel] = pixels[pixel * channels + (channels === 1 ? 0 : channel)] ?? 0;
    }
    rgba[pixel * 4 + 3] = 255;
  }
  return { width, height, rgba, labels: labels.slice(0, count), indices: indices.slice(0, count) };
}
