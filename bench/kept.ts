/** @file Results that took minutes, kept in `.cache/` by all that decides them. */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../.cache');

/** A file of results, one JSON line each. Several processes may add to it. */
export class Kept {
  readonly #path: string;

  constructor(name: string) {
    this.#path = join(FOLDER, `${name}.jsonl`);
  }

  /** @returns what was kept under a key, if anything */
  find<T>(key: string): T | undefined {
    if (!existsSync(this.#path)) return undefined;
    for (const line of readFileSync(this.#path, 'utf8').split('\n').filter(Boolean)) {
      const entry = JSON.parse(line) as { readonly key: string; readonly result: T };
      if (entry.key === key) return entry.result;
    }
    return undefined;
  }

  /** @returns what was kept, or what `make` gives, which is kept then */
  async once<T>(key: string, make: () => Promise<T>): Promise<T> {
    const found = this.find<T>(key);
    if (found !== undefined) return found;
    const result = await make();
    mkdirSync(FOLDER, { recursive: true });
    appendFileSync(this.#path, `${JSON.stringify({ key, result })}\n`);
    return result;
  }
}
