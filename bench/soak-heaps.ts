/**
 * @file What of the heaps of a page and its workers is compiled code: an engine compiles what runs often again and
 * again, better each time, for as long as it runs.
 */
import type { CDPSession, Page } from '@playwright/test';

const MB = 2 ** 20;

/** As V8 writes it. */
interface Snapshot {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: readonly string[];
      readonly node_types: readonly [readonly string[], ...unknown[]];
    };
  };
  readonly nodes: readonly number[];
}

interface Answer {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly chunk?: string };
}

/** Asks the page, and each of its workers, which a session of Playwright does not reach by itself. */
export class Heaps {
  readonly #session: CDPSession;
  readonly #workers = new Set<string>();
  readonly #chunks = new Map<string, string[]>();
  readonly #waiting = new Map<string, () => void>();
  #nextId = 1;

  private constructor(session: CDPSession) {
    this.#session = session;
    session.on('Target.attachedToTarget', ({ sessionId }) => this.#workers.add(sessionId));
    session.on('Target.detachedFromTarget', ({ sessionId }) => this.#workers.delete(sessionId));
    session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => this.#add('', chunk));
    session.on('Target.receivedMessageFromTarget', ({ sessionId, message }) => {
      const { id, method, params } = JSON.parse(message) as Answer;
      if (method === 'HeapProfiler.addHeapSnapshotChunk') this.#add(sessionId, params?.chunk ?? '');
      if (id !== undefined) this.#waiting.get(`${sessionId} ${id}`)?.();
    });
  }

  /** @param page not yet opened: workers that run already are not seen */
  static async of(page: Page): Promise<Heaps> {
    const session = await page.context().newCDPSession(page);
    const heaps = new Heaps(session);
    const how = { autoAttach: true, waitForDebuggerOnStart: false, flatten: false };
    await session.send('Target.setAutoAttach', how);
    return heaps;
  }

  async codeMb(): Promise<number> {
    await this.#session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
    let bytes = this.#takeCodeBytes('');
    for (const worker of this.#workers) {
      await this.#ask(worker, 'HeapProfiler.takeHeapSnapshot');
      bytes += this.#takeCodeBytes(worker);
    }
    return bytes / MB;
  }

  #add(agent: string, chunk: string): void {
    const chunks = this.#chunks.get(agent);
    if (chunks === undefined) this.#chunks.set(agent, [chunk]);
    else chunks.push(chunk);
  }

  /** All chunks have come when the command is answered. */
  async #ask(sessionId: string, method: string): Promise<void> {
    const id = this.#nextId++;
    const answered = new Promise<void>((resolve) =>
      this.#waiting.set(`${sessionId} ${id}`, resolve),
    );
    const message = JSON.stringify({ id, method, params: { reportProgress: false } });
    await this.#session.send('Target.sendMessageToTarget', { sessionId, message });
    await answered;
    this.#waiting.delete(`${sessionId} ${id}`);
  }

  #takeCodeBytes(agent: string): number {
    const { snapshot, nodes } = JSON.parse(this.#chunks.get(agent)?.join('') ?? '') as Snapshot;
    this.#chunks.delete(agent);
    const { node_fields: fields, node_types: types } = snapshot.meta;
    const type = fields.indexOf('type');
    const size = fields.indexOf('self_size');
    const code = types[0].indexOf('code');
    let bytes = 0;
    for (let i = 0; i < nodes.length; i += fields.length)
      if (nodes[i + type] === code) bytes += nodes[i + size] ?? 0;
    return bytes;
  }
}
