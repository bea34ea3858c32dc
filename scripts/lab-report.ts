/** @file The JSON of `npm run -s lab`; names and units of its fields are promised to scripts. */
import type { MappingRecord, RunRecord } from '../src/spec/run.ts';
import type { HeadlessResult } from '../src/state/headless-run.ts';

/** What was trained on what. */
export function reportSubject({ dataset, model, parameters, macs }: RunRecord) {
  return {
    dataset: {
      name: dataset.name,
      classes: dataset.classNames.length,
      train: dataset.train,
      test: dataset.test,
      checksum: dataset.checksum,
    },
    model: { name: model.name, parameters, macs },
  };
}

/** For one image at a bit-width. */
export function costOf({ byBits }: MappingRecord, bits: number) {
  const mapped = byBits.find((found) => found.bits === bits);
  if (mapped === undefined) throw new Error(`internal: no mapping at ${bits} bits`);
  const { energyPj, latencyCycles, edpPjCycles, utilizationRatio } = mapped.total;
  return { energyPj, latencyCycles, edpPjCycles, utilizationRatio };
}

export function reportMapping({ accelerator, objective, evaluations, byBits }: MappingRecord) {
  return { accelerator, objective, evaluations, byBits };
}

/** The command's JSON for one run. */
export function report({ run, mapping, imagesPerSecond, wallSeconds }: HeadlessResult) {
  const { recipe, backend } = run;
  return {
    recipe: recipe.name,
    seed: recipe.seed,
    backend,
    ...reportSubject(run),
    method: recipe.training.method,
    quantizer: recipe.training.quantizer,
    results: (run.accuracies ?? []).map(({ bits, accuracy }) => ({
      bits,
      accuracy,
      ...costOf(mapping, bits),
    })),
    mapping: reportMapping(mapping),
    imagesPerSecond,
    wallSeconds,
    steps: run.step,
    spec: recipe,
    codeVersion: run.codeVersion,
    runId: run.id,
  };
}
