import type { Remote } from 'comlink';
import { describe, expect, it } from 'vitest';
import type { Spawned } from '../rpc/spawn.ts';
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
    expect(sentenceOf(new Error(''))).toMatch(/without saying why/);
  });
});
