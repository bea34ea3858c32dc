/**
 * @file Work on lists of tensors, as many in one program as there are storage buffers for: the
 * tensors are small, and a dispatch costs more than they do.
 */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { OwnRange, SgdAttrs } from '../kernels.ts';
import type { UpdateOf } from '../lists.ts';
import { makeTensor, matrixOf, sizeOf } from './backend.ts';
import type { WebGpuBackend } from './backend.ts';
import { SCRATCH, THREADS, blockedProgram, blockingOf, laneReduction } from './columns.ts';
import { dispatch, spread } from './dispatch.ts';
import { accumulate } from './updates.ts';
import { FLAT_GROUP, LARGEST, QUANTIZE } from './wgsl.ts';

/** Storage buffers that one program may have. */
export function storageBuffers({ device }: WebGpuBackend): number {
  return device.limits.maxStorageBuffersPerShaderStage;
}

/** Consecutive items that share a program. @param buffersOf storage buffers of an item */
export function packed<T>(
  items: readonly T[],
  buffersOf: (item: T) => number,
  most: number,
): T[][] {
  const packs: T[][] = [];
  let taken = Infinity;
  for (const item of items) {
    const buffers = buffersOf(item);
    if (taken + buffers > most) {
      packs.push([]);
      taken = 0;
    }
    packs[packs.length - 1]?.push(item);
    taken += buffers;
  }
  return packs;
}

/** Elements of one tensor among those of a program. */
interface Part {
  readonly size: number;
  readonly reads: Readonly<Record<string, TensorInfo>>;
  readonly writes: Readonly<Record<string, TensorInfo>>;
  /** WGSL for element `i`. */
  readonly element: string;
}

/** Run WGSL for each element of each part; names of a part's tensors end in its number. */
function dispatchParts(
  backend: WebGpuBackend,
  program: {
    readonly name: string;
    readonly variant: string;
    readonly parts: readonly Part[];
    readonly varying: Readonly<Record<string, number>>;
  },
): void {
  const { name, variant, parts, varying } = program;
  const u32: Record<string, number> = {};
  let end = 0;
  parts.forEach(({ size }, k) => {
    end += Math.ceil(size / THREADS);
    u32[`size${k}`] = size;
    u32[`end${k}`] = end;
  });
  dispatch(backend, {
    name,
    variant,
    reads: Object.assign({}, ...parts.map(({ reads }) => reads)) as Part['reads'],
    writes: Object.assign({}, ...parts.map(({ writes }) => writes)) as Part['writes'],
    uniforms: { u32, varying },
    workgroupSize: [THREADS, 1, 1],
    workgroups: spread(end),
    main: () => `
      ${FLAT_GROUP}
      ${parts
        .map(
          ({ element }, k) => `
          if (flatGroup < u.end${k}) {
            let i = (flatGroup${k === 0 ? '' : ` - u.end${k - 1}`}) * ${THREADS}u + lane;
            if (i < u.size${k}) { ${element} }
            return;
          }`,
        )
        .join('\n')}`,
  });
}

/** In place, each running average toward its x. */
export function blendAll(
  backend: WebGpuBackend,
  pairs: readonly { readonly running: TensorInfo; readonly x: TensorInfo }[],
  keep: number,
): void {
  for (const pack of packed(pairs, () => 2, storageBuffers(backend))) {
    dispatchParts(backend, {
      name: 'blend',
      variant: `${pack.length}`,
      varying: { keep, take: 1 - keep },
      parts: pack.map(({ running, x }, k) => ({
        size: sizeOf(x.shape),
        reads: { [`x${k}`]: x },
        writes: { [`running${k}`]: running },
        element: `running${k}[i] = u.keep * running${k}[i] + u.take * x${k}[i];`,
      })),
    });
  }
}

