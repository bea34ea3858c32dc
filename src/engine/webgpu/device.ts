/** @file What can go wrong with a GPU while it works: errors in its queue, and losing it. */
import { backend as currentBackend } from '@tensorflow/tfjs-core';
import type { WebGpuBackend } from './backend.ts';

export interface DeviceListener {
  /** The device is gone: driver reset, sleep, another program. Nothing on it can be read again. */
  readonly onLost: (message: string) => void;
  /** A dispatch was refused (a fault of ours) or memory ran out. */
  readonly onError: (message: string) => void;
}

/** The WebGPU backend, which must be the current one of tfjs. */
export function webGpuBackend(): WebGpuBackend {
  const current: unknown = currentBackend();
  if (typeof current !== 'object' || current === null || !('runWebGPUProgram' in current)) {
    throw new Error("internal: tfjs's current backend is not 'webgpu'");
  }
  return current as WebGpuBackend;
}

/** Listen to the current backend's device. @returns a function that stops listening */
export function watchDevice({ onLost, onError }: DeviceListener): () => void {
  const { device } = webGpuBackend();
  const controller = new AbortController();
  const { signal } = controller;
  const listener = (event: Event): void => {
    onError((event as GPUUncapturedErrorEvent).error.message);
  };
  device.addEventListener('uncapturederror', listener, { signal });
  void device.lost.then(({ message }) => {
    if (!signal.aborted) onLost(message);
  });
  return () => {
    controller.abort();
  };
}
