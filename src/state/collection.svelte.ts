/** @file Images collected in the page: classes, their images, kept at every change, made a dataset. */
import type { RawPicture } from '../rpc/data-api.ts';
import { DRAFT_SIDE, LONGEST_CLASS_NAME } from '../spec/draft.ts';
import type { DraftClass, DraftImage } from '../spec/draft.ts';
import type { DataBench } from './data-bench.svelte.ts';
import type { LabServices } from './services.ts';
import { sentenceOf } from './worker-owner.ts';

const MOST_CLASSES = 50;
/** 27 KiB each: 108 MiB. */
const MOST_IMAGES = 4000;
/** Pictures cut at a time, so that the first show soon. */
const BATCH = 16;
/** With fewer of a class a network mostly learns them by heart; a warning, no limit. */
const FEW = 20;

export interface CollectedClass extends DraftClass {
  readonly images: readonly DraftImage[];
}

export class Collection {
  readonly #services: LabServices;
  readonly #data: DataBench;
  #isOpen = $state(false);
  #isRead = false;
  #classes = $state.raw<readonly CollectedClass[]>([]);
  #chosen = $state<string | null>(null);
  #title = $state('My images');
  #busy = $state(0);
  #alert = $state<string | null>(null);
  #said = $state('');
  readonly #lack = $derived.by(() => this.#findLack());
  /** Changes one after another, so that what is stored follows what is shown. */
  #queue: Promise<void> = Promise.resolve();

