/**
 * @file The loss of one bit-width and its gradient, in one workgroup: 16 rows at a time, 16 lanes
 * to a row.
 *
 * WebGPU promises eight storage buffers, so one dispatch reads at most four teachers; a fifth is
 * added by a second dispatch, which sums onto the first's results.
 */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { LOSS_TERMS } from '../kernels.ts';
import type { CdtLossAttrs } from '../kernels.ts';
import { extent, makeTensor } from './backend.ts';
import type { WebGpuBackend } from './backend.ts';
import { dispatch } from './dispatch.ts';
import { LARGEST } from './wgsl.ts';

/** Lanes of a row, and rows of a turn. */
const LANES = 16;
const ROWS = 16;
const MAX_TEACHERS_PER_PASS = 4;

const DECLARATIONS = `
var<workgroup> scratch: array<f32, ${LANES * ROWS}>;

fn sumRow(value: f32, lane: u32) -> f32 {
  scratch[lane] = value;
  workgroupBarrier();
  for (var half = ${LANES / 2}u; half > 0u; half >>= 1u) {
    if (lane % ${LANES}u < half) { scratch[lane] += scratch[lane + half]; }
    workgroupBarrier();
  }
  let result = scratch[lane / ${LANES}u * ${LANES}u];
  workgroupBarrier();
  return result;
}

fn largestOfRow(value: f32, lane: u32) -> f32 {
  scratch[lane] = value;
  workgroupBarrier();
  for (var half = ${LANES / 2}u; half > 0u; half >>= 1u) {
    if (lane % ${LANES}u < half) { scratch[lane] = max(scratch[lane], scratch[lane + half]); }
    workgroupBarrier();
  }
  let result = scratch[lane / ${LANES}u * ${LANES}u];
  workgroupBarrier();
  return result;
}

fn sumAll(value: f32, lane: u32) -> f32 {
  scratch[lane] = value;
  workgroupBarrier();
  for (var half = ${(LANES * ROWS) / 2}u; half > 0u; half >>= 1u) {
    if (lane < half) { scratch[lane] += scratch[lane + half]; }
    workgroupBarrier();
  }
  let result = scratch[0];
  workgroupBarrier();
  return result;
}`;

/** WGSL: head of a loop over this lane's classes; \`i\` is the flat index. */
const EACH_CLASS = `for (var k = local.x; k < end; k += ${LANES}u)`;

/** WGSL: largest logit and sum of exponentials of a tensor's row. */
function softmaxOf(tensor: string, name: string): string {
  return `
    var ${name}Most = -${LARGEST};
    ${EACH_CLASS} { ${name}Most = max(${name}Most, ${tensor}[base + k]); }
    let ${name}Largest = largestOfRow(${name}Most, lane);
    var ${name}Part = 0.0;
    ${EACH_CLASS} { ${name}Part += exp(${tensor}[base + k] - ${name}Largest); }
    let ${name}Sum = sumRow(${name}Part, lane);`;
}

function probability(tensor: string, name: string): string {
  return `exp(${tensor}[base + k] - ${name}Largest) / ${name}Sum`;
}

interface Pass {
  readonly teachers: readonly TensorInfo[];
  /** Place of the first among all teachers. */
  readonly from: number;
  /** Whether terms and dLogits are there already, to be added to. */
  readonly isFurther: boolean;
}