/** In place on each w, v and first gradient, which gets the sum of all. */
export function sgdAll(
  backend: WebGpuBackend,
  updates: readonly UpdateOf<TensorInfo>[],
  { learningRate, momentum, weightDecay }: SgdAttrs,
): void {
  const most = storageBuffers(backend);
  const fitting = updates.map((update) => {
    const others = [...update.others];
    // in their order, for the same sum on every backend
    while (others.length > most - 3) {
      const next = others.shift();
      if (next !== undefined) accumulate(backend, update.first, next, 1);
    }
    return { ...update, others };
  });
  for (const pack of packed(fitting, ({ others }) => 3 + others.length, most)) {
    dispatchParts(backend, {
      name: 'sgd',
      variant: pack.map(({ others }) => others.length).join(),
      varying: { learningRate, momentum, weightDecay },
      parts: pack.map(({ w, v, first, others }, k) => {
        const names = others.map((_, j) => `g${k}plus${j}`);
        const sum = others.length > 0;
        return {
          size: sizeOf(w.shape),
          reads: {
            ...(sum ? {} : { [`g${k}`]: first }),
            ...Object.fromEntries(others.map((other, j) => [names[j], other])),
          },
          writes: { [`w${k}`]: w, [`v${k}`]: v, ...(sum ? { [`g${k}`]: first } : {}) },
          element: `
            var gradient = g${k}[i];
            ${names.map((name) => `gradient += ${name}[i];`).join('\n')}
            ${sum ? `g${k}[i] = gradient;` : ''}
            let velocity = u.momentum * v${k}[i] + gradient + u.weightDecay * w${k}[i];
            v${k}[i] = velocity;
            w${k}[i] -= u.learningRate * velocity;`,
        };
      }),
    });
  }
}

/** Each on a grid of its own range per channel: a workgroup finds the range of its columns first. */
export function quantizeAll(
  backend: WebGpuBackend,
  xs: readonly TensorInfo[],
  steps: number,
  own: OwnRange,
): TensorInfo[] {
  return packed(xs, () => 2, storageBuffers(backend)).flatMap((pack) =>
    quantizePack(backend, pack, steps, own),
  );
}

function quantizePack(
  backend: WebGpuBackend,
  xs: readonly TensorInfo[],
  steps: number,
  own: OwnRange,
): TensorInfo[] {
  const ys = xs.map(({ shape }) => makeTensor(backend, shape));
  const blockings = xs.map((x) => {
    const { rows, columns } = matrixOf(x);
    return blockingOf(rows, columns, rows);
  });
  const [blocking] = blockings;
  if (blocking === undefined) return [];
  const { width, lanes } = blocking;
  const u32: Record<string, number> = { steps };
  let end = 0;
  blockings.forEach(({ rows, columns, blocks }, k) => {
    end += blocks;
    Object.assign(u32, { [`rows${k}`]: rows, [`columns${k}`]: columns, [`end${k}`]: end });
  });
  const cases = (statement: (k: number) => string): string =>
    xs.map((_, k) => `case ${k}u: { ${statement(k)} }`).join('\n');
  dispatch(backend, {
    name: 'quantizeAll',
    variant: `${own} ${xs.length}`,
    reads: Object.fromEntries(xs.map((x, k) => [`x${k}`, x])),
    writes: Object.fromEntries(ys.map((y, k) => [`y${k}`, y])),
    uniforms: { u32 },
    workgroupSize: blockedProgram(blocking).workgroupSize,
    workgroups: spread(end),
    declarations: () => `
      ${SCRATCH}
      ${QUANTIZE}
      ${laneReduction(blocking, 'lowest', 'min(a, b)')}
      ${laneReduction(blocking, 'highest', 'max(a, b)')}
      fn load(item: u32, i: u32) -> f32 {
        switch (item) { ${cases((k) => `return x${k}[i];`)} default: { return 0.0; } }
      }
      fn store(item: u32, i: u32, value: f32) {
        switch (item) { ${cases((k) => `y${k}[i] = value;`)} default: {} }
      }`,
    main: () => `
      ${FLAT_GROUP}
      if (flatGroup >= u.end${xs.length - 1}) { return; }
      var item = 0u;
      var before = 0u;
      var rows = u.rows0;
      var columns = u.columns0;
      ${xs
        .slice(1)
        .map(
          (_, k) => `
          if (flatGroup >= u.end${k}) {
            item = ${k + 1}u;
            before = u.end${k};
            rows = u.rows${k + 1};
            columns = u.columns${k + 1};
          }`,
        )
        .join('\n')}
      let c = (flatGroup - before) * ${width}u + local.x;
      let end = select(0u, rows, c < columns);
      var low = ${LARGEST};
      var high = -${LARGEST};
      for (var row = local.y; row < end; row += ${lanes}u) {
        let value = load(item, row * columns + c);
        low = min(low, value);
        high = max(high, value);
      }
      var lowEnd = lowest(low, local);
      var highEnd = highest(high, local);
      ${own === 'extremes' ? '' : 'highEnd = max(abs(lowEnd), abs(highEnd)); lowEnd = -highEnd;'}
      let step = stepOf(lowEnd, highEnd, u.steps);
      for (var row = local.y; row < end; row += ${lanes}u) {
        let i = row * columns + c;
        store(item, i, quantize(load(item, i), lowEnd, highEnd, step));
      }`,
  });
  return ys;
}
