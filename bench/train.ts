/**
 * @file How fast a step of cascade distillation on the speed net is: our backends in a real browser,
 * stock tfjs compositions in Node, eager PyTorch where it is installed; side by side in one run.
 *
 * The row of all cores says what it gains over one worker, divided by what as many processes gain on
 * matrix products alone (`scalingVsGemm`): two cores may be two threads of one.
 *
 * Takes: [--steps N] [--pytorch FILE] [--stock-seconds N] — FILE is a script that prints
 * `{ images_per_s, ms_per_step_median }` when run as `FILE THREADS STEPS`.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import type { HeadlessLab } from '../src/app/headless.ts';
import type { MeasureSpec, TrainMeasure } from '../src/rpc/train-api.ts';
import type { TrainingSpec } from '../src/spec/recipe.ts';
import { namedModel } from '../src/spec/models.ts';
import { SpecError } from '../src/util/errors.ts';
import { gemmGain } from './gemm-gain.ts';
import { withLabPage } from '../scripts/lab-page.ts';
import { measureStock } from './stock-train.ts';
import type { Row, Rows } from './row.ts';

const BATCH = 64;
const BIT_WIDTHS = [4, 8, 12, 16, 32];

const TRAINING: TrainingSpec = {
  method: 'cdt',
  quantizer: 'sbm',
  beta: 1,
  distillOn: 'logits',
  epochs: 1000,
  batchSize: BATCH,
  learningRate: 0.05,
  finalLearningRate: 0.05,
  warmupEpochs: 0,
  momentum: 0.9,
  weightDecay: 5e-4,
  labelSmoothing: 0,
  pretrainEpochs: 0,
  augmentation: { flip: false, padCrop: 0 },
};

interface Wanted {
  readonly name: string;
  readonly backend: 'simd' | 'webgpu';
  readonly workers: number;
  readonly steps: number;
}

export const rows: Rows = async (args, say) => {
  const { steps, pytorch, stockSeconds } = options(args);
  const measured: Row[] = [];
  await withLabPage({ isHeaded: false }, async (page) => {
    const cores = await page.evaluate(() => navigator.hardwareConcurrency);
    const most = Math.min(cores, BIT_WIDTHS.length);
    const wanted: Wanted[] = [{ name: 'simd', backend: 'simd', workers: 1, steps }];
    if (most > 1) wanted.push({ name: 'simd', backend: 'simd', workers: most, steps });
    wanted.push({ name: 'webgpu', backend: 'webgpu', workers: 1, steps: 1 });
    for (const { name, backend, workers, steps: timed } of wanted) {
      say(`${name}, ${workers} worker(s) …`);
      const spec: MeasureSpec = {
        model: namedModel('speed-net'),
        training: TRAINING,
        bitWidths: BIT_WIDTHS,
        backend,
        workers,
        steps: timed,
      };
      const outcome = await page.evaluate(async (request) => {
        const { lab } = window as Window & { readonly lab?: HeadlessLab };
        if (lab === undefined) throw new Error('internal: lab.html did not load');
        return lab.measure(request).catch((error: unknown) => String(error));
      }, spec);
      measured.push(
        typeof outcome === 'string' ? { name, workers, skipped: outcome } : rowOf(name, outcome),
      );
    }
  });
  for (const backend of ['cpu', 'wasm'] as const) {
    say(`stock tfjs compositions on ${backend}, at most about ${stockSeconds} s …`);
    const row = await measureStock(backend, TRAINING, BIT_WIDTHS, stockSeconds).catch(
      (error: unknown) => ({ skipped: String(error) }),
    );
    measured.push({ name: `tfjs-${backend}`, workers: 1, ...row });
  }
  measured.push(peer(pytorch, steps, say));
  const reference = measured.find(({ name }) => name === 'pytorch')?.['msPerStep'];
  const scaling = await scalingOf(measured, say);
  return measured.map((row) => ({
    ...row,
    ...(row['workers'] === scaling.workers ? scaling.fields : {}),
    ratioToPytorch:
      typeof reference === 'number' && typeof row['msPerStep'] === 'number'
        ? round(reference / row['msPerStep'], 3)
        : undefined,
  }));
};

/** Of the `simd` row with most workers: speed-up over one, and that over the gain of matrix products. */
async function scalingOf(
  measured: readonly Row[],
  say: (line: string) => void,
): Promise<{ readonly workers: number; readonly fields: Row }> {
  const simd = measured.filter(
    (row) => row['name'] === 'simd' && typeof row['msPerStep'] === 'number',
  );
  const one = simd.find((row) => row['workers'] === 1);
  const all = simd.find((row) => Number(row['workers']) > 1);
  if (one === undefined || all === undefined) return { workers: -1, fields: {} };
  const workers = Number(all['workers']);
  say(`matrix products in 1 and in ${workers} processes …`);
  const gain = await gemmGain(workers);
  const speedUp = Number(one['msPerStep']) / Number(all['msPerStep']);
  return {
    workers,
    fields: {
      speedUp: round(speedUp, 2),
      gemmGain: round(gain, 2),
      scalingVsGemm: round(speedUp / gain, 2),
    },
  };
}

