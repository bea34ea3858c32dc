import type { Remote } from 'comlink';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Spawned } from '../rpc/spawned.ts';
import { sentenceOf, WorkerOwner } from './worker-owner.ts';

interface Api {
  never(): Promise<void>;
  name(): Promise<string>;
}

function setUp(): { owner: WorkerOwner<Api>; workers: EventTarget[]; ended: () => number } {
  const workers: EventTarget[] = [];
  let terminated = 0;
  const owner = new WorkerOwner<Api>('trainer', (): Spawned<Api> => {
    const worker = new EventTarget();
    workers.push(worker);
    const api: Api = {
      never: () => new Promise(() => undefined),
      name: () => Promise.resolve(`worker ${workers.length}`),
    };
    return {
      api: api as unknown as Remote<Api>,
      worker: worker as Worker,
      terminate: () => terminated++,
    };
  });
  return { owner, workers, ended: () => terminated };
}

const crash = (message: string): Event =>
  Object.assign(new Event('error', { cancelable: true }), { message });

describe('WorkerOwner', () => {
  it('spawns at the first call, once', async () => {
    const { owner, workers } = setUp();
    expect(workers).toHaveLength(0);
    await owner.call((api) => api.name());
    await owner.call((api) => api.name());
    expect(workers).toHaveLength(1);
  });

  it('rejects calls in flight with one sentence when the worker crashes, then spawns anew', async () => {
    const { owner, workers, ended } = setUp();
    const call = owner.call((api) => api.never());
    workers[0]?.dispatchEvent(crash('out of memory'));
    await expect(call).rejects.toThrow('The trainer stopped working: out of memory.');
    expect(ended()).toBe(1);
    expect(await owner.call((api) => api.name())).toBe('worker 2');
  });

  it('rejects calls in flight when it is ended', async () => {
    const { owner } = setUp();
    const call = owner.call((api) => api.never());
    owner.terminate();
    await expect(call).rejects.toThrow('The trainer was ended.');
    expect(owner.isAlive).toBe(false);
  });
});

describe('sentenceOf', () => {
  it('always says something', () => {
    expect(sentenceOf(new Error('no'))).toBe('no');
    expect(sentenceOf('text')).toBe('text');
    expect(sentenceOf(new DOMException('transaction exceeded', 'QuotaExceededError'))).toBe(
      'The disk, or the browser’s share of it, is full: nothing was stored.',
    );
    expect(sentenceOf(new Error(''))).toMatch(/without saying why/);
  });
});

describe('a heartbeat', () => {
  afterEach(() => vi.useRealTimers());

  /** A worker that answers pings until it hangs. */
  class Beating extends EventTarget {
    isHung = false;
    postMessage(): void {
      if (!this.isHung) this.dispatchEvent(new Event('message'));
    }
  }

  function setUpBeating() {
    vi.useFakeTimers();
    const workers: Beating[] = [];
    const api: Api = {
      never: () => new Promise(() => undefined),
      name: () => Promise.resolve(`worker ${workers.length}`),
    };
    const spawn = (): Spawned<Api> => {
      const worker = new Beating();
      workers.push(worker);
      return {
        api: api as unknown as Remote<Api>,
        worker: worker as unknown as Worker,
        terminate: () => undefined,
      };
    };
    return { workers, owner: new WorkerOwner<Api>('trainer', spawn, 60_000) };
  }

  it('tells a worker that hangs from one that works for long', async () => {
    const { owner, workers } = setUpBeating();
    let failure: unknown;
    const call = owner.call((api) => api.never()).catch((error: unknown) => (failure = error));
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(failure).toBeUndefined();
    const [worker] = workers;
    if (worker) worker.isHung = true;
    await vi.advanceTimersByTimeAsync(55_000);
    expect(failure).toBeUndefined();
    await vi.advanceTimersByTimeAsync(15_000);
    await call;
    expect(String(failure)).toBe('WorkerDied: The trainer did not answer for 60 seconds.');
    expect(await owner.call((api) => api.name())).toBe('worker 2');
  });

  it('is not asked for while no call waits', async () => {
    const { owner, workers } = setUpBeating();
    await owner.call((api) => api.name());
    const [worker] = workers;
    if (worker) worker.isHung = true;
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(owner.isAlive).toBe(true);
  });
});
