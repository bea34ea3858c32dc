/** @file A lock manager as tabs of one origin share it, for Node, which has none: exclusive locks. */

interface Held {
  readonly steal: (reason: DOMException) => void;
}

type Work = (lock: Lock | null) => unknown;

export class FakeLocks implements LockManager {
  readonly #held = new Map<string, Held>();
  readonly #waiting = new Map<string, (() => void)[]>();

  query(): Promise<LockManagerSnapshot> {
    return Promise.resolve({ held: [...this.#held.keys()].map((name) => ({ name })), pending: [] });
  }

  request<T>(name: string, callback: LockGrantedCallback<T>): Promise<Awaited<T>>;
  request<T>(
    name: string,
    options: LockOptions,
    callback: LockGrantedCallback<T>,
  ): Promise<Awaited<T>>;
  async request(name: string, first: LockOptions | Work, second?: Work): Promise<never> {
    const [options, work] = typeof first === 'function' ? [{}, first] : [first, second];
    if (work === undefined) throw new TypeError('no callback');
    const { ifAvailable = false, steal = false, signal } = options;
    const holder = this.#held.get(name);
    if (holder !== undefined && steal) {
      this.#held.delete(name);
      holder.steal(new DOMException('The lock was stolen.', 'AbortError'));
    } else if (holder !== undefined && ifAvailable) {
      return (await work(null)) as never;
    } else {
      while (this.#held.has(name)) await this.#freed(name, signal);
    }
    return (await this.#hold(name, work)) as never;
  }

  async #hold(name: string, work: Work): Promise<unknown> {
    let steal: (reason: DOMException) => void = () => undefined;
    const stolen = new Promise<never>((_resolve, reject) => (steal = reject));
    const held: Held = { steal };
    this.#held.set(name, held);
    try {
      return await Promise.race([work({ name, mode: 'exclusive' }), stolen]);
    } finally {
      if (this.#held.get(name) === held) this.#held.delete(name);
      for (const wake of this.#waiting.get(name)?.splice(0) ?? []) wake();
    }
  }

  #freed(name: string, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      this.#waiting.set(name, [...(this.#waiting.get(name) ?? []), resolve]);
    });
  }
}
