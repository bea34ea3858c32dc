/** @file A headless run made into one of the lab's examples: a project file with answers in it. */
import { packProject } from '../project/project.ts';
import type { ImagePreview } from '../rpc/data-api.ts';
import type { Prediction, RunRecord, ShownAnswers } from '../spec/run.ts';
import { runHeadless } from './headless-run.ts';
import type { HeadlessRequest, HeadlessServices } from './headless-run.ts';
import { PICKER_IMAGES } from './trade-off.svelte.ts';
import { WorkerOwner } from './worker-owner.ts';

export interface PretrainRequest extends HeadlessRequest {
  /** Of the run: the same each time, so that an example can be told when it is there. */
  readonly id: string;
  /** Whether what it says of some test images, with pictures, is in it: 35 KB. */
  readonly hasAnswers: boolean;
}

export interface PretrainResult {
  readonly run: RunRecord;
  /** The project file. */
  readonly base64: string;
}

/** Train, map, ask for the answers that the page shows first, and pack. */
export async function pretrain(
  request: PretrainRequest,
  services: HeadlessServices,
  say: (line: string) => void,
): Promise<PretrainResult> {
  const { run } = await runHeadless(request, { ...services, newId: () => request.id }, say);
  const whole = await services.store.readWholeRun(run.id);
  if (whole === undefined) throw new Error('internal: the run is gone');
  const record = request.hasAnswers
    ? { ...whole.record, answers: await answersOf(run, services) }
    : whole.record;
  const bytes = await packProject({ runs: [{ ...whole, record }], datasets: [] });
  return { run: record, base64: base64Of(bytes) };
}

async function answersOf(
  run: RunRecord,
  { spawnData, spawnTrainer }: HeadlessServices,
): Promise<ShownAnswers> {
  const data = new WorkerOwner('data worker', spawnData);
  const trainer = new WorkerOwner('trainer', spawnTrainer);
  try {
    const { id } = run.dataset;
    const preview = await data.call((api) => api.preview(id, 'test', PICKER_IMAGES));
    const predictions: (readonly Prediction[])[] = [];
    for (const index of preview.indices) {
      predictions.push(await trainer.call((api) => api.predict(run.id, index)));
    }
    return shownAnswers(run, preview, predictions);
  } finally {
    data.terminate();
    trainer.terminate();
  }
}

/** One picture of each class: the preview begins with them. */
function shownAnswers(
  { step, dataset }: RunRecord,
  { width, height, rgba, indices, labels }: ImagePreview,
  predictions: readonly (readonly Prediction[])[],
): ShownAnswers {
  const channels = dataset.channels === 1 ? 1 : 3;
  const pictures = Math.min(dataset.classNames.length, indices.length);
  const pixels = new Uint8Array(pictures * width * height * channels);
  for (let i = 0; i < pixels.length; i++) {
    pixels[i] = rgba[Math.floor(i / channels) * 4 + (i % channels)] ?? 0;
  }
  const values = predictions.flatMap((widths) => widths.flatMap((width) => width.probabilities));
  const probabilities = Float32Array.from(values);
  return { step, width, height, channels, indices, labels, pixels, probabilities };
}

function base64Of(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
