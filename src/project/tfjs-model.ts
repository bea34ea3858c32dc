/**
 * @file A run's weights as TensorFlow.js model files: `model.json` with a weights manifest and
 * `weights.bin`, as `tf.io` reads them.
 *
 * There is no topology in it: stock layers know neither switchable batch norm nor our quantizers. What
 * a program needs to build the network is in `userDefinedMetadata`.
 */
import type { RunRecord } from '../spec/run.ts';
import type { Checkpoint } from '../store/schema.ts';
import { SpecError } from '../util/errors.ts';
import type { ProjectRun } from './contents.ts';
import { fromFloats } from './floats.ts';
import { keptTensors } from './tensors.ts';
import { writeZip } from './zip.ts';

const README = `Weights of an SP-Net trained in InstantNet Lab, as TensorFlow.js model files.

  import * as tf from '@tensorflow/tfjs';
  const { weightsManifest } = await (await fetch('model.json')).json();
  const weights = await tf.io.loadWeights(weightsManifest, '.');

Names are layer/role, or layer/role@bits for what each bit-width has of its own:

  weight   filters [height, width, in, out] (depthwise: [.., channels, 1]; dense: [in, out])
  bias     of the dense layer
  affine   [2, channels]: gamma, then beta of the batch norm
  moments  [2, channels]: running mean, then running variance
  range    [2] or [2, channels]: lowest and highest value of the layer's input, for its grid
  clip     [2]: the same, learned

All are 32-bit floats; weights and inputs are put on their grids when the network runs.
model.json, userDefinedMetadata: network, bit-widths, recipe, dataset, accuracies.
`;

export interface TfjsFiles {
  readonly modelJson: string;
  readonly weightsBin: Uint8Array<ArrayBuffer>;
}

/** @param checkpoint the last one of the run; velocities of a run that may go on are left out */
export function tfjsFiles(run: RunRecord, checkpoint: Checkpoint): TfjsFiles {
  const tensors = keptTensors({ status: 'trained' }, checkpoint.tensors);
  const { recipe, model, dataset, accuracies, codeVersion, step } = run;
  const modelJson = {
    format: 'layers-model',
    generatedBy: `InstantNet Lab ${codeVersion}`,
    convertedBy: null,
    modelTopology: null,
    weightsManifest: [
      {
        paths: ['weights.bin'],
        weights: tensors.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })),
      },
    ],
    userDefinedMetadata: {
      ...{ bitWidths: recipe.bitWidths, model, recipe, step },
      dataset: { name: dataset.name, checksum: dataset.checksum, classNames: dataset.classNames },
      accuracies: accuracies?.map(({ bits, accuracy }) => ({ bits, accuracy })) ?? [],
    },
  };
  const bytes = fromFloats(tensors.map(({ data }) => data)).slice();
  return { modelJson: `${JSON.stringify(modelJson, null, 2)}\n`, weightsBin: bytes };
}

/** All of it with a README, in one zip. @throws SpecError when the run has no checkpoint yet */
export function tfjsZip({ record, checkpoint }: ProjectRun): Uint8Array<ArrayBuffer> {
  if (checkpoint === null) {
    throw new SpecError(`export: expected a run with weights, got ${record.name} without any`);
  }
  const { modelJson, weightsBin } = tfjsFiles(record, checkpoint);
  const utf8 = new TextEncoder();
  return writeZip([
    { path: 'README.txt', bytes: utf8.encode(README) },
    { path: 'model.json', bytes: utf8.encode(modelJson) },
    { path: 'weights.bin', bytes: weightsBin },
  ]);
}
