/**
 * @file The heartbeat of a worker: its owner asks, it answers between two pieces of work. Beside
 * Comlink's messages on the same port, which takes no notice of it.
 */
const PING = 'instantnet-lab:ping';
const PONG = 'instantnet-lab:pong';

/** In a worker: answer from now on. */
export function answerPings(): void {
  addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (data === PING)
      (globalThis as unknown as { postMessage(text: string): void }).postMessage(PONG);
  });
}

/** In its owner. Any message of the worker is an answer. */
export function ping(worker: Worker): void {
  worker.postMessage(PING);
}
