import '@tensorflow/tfjs-backend-cpu';
import { io } from '@tensorflow/tfjs-core';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { projectRun } from '../testing/project-run.ts';
import { tfjsZip } from './tfjs-model.ts';

describe('weights as TensorFlow.js model files', () => {
  it('are read back by tfjs itself: names, shapes and values', () => {
    const run = projectRun('a');
    const files = unzipSync(tfjsZip(run));
    const json = JSON.parse(new TextDecoder().decode(files['model.json'])) as {
      weightsManifest: { paths: string[]; weights: io.WeightsManifestEntry[] }[];
      userDefinedMetadata: { bitWidths: number[] };
    };
    const [group] = json.weightsManifest;
    expect(group?.paths).toEqual(['weights.bin']);
    const bytes = files['weights.bin'] ?? new Uint8Array(0);
    // the oracle: tfjs, which knows nothing of the lab
    const tensors = io.decodeWeights(bytes.slice().buffer, group?.weights ?? []);
    const expected = (run.checkpoint?.tensors ?? []).filter(
      ({ name }) => !name.includes('velocity:'),
    );
    expect(Object.keys(tensors)).toEqual(expected.map(({ name }) => name));
    for (const { name, shape, data } of expected) {
      expect(tensors[name]?.shape, name).toEqual(shape);
      expect(tensors[name]?.dataSync(), name).toEqual(data);
      tensors[name]?.dispose();
    }
    expect(Object.keys(tensors)).toEqual(
      expect.arrayContaining(['block0.conv/affine@2', 'block0.conv/moments@32']),
    );
    expect(json.userDefinedMetadata.bitWidths).toEqual([2, 32]);
  });

  it('are not to be had of a run without any', () => {
    expect(() => tfjsZip({ ...projectRun('a'), checkpoint: null })).toThrow(
      'expected a run with weights',
    );
  });
});
