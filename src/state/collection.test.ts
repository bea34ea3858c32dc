import { beforeEach, describe, expect, it } from 'vitest';
import { FakeLab } from '../testing/fake-services.ts';
import { Collection } from './collection.svelte.ts';
import { DataBench } from './data-bench.svelte.ts';

let fake: FakeLab;
let data: DataBench;
let collection: Collection;

beforeEach(async () => {
  fake = new FakeLab({ stepMs: 0, stepsPerRun: 8 });
  data = new DataBench(fake.services);
  collection = new Collection(fake.services, data);
  await collection.open();
});

const picture = { width: 2, height: 2, rgba: new Uint8ClampedArray(16) };
const idOf = (at: number): string => collection.classes[at]?.id ?? '';

async function addTo(at: number, count: number): Promise<void> {
  collection.choose(idOf(at));
  await collection.add(Array.from({ length: count }, () => picture));
}

describe('a collection', () => {
  it('says what is missing until a dataset can be made, then makes it and chooses it', async () => {
    expect(collection.lack).toMatch(/^Each class needs at least two images/);
    await addTo(0, 20);
    await addTo(1, 2);
    expect(collection.lack).toBeNull();
    expect(collection.few.map(({ name }) => name)).toEqual(['Class 2']);
    await collection.renameClass(idOf(1), ' Class 1 ');
    expect(collection.lack).toBe('Two classes are called Class 1.');
    await collection.renameClass(idOf(1), '');
    expect(collection.lack).toBe('Every class needs a name.');
    await collection.renameClass(idOf(1), '__proto__');
    collection.setTitle('mine');
    await collection.make();
    expect(data.dataset).toMatchObject({ name: 'mine', classNames: ['Class 1', '__proto__'] });
    await collection.removeClass(idOf(1));
    expect(collection.lack).toBe('A dataset has at least two classes.');
  });

  it('is there again after a reload, without what was deleted', async () => {
    await addTo(0, 3);
    await addTo(1, 17);
    await collection.removeImage(idOf(0), collection.classes[0]?.images[1]?.id ?? '');
    const again = new Collection(fake.services, data);
    await again.open();
    const idsOf = ({ classes }: Collection): string[][] =>
      classes.map(({ images }) => images.map(({ id }) => id));
    expect(idsOf(again)).toEqual(idsOf(collection));
    expect(again.classes.map(({ images }) => images.length)).toEqual([2, 17]);
  });

  it('keeps the images among files that are none, and says so', async () => {
    await collection.add([
      new File(['x'], 'a.txt', { type: 'text/plain' }),
      new File(['x'], 'a.png', { type: 'image/png' }),
    ]);
    expect(collection.imageCount).toBe(1);
    expect(collection.alert).toMatch(/got 1 of 2 that cannot be read/);
  });
});
