import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { LINK_DEFAULTS, writeLink } from '../spec/link.ts';
import { anyRecipe } from '../testing/any-recipe.ts';
import { fakeRecipe } from '../testing/fake-recipes.ts';
import { searchRecipe } from '../testing/search-records.ts';
import { FakeLab } from '../testing/fake-services.ts';
import { Lab } from './lab.svelte.ts';

let lab: Lab;
const fresh = (): Lab =>
  new Lab(new FakeLab({ stepMs: 0, stepsPerRun: 8 }).services, [fakeRecipe], [searchRecipe]);

beforeEach(() => {
  lab = fresh();
});

/** Everything that a link could change. */
const all = (of: Lab): string =>
  JSON.stringify([
    of.share.state,
    of.search.form.draft,
    of.form.draft,
    of.data.spec,
    of.stage.mode,
    of.journey.at,
  ]);

describe('a link', () => {
  it('rebuilds any set-up on another device', () => {
    fc.assert(
      fc.property(anyRecipe, (recipe) => {
        const here = fresh();
        here.form.load(recipe);
        here.form.setBackend('simd');
        here.trade.choose(4);
        here.trade.setMetric('latency');
        here.journey.goTo('map');
        void here.mapSetup.choose('network:vgg16');
        const there = fresh();
        expect(there.share.open(here.share.hash({ mode: 'talk', panels: ['map', 'widths'] }))).toBe(
          true,
        );
        expect(there.share.state).toStrictEqual({
          ...here.share.state,
          shown: { ...here.share.state.shown, mode: 'talk', panels: ['map', 'widths'] },
        });
        expect(there.notice).toBeNull();
      }),
      { numRuns: 50 },
    );
  });

  it('rebuilds the search bench', () => {
    const { form } = lab.search;
    form.setPart('cost', 'target', 300_000);
    form.setSearch('methods', ['sp-nas', 'random']);
    form.set('bitWidths', [2, 8]);
    const there = fresh();
    expect(there.share.open(lab.share.hash({ mode: 'lab' }))).toBe(true);
    const { dataset: _here, ...wanted } = form.draft;
    const { dataset: _there, ...got } = there.search.form.draft;
    expect(got).toStrictEqual(wanted);
    expect(there.notice).toBeNull();
  });

  it('leaves a search with a fault out, and says so', () => {
    lab.search.form.setSearch('epochs', 0);
    expect(lab.share.notes).toContainEqual(expect.stringMatching(/search bench’s set-up/));
    expect(lab.share.hash({ mode: 'lab' })).not.toContain('nas.');
  });

  it('brings the images that it names', async () => {
    const dataset = { kind: 'procedural', seed: 5, train: 700, test: 90 } as const;
    const { recipe } = LINK_DEFAULTS;
    lab.share.open(`#${writeLink({ ...LINK_DEFAULTS, recipe: { ...recipe, dataset } })}`);
    await lab.boot();
    await lab.share.bringImages();
    expect(lab.data.spec).toEqual(dataset);
    expect(lab.share.state.recipe.dataset).toEqual(dataset);
  });

  it('says that images of one’s own are not in it', async () => {
    await lab.boot();
    await lab.data.importFiles([new File(['x'], 'mine.bin')]);
    expect(lab.share.notes).toEqual([expect.stringMatching(/own images stay on this device/)]);
    const there = fresh();
    there.share.open(lab.share.hash({ mode: 'lab' }));
    await there.boot();
    await there.share.bringImages();
    expect(there.notice).toMatch(/images of its author’s own/);
  });

  it('says that an accelerator is missing here', async () => {
    lab.share.open('#v=1&mapping.accelerator=mine');
    await lab.boot();
    await lab.share.bringImages();
    expect(lab.notice).toMatch(/accelerator “mine”/);
  });

  it('names what it did not take', () => {
    expect(lab.share.open('#v=1&training.epochs=2&training.magic=9')).toBe(true);
    expect(lab.form.draft.training.epochs).toBe(2);
    expect(lab.notice).toMatch(/does not know, and they were left out: training\.magic\./);
  });

  it.each([
    '#v=1&training.epochs=1e9',
    '#v=1&bench=kitchen',
    '#v=1&network=network:nowhere',
    '#v=3',
    '#v=1&name=%E0%A4%A',
    '#v=1&training=__proto__',
    '#v=1&training.epochs=2&nas.search.batchSize=1',
  ])('that is bad changes nothing and says so: %s', (hash) => {
    const before = all(lab);
    expect(lab.share.open(hash)).toBe(false);
    expect(all(lab)).toBe(before);
    expect(lab.notice).toMatch(
      /^The link was not opened, and nothing was changed\. [^\n]{10,300}$/,
    );
  });

  it('leaves a plain bench a bench, and a strange hash alone', () => {
    lab.share.open('#map');
    expect(lab.journey.at).toBe('map');
    lab.share.open('#<script>');
    lab.share.open('#nowhere');
    expect(lab.journey.at).toBe('map');
    expect(lab.notice).toBeNull();
  });

  it('is not made from a set-up with a fault', () => {
    lab.form.setTraining('epochs', 0);
    expect(() => lab.share.hash({ mode: 'lab' })).toThrow(/without a fault/);
  });
});

describe('the panels of a talk', () => {
  it('are stepped through, stay at the ends, and keep at least one', () => {
    lab.stage.enter('talk', ['trade', 'map']);
    lab.stage.step(-1);
    expect(lab.stage.panel).toBe('trade');
    lab.stage.step(1);
    lab.stage.step(1);
    expect(lab.stage.panel).toBe('map');
    lab.stage.goTo('train');
    expect(lab.stage.panel).toBe('map');
    lab.stage.toggle('trade');
    lab.stage.toggle('map');
    expect(lab.stage.panels).toEqual(['map']);
    lab.stage.toggle('train');
    expect(lab.stage.panels).toEqual(['train', 'map']);
    expect(lab.stage.panel).toBe('map');
  });
});
