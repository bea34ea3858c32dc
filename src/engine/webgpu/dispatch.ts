/**
 * @file Running one WGSL program: pipeline, bindings, uniforms, dispatch.
 *
 * Pipelines are kept by name and variant, never by shape: shapes are uniforms, so a network needs
 * a few dozen pipelines however many layers it has. Uniform buffers are kept by content as
 * well, because every step uses the same again; only those that change are written anew.
 */
import { env } from '@tensorflow/tfjs-core';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WebGpuBackend } from './backend.ts';

type Size3 = readonly [number, number, number];

interface Uniforms {
  /** Unsigned integers: shapes and counts. */
  readonly u32: Readonly<Record<string, number>>;
  /** Floats that stay the same from step to step. */
  readonly f32?: Readonly<Record<string, number>>;
  /** Floats that change from step to step, such as the learning rate. */
  readonly varying?: Readonly<Record<string, number>>;
}

export interface Program {
  /** With `variant`, says all that the code depends on. */
  readonly name: string;
  readonly variant?: string;
  readonly reads: Readonly<Record<string, TensorInfo>>;
  /** Written, or read and written. */
  readonly writes: Readonly<Record<string, TensorInfo>>;
  readonly uniforms: Uniforms;
  readonly workgroupSize: Size3;
  /** At most 65535 each: see `spread`. */
  readonly workgroups: Size3;
  /** Declarations in front of `main`. */
  readonly declarations?: () => string;
  /**
   * Body of `main`, with `group`, `local`, `id`, `groups` (vec3<u32>: workgroup, invocation in it,
   * invocation in all, number of workgroups), `lane` (index in the workgroup) and `u` (uniforms).
   */
  readonly main: () => string;
}

const MAX_WORKGROUPS = 65535;

/** A flat number of workgroups on two dimensions; `flatGroup` in WGSL is the inverse. */
export function spread(count: number): Size3 {
  if (count <= MAX_WORKGROUPS) return [count, 1, 1];
  const x = Math.ceil(Math.sqrt(count));
  return [x, Math.ceil(count / x), 1];
}

const listeners = new Set<(programName: string) => void>();

/**
 * Hear of every dispatch of the lab's own kernels, also of those that are only compiled ahead.
 * @returns a function that stops listening
 */
