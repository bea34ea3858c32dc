/** @file A comparison's JSON, the paper's table beside the lab's own, and both as lines to read. */
import type { Comparison } from '../src/spec/comparison.ts';
import { TABLE_1 } from '../src/spec/paper-tables.ts';
import type { Method } from '../src/spec/recipe.ts';
import type { CompareResult, ComparedRun } from '../src/state/headless-compare.ts';
import { costOf, reportMapping, reportSubject } from './lab-report.ts';

/** Of a sample: n − 1 in the divisor; null for one value alone, which has no spread. */
export function meanAndDeviation(values: readonly number[]): {
  readonly mean: number;
  readonly deviation: number | null;
} {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length < 2) return { mean, deviation: null };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}

/** The command's JSON for a comparison: under `methods` one run of each, over all seeds. */
export function reportComparison(
  comparison: Comparison,
  { runs, mapping, wallSeconds }: CompareResult,
) {
  const [first] = runs;
  if (first === undefined) throw new Error('internal: a comparison without runs');
  const { recipe, methods, seeds } = comparison;
  const method = (name: Method) => {
    const own = runs.filter(({ run }) => run.recipe.training.method === name);
    return [name, reportMethod(own, mapping)] as const;
  };
  return {
    recipe: comparison.name,
    seeds,
    backend: first.run.backend,
    ...reportSubject(first.run),
    quantizer: recipe.training.quantizer,
    epochs: recipe.training.epochs,
    bitWidths: recipe.bitWidths,
    methods: Object.fromEntries(methods.map(method)) as Record<
      string,
      ReturnType<typeof reportMethod>
    >,
    paper: paperBeside(recipe.bitWidths),
    mapping: reportMapping(mapping),
    wallSeconds,
    spec: comparison,
    codeVersion: first.run.codeVersion,
  };
}

export type ReportedComparison = ReturnType<typeof reportComparison>;

/** One method over its seeds. Costs are of the network, so the same for every method. */
function reportMethod(runs: readonly ComparedRun[], mapping: CompareResult['mapping']) {
  const [first] = runs;
  if (first === undefined) throw new Error('internal: a method without runs');
  const { run } = first;
  const rates = runs.map(({ imagesPerSecond }) => imagesPerSecond);
  return {
    recipe: run.recipe.name,
    seeds: runs.map((one) => one.run.recipe.seed),
    backend: run.backend,
    ...reportSubject(run),
    method: run.recipe.training.method,
    quantizer: run.recipe.training.quantizer,
    results: run.recipe.bitWidths.map((bits) => {
      const accuracies = runs.map((one) => accuracyAt(one, bits));
      const { mean, deviation } = meanAndDeviation(accuracies);
      return {
        bits,
        accuracy: mean,
        accuracyStandardDeviation: deviation,
        accuracies,
        ...costOf(mapping, bits),
      };
    }),
    imagesPerSecond: meanAndDeviation(rates).mean,
    trainSeconds: runs.map((one) => one.run.trainSeconds),
    steps: run.step,
    runIds: runs.map((one) => one.run.id),
  };
}

function accuracyAt({ run }: ComparedRun, bits: number): number {
  const found = run.accuracies?.find((one) => one.bits === bits);
  if (found === undefined) throw new Error(`internal: no accuracy at ${bits} bits`);
  return found.accuracy;
}

/** The paper's accuracies, 0 to 1, at the same bit-widths; no methods where it has no such set. */
function paperBeside(bitWidths: readonly number[]) {
  const { title, source, network, dataset, epochs, bitSets } = TABLE_1;
  const set = bitSets.find((one) => one.bitWidths.join() === bitWidths.join());
  const methods = Object.entries(set?.accuracyPercent ?? {}).map(([method, percents]) => [
    method,
    percents.map((percent, i) => ({
      bits: bitWidths[i] ?? NaN,
      accuracy: Number((percent / 100).toFixed(4)),
    })),
  ]);
  return {
    note: `${title} as printed: ${network}, ${dataset}, ${epochs} epochs; not measured here, so compare order and gaps, not heights`,
    source,
    network,
    dataset,
    epochs,
    methods: Object.fromEntries(methods) as Record<
      string,
      readonly { readonly bits: number; readonly accuracy: number }[]
    >,
  };
}

/** Test accuracy in percent, methods down, bit-widths across; ours, then the paper's. */
export function compareLines(comparison: ReportedComparison): string[] {
  const { bitWidths, methods, paper, model, dataset, epochs, seeds } = comparison;
  const percent = (ratio: number): string => (100 * ratio).toFixed(1);
  const line = (name: string, cells: readonly string[]): string =>
    name.padEnd(16) + cells.map((cell) => cell.padStart(14)).join('');
  const ours = Object.entries(methods).map(([name, { results }]) =>
    line(
      name,
      results.map(({ accuracy, accuracyStandardDeviation: deviation }) =>
        deviation === null ? percent(accuracy) : `${percent(accuracy)} ± ${percent(deviation)}`,
      ),
    ),
  );
  const theirs = Object.entries(paper.methods).map(([name, cells]) =>
    line(
      name,
      cells.map(({ accuracy }) => (100 * accuracy).toFixed(2)),
    ),
  );
  const head = line(
    'test accuracy, %',
    bitWidths.map((bits) => `${bits} bits`),
  );
  return [
    `Ours: ${model.name}, ${dataset.name}, ${dataset.train} images, ${epochs} epochs, seeds ${seeds.join(', ')}; mean ± standard deviation`,
    head,
    ...ours,
    ...(theirs.length === 0
      ? []
      : [
          `The paper's: ${paper.network}, ${paper.dataset}, ${paper.epochs} epochs (${paper.source})`,
          head,
          ...theirs,
        ]),
  ];
}