function options(args: readonly string[]): {
  steps: number;
  pytorch: string;
  stockSeconds: number;
} {
  const { values } = parseArgs({
    args: [...args],
    options: {
      steps: { type: 'string', default: '10' },
      pytorch: { type: 'string', default: 'bench/peers/pytorch_cdt.py' },
      'stock-seconds': { type: 'string', default: '60' },
    },
  });
  const whole = (name: string, text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 1 || value > 10_000)
      throw new SpecError(
        `bench train: --${name}: expected a whole number from 1 to 10000, got ${text}`,
      );
    return value;
  };
  return {
    steps: whole('steps', values.steps),
    pytorch: values.pytorch,
    stockSeconds: whole('stock-seconds', values['stock-seconds']),
  };
}

function rowOf(name: string, measure: TrainMeasure): Row {
  const sorted = [...measure.msPerStep].sort((a, b) => a - b);
  const ms = sorted[Math.floor(sorted.length / 2)] ?? NaN;
  return {
    name,
    workers: measure.backend.workers,
    imagesPerSecond: round((BATCH * 1000) / ms, 1),
    msPerStep: round(ms, 1),
    fastestMsPerStep: round(sorted[0] ?? NaN, 1),
    kernelCallsPerStep: measure.kernelCallsPerStep,
    dispatchesPerStep: measure.dispatchesPerStep ?? undefined,
    peakMemoryMb: round(measure.peakMemoryMb, 0),
    detail: measure.backend.detail,
  };
}

/** Eager PyTorch on one thread, the same step. */
function peer(script: string, steps: number, say: (line: string) => void): Row {
  say('PyTorch, 1 thread …');
  const name = 'pytorch';
  // Debian's interpreter, which has python3-torch, may not be the first on the path.
  for (const python of ['python3', '/usr/bin/python3']) {
    const { status, stdout } = spawnSync(python, [script, '1', String(steps)], {
      encoding: 'utf8',
    });
    if (status !== 0) continue;
    const told = peerFigures(stdout);
    if (told === null) return { name, workers: 1, skipped: `${script} printed no figures` };
    return {
      name,
      workers: 1,
      imagesPerSecond: told.images_per_s,
      msPerStep: told.ms_per_step_median,
      detail: told.peer,
    };
  }
  return { name, workers: 1, skipped: `${script} did not run: is python3-torch installed?` };
}

interface PeerFigures {
  readonly peer: string;
  readonly images_per_s: number;
  readonly ms_per_step_median: number;
}

/** Of the last line that a peer printed; null where it is something else. */
function peerFigures(stdout: string): PeerFigures | null {
  try {
    const told = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Partial<PeerFigures>;
    const { peer = '', images_per_s, ms_per_step_median } = told;
    if (typeof images_per_s !== 'number' || typeof ms_per_step_median !== 'number') return null;
    return { peer, images_per_s, ms_per_step_median };
  } catch {
    return null;
  }
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
