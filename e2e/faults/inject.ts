/** @file What is done to a page, its trainer or its store from outside, so that something breaks there. */
import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';

export type Told = typeof window & { told?: string[] };
export type Helped = typeof globalThis & { helpers?: Worker[] };

/** In a page: remember each sentence of the alert, once for as long as it stands there. */
export function listen(testid: string): void {
  const told: string[] = [];
  (window as Told).told = told;
  let last = '';
  new MutationObserver(() => {
    const text = document.querySelector(`[data-testid="${testid}"]`)?.textContent.trim() ?? '';
    if (text !== '' && text !== last) told.push(text);
    last = text;
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}

/** In a trainer: remember the workers that it starts. */
export function rememberHelpers(): void {
  const helpers: Worker[] = [];
  (globalThis as Helped).helpers = helpers;
  const Plain = Worker;
  globalThis.Worker = class extends Plain {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      helpers.push(this);
    }
  };
}

/** Run in a worker of the page. */
export async function inWorker<Arg = undefined>(
  page: Page,
  name: 'train' | 'search' | 'mapper',
  work: (arg: Arg) => void,
  ...[arg]: Arg extends undefined ? [] : [Arg]
): Promise<void> {
  const find = () => page.workers().find((worker) => worker.url().includes(`/${name}.worker`));
  const message = `the page has a ${name} worker`;
  await expect.poll(() => find() !== undefined, { message }).toBe(true);
  await find()?.evaluate(work as (arg: unknown) => void, arg);
}

/** Run in the trainer of the page. */
export function inTrainer<Arg = undefined>(
  page: Page,
  work: (arg: Arg) => void,
  ...arg: Arg extends undefined ? [] : [Arg]
): Promise<void> {
  return inWorker(page, 'train', work, ...arg);
}

/** In a worker: ruin what is copied next, so many times: images, gradients or values. */
export function ruinNumbers(times: number): void {
  const { prototype } = Float32Array;
  const { slice } = prototype;
  let left = times;
  prototype.slice = function (start, end) {
    if (--left === 0) prototype.slice = slice;
    return slice.call(this, start, end).fill(NaN);
  };
}

/** In a worker: writes fail for a while as on a full disk. */
export function refuseWrites(ms: number): void {
  const { prototype } = IDBObjectStore;
  const { put, add } = prototype;
  prototype.put = prototype.add = () => {
    throw new DOMException('no room', 'QuotaExceededError');
  };
  setTimeout(() => Object.assign(prototype, { put, add }), ms);
}

/** Keep every store locked for a while, as another program or a slow disk does. */
export function holdStore(ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('instantnet-lab');
    opening.onerror = () => reject(opening.error ?? new Error('cannot open the store'));
    opening.onsuccess = () => {
      const db = opening.result;
      const end = performance.now() + ms;
      const store = db
        .transaction(['runs', 'logs', 'checkpoints'], 'readwrite')
        .objectStore('runs');
      // methods: the name that a loader gives to a function of its own would not be known there
      const lock = {
        hold(): void {
          if (performance.now() < end) {
            store.count().onsuccess = lock.hold;
            return;
          }
          db.close();
          resolve();
        },
      };
      lock.hold();
    };
  });
}

/** A moment in the life of a write to a store of the page. */
export interface WritePoint {
  readonly store: string;
  readonly method: 'put' | 'delete';
  /** Before it is asked for; when it is made but not yet committed; when it is committed. */
  readonly moment: 'asked' | 'made' | 'committed';
}

/** What a thread says when it stands still at a point. */
export const AT_POINT = 'at the point of the write';

/**
 * In a page or a worker: say so and stand still at the next write of that kind, for as long as it takes to
 * be killed. Nothing of what the thread would do next happens.
 */
export function standAt({ store, method, moment, sentence, ms }: WritePoint & Standing): void {
  const { prototype } = IDBObjectStore;
  const plain = Reflect.get(prototype, method) as (...args: unknown[]) => IDBRequest;
  // a method: the name that a loader gives to a function of its own would not be known there
  const still = {
    stand(): void {
      // eslint-disable-next-line no-console -- what a thread can say while it stands still
      console.log(sentence);
      const end = performance.now() + ms;
      while (performance.now() < end);
    },
  };
  Reflect.set(prototype, method, function (this: IDBObjectStore, ...args: unknown[]) {
    if (this.name !== store) return plain.apply(this, args);
    Reflect.set(prototype, method, plain);
    if (moment === 'asked') still.stand();
    const request = plain.apply(this, args);
    if (moment === 'made') request.addEventListener('success', still.stand);
    if (moment === 'committed') this.transaction.addEventListener('complete', still.stand);
    return request;
  });
}

interface Standing {
  readonly sentence: string;
  readonly ms: number;
}