export function onDispatch(listener: (programName: string) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function arrayType(tensor: TensorInfo): string {
  return `array<${tensor.dtype === 'int32' ? 'i32' : 'f32'}>`;
}

function sourceOf(program: Program): string {
  const { reads, writes, uniforms, workgroupSize } = program;
  const names = [...Object.keys(reads), ...Object.keys(writes)];
  const binding = (name: string, access: string, tensor: TensorInfo): string =>
    `@group(0) @binding(${names.indexOf(name)}) ` +
    `var<storage, ${access}> ${name}: ${arrayType(tensor)};`;
  return [
    'struct Uniforms {',
    ...Object.keys(uniforms.u32).map((name) => `  ${name}: u32,`),
    ...Object.keys({ ...uniforms.f32, ...uniforms.varying }).map((name) => `  ${name}: f32,`),
    '}',
    ...Object.entries(reads).map(([name, tensor]) => binding(name, 'read', tensor)),
    ...Object.entries(writes).map(([name, tensor]) => binding(name, 'read_write', tensor)),
    `@group(0) @binding(${names.length}) var<uniform> u: Uniforms;`,
    program.declarations?.() ?? '',
    `@compute @workgroup_size(${workgroupSize.join(', ')})`,
    'fn main(@builtin(workgroup_id) group: vec3<u32>,',
    '    @builtin(local_invocation_id) local: vec3<u32>,',
    '    @builtin(global_invocation_id) id: vec3<u32>,',
    '    @builtin(num_workgroups) groups: vec3<u32>,',
    '    @builtin(local_invocation_index) lane: u32) {',
    program.main(),
    '}',
  ].join('\n');
}

/** null while the pipeline is only being compiled ahead. */
function pipelineOf(backend: WebGpuBackend, program: Program): GPUComputePipeline | null {
  const key = `${program.name} ${program.variant ?? ''}`;
  const isAhead = env().getBool('WEBGPU_ENGINE_COMPILE_ONLY');
  let pipeline = backend.pipelineCache[key];
  if (pipeline === undefined) {
    const code = sourceOf(program);
    const module = backend.device.createShaderModule({ code, label: key });
    const descriptor: GPUComputePipelineDescriptor = {
      label: key,
      layout: 'auto',
      compute: { module, entryPoint: 'main' },
    };
    pipeline = isAhead
      ? backend.device.createComputePipelineAsync(descriptor)
      : backend.device.createComputePipeline(descriptor);
    backend.pipelineCache[key] = pipeline;
  }
  if (isAhead) return null;
  if (pipeline instanceof Promise) {
    throw new Error('internal: pipelines are still being compiled; await the warm-up first');
  }
  return pipeline;
}

const keptUniforms = new WeakMap<GPUDevice, Map<string, GPUBuffer>>();
/** Far above what a network needs; past it the kept buffers are left to the garbage collector. */
const MAX_KEPT_UNIFORMS = 4096;

function uniformBytes({ u32, f32 = {}, varying = {} }: Uniforms): ArrayBuffer {
  const integers = Object.values(u32);
  const floats = [...Object.values(f32), ...Object.values(varying)];
  const bytes = new ArrayBuffer(Math.ceil((integers.length + floats.length) / 4) * 16);
  new Uint32Array(bytes).set(integers);
  new Float32Array(bytes).set(floats, integers.length);
  return bytes;
}

function uniformBuffer(backend: WebGpuBackend, uniforms: Uniforms): GPUBuffer {
  const usage = GPUBufferUsage.COPY_DST | GPUBufferUsage.UNIFORM;
  const { device, queue } = backend;
  if (uniforms.varying !== undefined) {
    const bytes = uniformBytes(uniforms);
    const buffer = backend.bufferManager.acquireBuffer(bytes.byteLength, usage);
    queue.writeBuffer(buffer, 0, bytes);
    backend.uniformPendingDisposal.push(buffer);
    return buffer;
  }
  let kept = keptUniforms.get(device);
  if (kept === undefined || kept.size >= MAX_KEPT_UNIFORMS) {
    kept = new Map();
    keptUniforms.set(device, kept);
  }
  const key = `${Object.values(uniforms.u32).join()};${Object.values(uniforms.f32 ?? {}).join()}`;
  let buffer = kept.get(key);
  if (buffer === undefined) {
    const bytes = uniformBytes(uniforms);
    buffer = device.createBuffer({ size: bytes.byteLength, usage });
    queue.writeBuffer(buffer, 0, bytes);
    kept.set(key, buffer);
  }
  return buffer;
}

function bufferOf(backend: WebGpuBackend, tensor: TensorInfo): GPUBuffer {
  backend.uploadToGPU(tensor.dataId);
  const { resource } = backend.tensorMap.get(tensor.dataId);
  if (resource === undefined) throw new Error('internal: a tensor without a GPU buffer');
  return resource;
}

/** Begin a compute pass of its own with a time stamp at both ends, for `tf.time`. */
function beginTimedPass(backend: WebGpuBackend): void {
  backend.endComputePassEncoder();
  backend.querySet ??= backend.device.createQuerySet({
    type: 'timestamp',
    count: backend.querySetCount,
  });
  const timestampWrites = {
    querySet: backend.querySet,
    beginningOfPassWriteIndex: 0,
    endOfPassWriteIndex: 1,
  };
  backend.computePassEncoder =
    backend.commandEncoder?.beginComputePass({ timestampWrites }) ?? null;
}

/** Record `program` after all that was recorded before; the backend submits in batches. */
export function dispatch(backend: WebGpuBackend, program: Program): void {
  const pipeline = pipelineOf(backend, program);
  const tensors = [...Object.values(program.reads), ...Object.values(program.writes)];
  const buffers = tensors.map((tensor) => bufferOf(backend, tensor));
  for (const listener of listeners) listener(program.name);
  if (pipeline === null) return;
  buffers.push(uniformBuffer(backend, program.uniforms));
  const bindGroup = backend.device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  for (const { dataId } of tensors) backend.commandQueueOwnedIds.add(dataId);
  for (const { dataId } of Object.values(program.writes)) {
    backend.tensorMap.get(dataId).values = null;
  }

  const timers = backend.activeTimers ?? null;
  backend.ensureCommandEncoderReady();
  if (timers !== null && backend.supportTimestampQuery) beginTimedPass(backend);
  else backend.computePassEncoder ??= backend.commandEncoder?.beginComputePass() ?? null;
  const pass = backend.computePassEncoder;
  if (pass === null) throw new Error('internal: no compute pass to record in');
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  pass.dispatchWorkgroups(...program.workgroups);
  backend.dispatchCountInPass += 1;
  if (timers !== null) {
    backend.endComputePassEncoder();
    timers.push({ name: program.name, query: backend.getQueryTime() });
  } else if (env().getNumber('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE') <= backend.dispatchCountInPass) {
    backend.endComputePassEncoder();
    backend.submitQueue();
  }
}