function mainOf({ teachers, from, isFurther }: Pass, distillOn: CdtLossAttrs['distillOn']): string {
  const onProbabilities = distillOn === 'probabilities';
  const onSoftLabels = distillOn === 'soft-labels';
  const names = teachers.map((_, t) => `teacher${t}`);
  const mine = onProbabilities ? probability('logits', 'own') : 'logits[base + k]';
  const difference = (name: string): string =>
    `${mine} - ${onProbabilities ? probability(name, name) : `${name}[base + k]`}`;
  const gradientOfCrossEntropy = isFurther
    ? '0.0'
    : `(${probability('logits', 'own')} - goal) / f32(u.batch)`;
  const distill = onProbabilities
    ? `${probability('logits', 'own')} * (compared - inner)`
    : 'compared';
  /** WGSL: \`compared\`, the gradient to what is compared; \`squares\` where it is asked for. */
  const compare = (withSquares: boolean): string => `
    var compared = 0.0;
    ${names
      .map((name, t) =>
        onSoftLabels
          ? `{
          let soft = ${probability(name, name)};
          compared += (${probability('logits', 'own')} - soft) / f32(u.batch);
          let logRatio = (${name}[base + k] - ${name}Largest - log(${name}Sum))
            - (logits[base + k] - ownLargest - log(ownSum));
          ${withSquares ? `distillation${t} += soft * logRatio;` : ''}
        }`
          : `{
          let difference = ${difference(name)};
          compared += 2.0 * difference / f32(u.batch * u.classes);
          ${withSquares ? `distillation${t} += difference * difference;` : ''}
        }`,
      )
      .join('\n')}`;
  return `
    var crossEntropy = 0.0;
    ${names.map((_, t) => `var distillation${t} = 0.0;`).join('\n')}
    var correct = 0.0;
    for (var turn = 0u; turn < u.batch; turn += ${ROWS}u) {
      // All threads take every turn, because they meet at barriers; those without a row idle.
      let n = turn + local.y;
      let inside = n < u.batch;
      let base = n * u.classes;
      let end = select(0u, u.classes, inside);
      ${isFurther && distillOn === 'logits' ? '' : softmaxOf('logits', 'own')}
      ${distillOn === 'logits' ? '' : names.map((name) => softmaxOf(name, name)).join('\n')}
      ${
        isFurther
          ? ''
          : `
      let label = u32(labels[min(n, u.batch - 1u)]);
      // The first of the largest is the prediction.
      var place = f32(u.classes);
      ${EACH_CLASS} {
        if (logits[base + k] == ownLargest) { place = min(place, f32(k)); }
      }
      let prediction = -largestOfRow(-place, lane);
      if (inside && local.x == 0u && prediction == f32(label)) { correct += 1.0; }`
      }
      ${
        onProbabilities
          ? `
      var innerPart = 0.0;
      ${EACH_CLASS} {
        ${compare(true)}
        innerPart += compared * ${probability('logits', 'own')};
      }
      let inner = sumRow(innerPart, lane);`
          : ''
      }
      ${EACH_CLASS} {
        ${
          isFurther
            ? ''
            : `
        let goal = u.smoothing / f32(u.classes) + select(0.0, 1.0 - u.smoothing, k == label);
        crossEntropy -= goal * (logits[base + k] - ownLargest - log(ownSum));`
        }
        ${compare(!onProbabilities)}
        let gradient = ${gradientOfCrossEntropy} + u.beta * (${distill});
        dLogits[base + k] ${isFurther ? '+=' : '='} u.scale * gradient;
      }
    }
    let crossEntropySum = sumAll(crossEntropy, lane);
    ${names.map((_, t) => `let distillationSum${t} = sumAll(distillation${t}, lane);`).join('\n')}
    let correctSum = sumAll(correct, lane);
    if (lane == 0u) {
      ${
        isFurther
          ? ''
          : `
      terms[0] = crossEntropySum / f32(u.batch);
      terms[1] = 0.0;
      terms[2] = correctSum;`
      }
      let perTerm = f32(${onSoftLabels ? 'u.batch' : 'u.batch * u.classes'});
      ${names
        .map(
          (_, t) => `
      terms[${LOSS_TERMS + from + t}] = distillationSum${t} / perTerm;
      terms[1] += distillationSum${t} / perTerm;`,
        )
        .join('')}
    }`;
}

/** @returns terms [LOSS_TERMS + teachers], dLogits [N, K] */
export function cdtLoss(
  backend: WebGpuBackend,
  logits: TensorInfo,
  labels: TensorInfo,
  teachers: readonly TensorInfo[],
  { beta, labelSmoothing, scale, distillOn }: CdtLossAttrs,
): TensorInfo[] {
  const terms = makeTensor(backend, [LOSS_TERMS + teachers.length]);
  const dLogits = makeTensor(backend, logits.shape);
  for (let from = 0; from === 0 || from < teachers.length; from += MAX_TEACHERS_PER_PASS) {
    const pass = {
      teachers: teachers.slice(from, from + MAX_TEACHERS_PER_PASS),
      from,
      isFurther: from > 0,
    };
    dispatch(backend, {
      name: 'cdtLoss',
      variant: `${pass.teachers.length} teachers, ${distillOn}${pass.isFurther ? ', further' : ''}`,
      reads: {
        logits,
        ...(pass.isFurther ? {} : { labels }),
        ...Object.fromEntries(pass.teachers.map((teacher, t) => [`teacher${t}`, teacher])),
      },
      writes: { terms, dLogits },
      uniforms: {
        u32: { batch: extent(logits, 0), classes: extent(logits, 1) },
        f32: { smoothing: labelSmoothing },
        varying: { beta, scale },
      },
      workgroupSize: [LANES, ROWS, 1],
      workgroups: [1, 1, 1],
      declarations: () => DECLARATIONS,
      main: () => mainOf(pass, distillOn),
    });
  }
  return [terms, dLogits];
}