  constructor(services: LabServices, data: DataBench) {
    this.#services = services;
    this.#data = data;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }
  get classes(): readonly CollectedClass[] {
    return this.#classes;
  }
  /** The class that images are added to. */
  get chosen(): string | null {
    return this.#chosen;
  }
  get title(): string {
    return this.#title;
  }
  get isBusy(): boolean {
    return this.#busy > 0;
  }
  get alert(): string | null {
    return this.#alert;
  }
  /** What was last done, for those who do not see it. */
  get said(): string {
    return this.#said;
  }
  get imageCount(): number {
    return this.#classes.reduce((sum, { images }) => sum + images.length, 0);
  }
  /** Why no dataset can be made yet; null: one can. */
  get lack(): string | null {
    return this.#lack;
  }
  /** Classes that a network would learn little from. */
  get few(): readonly CollectedClass[] {
    return this.#classes.filter(({ images }) => images.length < FEW);
  }

  /** Show it, with what was collected before. */
  async open(): Promise<void> {
    this.#isOpen = true;
    if (this.#isRead) return;
    this.#isRead = true;
    await this.#do(async () => {
      const { classes, images } = await this.#services.store.readDraft();
      this.#classes = classes.map((each) => ({
        ...each,
        images: images.filter(({ classId }) => classId === each.id),
      }));
      this.#chosen = this.#classes[0]?.id ?? null;
    });
    if (this.#classes.length > 0) return;
    await this.addClass();
    await this.addClass();
    this.#chosen = this.#classes[0]?.id ?? null;
  }

  close(): void {
    this.#isOpen = false;
  }

  choose(id: string): void {
    this.#chosen = id;
  }

  setTitle(title: string): void {
    this.#title = title;
  }

  async addClass(): Promise<void> {
    await this.#do(async () => {
      if (this.#classes.length >= MOST_CLASSES)
        throw new Error(`collection: expected at most ${MOST_CLASSES} classes, got one more`);
      const names = this.#classes.map(({ name }) => name);
      let number = this.#classes.length + 1;
      while (names.includes(`Class ${number}`)) number++;
      const { newId, now, store } = this.#services;
      const made = { id: newId(), name: `Class ${number}`, createdAt: now() };
      await store.putDraftClass(made);
      this.#classes = [...this.#classes, { ...made, images: [] }];
      this.#chosen = made.id;
    });
  }

  async renameClass(id: string, name: string): Promise<void> {
    const next = name.replace(/\p{C}/gu, '').trim().slice(0, LONGEST_CLASS_NAME);
    await this.#do(async () => {
      const found = this.#classes.find((each) => each.id === id);
      if (!found) return;
      const { createdAt } = found;
      await this.#services.store.putDraftClass({ id, name: next, createdAt });
      this.#change(id, (each) => ({ ...each, name: next }));
    });
  }

  async removeClass(id: string): Promise<void> {
    await this.#do(async () => {
      await this.#services.store.deleteDraftClass(id);
      this.#classes = this.#classes.filter((each) => each.id !== id);
      if (this.#chosen === id) this.#chosen = this.#classes[0]?.id ?? null;
    });
  }

  /** Cut and keep pictures of the chosen class; what is no image is left out, and said. */
  async add(pictures: readonly (File | RawPicture)[]): Promise<void> {
    const classId = this.#chosen;
    if (classId === null || pictures.length === 0) return;
    await this.#do(async () => {
      const room = MOST_IMAGES - this.imageCount;
      if (pictures.length > room)
        throw new Error(
          `collection: expected at most ${MOST_IMAGES} images in all, got ${pictures.length - room} more`,
        );
      let unreadable = 0;
      for (let from = 0; from < pictures.length; from += BATCH) {
        const some = pictures.slice(from, from + BATCH);
        const squares = await this.#data.squares(some, DRAFT_SIDE);
        const whole = squares.filter((pixels) => pixels !== null);
        unreadable += squares.length - whole.length;
        const createdAt = this.#services.now();
        const images = whole.map((pixels, i) => ({
          id: this.#services.newId(),
          classId,
          createdAt: createdAt + i / BATCH,
          pixels,
        }));
        await this.#services.store.addDraftImages(images);
        this.#change(classId, (each) => ({ ...each, images: [...each.images, ...images] }));
      }
      const name = this.#classes.find(({ id }) => id === classId)?.name ?? '';
      const added = pictures.length - unreadable;
      this.#said = `${added} ${added === 1 ? 'image' : 'images'} added to ${name}.`;
      if (unreadable > 0)
        throw new Error(
          `collection: expected images as PNG, JPEG, WebP, GIF or BMP, got ${unreadable} of ${pictures.length} that cannot be read`,
        );
    });
  }

  async removeImage(classId: string, id: string): Promise<void> {
    await this.#do(async () => {
      await this.#services.store.deleteDraftImage(id);
      this.#change(classId, (each) => ({
        ...each,
        images: each.images.filter((image) => image.id !== id),
      }));
    });
  }

  /** Make a dataset of it, and choose it. The collection stays, to be added to. */
  async make(): Promise<void> {
    await this.#do(async () => {
      if (this.#lack !== null) return;
      const classes = this.#classes.map(({ name, images }) => ({
        name,
        images: images.map(({ pixels }) => pixels),
      }));
      const isMade = await this.#data.makeDataset(
        this.#title.trim() || 'My images',
        classes,
        DRAFT_SIDE,
      );
      if (isMade) this.#said = 'The dataset is made and chosen.';
    });
  }

  dismissAlert(): void {
    this.#alert = null;
  }

  fault(sentence: string): void {
    this.#alert = sentence;
  }

  #findLack(): string | null {
    if (this.#classes.length < 2) return 'A dataset has at least two classes.';
    const names = this.#classes.map(({ name }) => name);
    if (names.includes('')) return 'Every class needs a name.';
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice !== undefined) return `Two classes are called ${twice}.`;
    const short = this.#classes.filter(({ images }) => images.length < 2);
    if (short.length > 0)
      return `Each class needs at least two images, one to learn and one to test: ${short.map(({ name }) => name).join(', ')}.`;
    return null;
  }

  #change(id: string, change: (each: CollectedClass) => CollectedClass): void {
    this.#classes = this.#classes.map((each) => (each.id === id ? change(each) : each));
  }

  async #do(job: () => Promise<void>): Promise<void> {
    const before = this.#queue;
    this.#busy++;
    this.#queue = (async () => {
      await before;
      this.#alert = null;
      try {
        await job();
      } catch (error) {
        this.#alert = sentenceOf(error);
      } finally {
        this.#busy--;
      }
    })();
    await this.#queue;
  }
}
