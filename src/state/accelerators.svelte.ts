/** @file The accelerators to map on: the presets, and the reader's own in the store. */
import { assertAccelerator } from '../hw/accelerator.ts';
import type { Accelerator } from '../hw/accelerator.ts';
import { ACCELERATORS } from '../hw/presets/catalogue.ts';
import { parseAccelerator } from '../spec/accelerator-schema.ts';
import { SpecError } from '../util/errors.ts';
import type { LabServices } from './services.ts';
import { sentenceOf } from './worker-owner.ts';

const NAME_MAX = 80;

/** A preset with all its sources has some ten kilobytes. */
const MAX_FILE_BYTES = 2 ** 20;

export class Accelerators {
  readonly #services: LabServices;
  #own = $state.raw<readonly Accelerator[]>([]);
  #alert = $state<string | null>(null);

  constructor(services: LabServices) {
    this.#services = services;
  }

  get presets(): readonly Accelerator[] {
    return ACCELERATORS;
  }
  /** By name. */
  get own(): readonly Accelerator[] {
    return this.#own;
  }
  get alert(): string | null {
    return this.#alert;
  }

  find(name: string): Accelerator | null {
    return [...ACCELERATORS, ...this.#own].find((one) => one.name === name) ?? null;
  }

  isOwn(name: string): boolean {
    return this.#own.some((one) => one.name === name);
  }

  /** What is wrong with an accelerator as it is being edited, as one sentence; null: it is good. */
  faultOf(accelerator: Accelerator): string | null {
    try {
      assertAccelerator(accelerator);
      return null;
    } catch (error) {
      return sentenceOf(error);
    }
  }

  async refresh(): Promise<void> {
    await this.#guard(async () => {
      this.#own = await this.#services.store.listAccelerators();
    });
  }

  /** @returns the copy's name, null when it could not be stored */
  async copy(accelerator: Accelerator): Promise<string | null> {
    const base = `${accelerator.name} copy`.slice(0, NAME_MAX - 4);
    let name = base;
    for (let i = 2; this.find(name); i++) name = `${base} ${i}`;
    return (await this.save({ ...accelerator, name })) ? name : null;
  }

  /**
   * Take one from a file, as `downloadJson` or `npm run -s map` writes it. A name that is taken gets a number.
   * @returns its name, null when the file is none or could not be stored
   */
  async read(file: File): Promise<string | null> {
    let name: string | null = null;
    await this.#guard(async () => {
      const accelerator = parseAccelerator(await jsonOf(file));
      assertAccelerator(accelerator);
      const base = accelerator.name.trim().slice(0, NAME_MAX - 4);
      let free = base;
      for (let i = 2; this.find(free); i++) free = `${base} ${i}`;
      await this.#services.store.putAccelerator({ ...accelerator, name: free });
      this.#own = await this.#services.store.listAccelerators();
      name = free;
    });
    return name;
  }

  /** Write one of the reader's own over what it was. */
  async save(accelerator: Accelerator): Promise<boolean> {
    return this.#guard(async () => {
      assertAccelerator(accelerator);
      await this.#services.store.putAccelerator(accelerator);
      this.#own = await this.#services.store.listAccelerators();
    });
  }

  /** @returns the name that it has now */
  async rename(name: string, wanted: string): Promise<string> {
    const next = wanted.trim().slice(0, NAME_MAX);
    if (next === '' || next === name) return name;
    const isDone = await this.#guard(async () => {
      if (this.find(next))
        throw new SpecError(`accelerator: expected a name of its own, got "${next}" again`);
      await this.#services.store.renameAccelerator(name, next);
      this.#own = await this.#services.store.listAccelerators();
    });
    return isDone ? next : name;
  }

  async remove(name: string): Promise<void> {
    await this.#guard(async () => {
      await this.#services.store.deleteAccelerator(name);
      this.#own = await this.#services.store.listAccelerators();
    });
  }

  async #guard(job: () => Promise<void>): Promise<boolean> {
    try {
      this.#alert = null;
      await job();
      return true;
    } catch (error) {
      this.#alert = sentenceOf(error);
      return false;
    }
  }
}

async function jsonOf(file: File): Promise<unknown> {
  const who = file.name.slice(0, 60);
  if (file.size > MAX_FILE_BYTES) {
    throw new SpecError(
      `${who}: expected an accelerator of at most ${MAX_FILE_BYTES} bytes, got ${file.size}`,
    );
  }
  const text = await file.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new SpecError(
      `${who}: expected an accelerator as JSON, got ${text.slice(0, 20) || 'nothing'}`,
    );
  }
}
