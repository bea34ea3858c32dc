/**
 * @file What `npm run screenshots` pictures: each scene brings the page to where one thing is to be
 * seen, and says which element that is.
 *
 * The runs are those that come with the lab. Only a search and a sweep are made, of the smallest recipe.
 */
import type { Locator } from '@playwright/test';
import type { LabPage } from '../e2e/pages/LabPage.ts';
import type { BenchName } from '../e2e/pages/LabPage.ts';
import { plainPng } from '../src/testing/image-files.ts';
import { SCOPE_VIEWS } from '../src/ui/scope-views.ts';
import type { ScopeView } from '../src/ui/scope-views.ts';
import { TID } from '../src/ui/testids.ts';

/** A search of the smallest recipe, or the runs of a sweep, on a slow machine. */
const STAGE_MS = 240_000;
/** What a worker of the page is asked for: images, answers, layers. */
const ANSWER_MS = 60_000;

const EXAMPLES = [
  'paper.instantnet',
  'small-shared.instantnet',
  'small-apart.instantnet',
  'quick.instantnet',
] as const;

/** Panels of a talk, by the number of steps to them. */
const TALK = ['widths', 'trade', 'image', 'train', 'map', 'layer'] as const;

export interface Scene {
  readonly name: string;
  /** What is pictured; null: the window. It must be there at every size. */
  readonly part: ((lab: LabPage) => Locator) | null;
  /** Once, at laptop size, from any other scene. */
  readonly arrange: (lab: LabPage) => Promise<unknown>;
  /** At every size, for what a change of size undoes. */
  readonly place?: (lab: LabPage) => Promise<unknown>;
  /** Undoes `place`. */
  readonly clear?: (lab: LabPage) => Promise<unknown>;
  /** Puts away what would lie on the next scene. */
  readonly leave?: (lab: LabPage) => Promise<unknown>;
}

const nothing = (): Promise<void> => Promise.resolve();

/** A part of a bench: a phone shows one bench at a time. */
const within = (
  at: BenchName,
  name: string,
  part: (lab: LabPage) => Locator,
  arrange: Scene['arrange'] = nothing,
): Scene => ({
  name,
  part,
  arrange: async (lab) => {
    await lab.goTo(at);
    await lab.tid(TID.bench(at)).waitFor();
    await arrange(lab);
  },
  place: (lab) => lab.goTo(at),
});

const bench = (name: BenchName, arrange?: Scene['arrange']): Scene =>
  within(name, name, (lab) => lab.tid(TID.bench(name)), arrange);

/** All runs that come with the lab; the page's own first one is shown in the end. */
export async function bringExamples(lab: LabPage): Promise<void> {
  for (const file of EXAMPLES) {
    await lab.tid(TID.openRuns).click();
    const list = lab.tid(TID.examples);
    await list.waitFor();
    if (!(await lab.tid(TID.example(file)).isVisible())) await list.click();
    await lab.tid(TID.example(file)).click();
    await lab.tid(TID.runs).waitFor({ state: 'hidden', timeout: ANSWER_MS });
  }
}

/** Tick every run for the comparison. */
async function compareAll(lab: LabPage): Promise<void> {
  await lab.tid(TID.openRuns).click();
  const unticked = lab.page.locator(`[data-testid="${TID.runCompare}"][aria-pressed="false"]`);
  const MOST = 4; // eight go together, more than four are not to be told apart on a phone
  for (let i = 0; i < MOST && (await unticked.count()) > 0; i++) await unticked.first().click();
}

async function runSweep(lab: LabPage): Promise<void> {
  await lab.useSmoke();
  const sweep = lab.tid(TID.sweep);
  await sweep.locator('summary').first().click();
  await lab.tid(TID.sweepSetting).selectOption('beta');
  await lab.tid(TID.sweepValues).fill('0.1, 0.5, 1');
  await lab.tid(TID.sweepStart).click();
  await lab.tid(TID.sweepRemove).waitFor({ timeout: STAGE_MS });
}

async function runSearch(lab: LabPage): Promise<void> {
  await lab.tid(TID.searchPreset).selectOption('sp-nas-smoke');
  await lab.hasSmokeImages();
  await lab.tid(TID.searchStart).click();
  await lab.tid(TID.searchStatus).filter({ hasText: 'Found' }).waitFor({ timeout: STAGE_MS });
}

/** Two classes with a few images each, one of them drawn. */
async function collect(lab: LabPage): Promise<void> {
  await lab.tid(TID.collectOpen).click();
  const names = ['sky', 'grass'];
  const colors = [
    [90, 150, 230],
    [80, 170, 90],
  ] as const;
  for (const [at, [red, green, blue]] of colors.entries()) {
    await lab.tid(TID.collectName(at)).fill(names[at] ?? '');
    await lab.tid(TID.collectName(at)).press('Tab');
    await lab.tid(TID.collectPick(at)).click();
    const shades = [0, 12, 24, 36, 48];
    await lab.tid(TID.collectFiles).setInputFiles(
      shades.map((shade) => ({
        name: `${shade}.png`,
        mimeType: 'image/png',
        buffer: Buffer.from(plainPng(20, [red - shade, green - shade, blue - shade])),
      })),
    );
    const images = lab.tid(TID.collectImages(at)).getByRole('listitem');
    await images.nth(shades.length - 1).waitFor({ timeout: ANSWER_MS });
  }
  await drawOn(lab, lab.tid(TID.collectPad));
}

/** A spiral, by mouse. */
async function drawOn(lab: LabPage, pad: Locator): Promise<void> {
  await pad.scrollIntoViewIfNeeded();
  const box = await pad.boundingBox();
  if (!box) throw new Error('screenshots: expected a drawing pad on the page, got none');
  const { mouse } = lab.page;
  const at = (turn: number): [number, number] => [
    box.x + box.width * (0.5 + 0.06 * turn * Math.cos(turn)),
    box.y + box.height * (0.5 + 0.06 * turn * Math.sin(turn)),
  ];
  await mouse.move(...at(0));
  await mouse.down();
  const TURNS = 6;
  for (let turn = 0; turn < TURNS; turn += 0.25) await mouse.move(...at(turn));
  await mouse.up();
}

const scope = (view: ScopeView): Scene =>
  within(
    'trade',
    `scope-${view}`,
    (lab) => lab.tid(TID.scope),
    async (lab) => {
      await lab.tid(TID.scope).scrollIntoViewIfNeeded();
      await lab.tid(TID.scopeTab(view)).click();
      if (view === 'own') await drawOn(lab, lab.tid(TID.scopePad));
      await lab.page.waitForTimeout(2500); // the trainer answers
    },
  );

const closeDialog = (lab: LabPage): Promise<unknown> => lab.page.keyboard.press('Escape');

/** What lies over a bench and is placed by the window's size. */
const over = (
  at: BenchName,
  name: string,
  open: (lab: LabPage) => Promise<unknown>,
  clear: (lab: LabPage) => Promise<unknown> = closeDialog,
): Scene => ({
  name,
  part: null,
  arrange: nothing,
  place: async (lab) => {
    await lab.goTo(at);
    await open(lab);
  },
  clear,
});

const talk = (panel: (typeof TALK)[number], at: number): Scene => ({
  name: `talk-${panel}`,
  part: null,
  arrange: async (lab) => {
    await lab.tid(TID.talkOpen).click();
    await lab.tid(TID.talkTitle).waitFor();
    for (let i = 0; i < at; i++) await lab.page.keyboard.press('ArrowRight');
    await lab.page.keyboard.press('4'); // bits
  },
  leave: closeDialog,
});

const tour = (step: number): Scene =>
  over(
    'trade',
    `tour-${step}`,
    async (lab) => {
      await lab.tid(TID.tourOpen).click();
      for (let i = 1; i < step; i++) await lab.tid(TID.tourNext).click();
    },
    (lab) => lab.tid(TID.tourLeave).click(),
  );

const embed = (panel: string): Scene => ({
  name: `embed-${panel}`,
  part: null,
  arrange: async (lab) => {
    await lab.page.goto(new URL(`embed.html#v=1&panels=["${panel}"]`, lab.page.url()).href);
    await lab.tid(TID.embed).waitFor();
    await lab.page.waitForTimeout(1500); // the stored run is opened
  },
  leave: async (lab) => {
    await lab.page.goto(new URL('.', lab.page.url()).href);
    await lab.hasImages();
  },
});

/** In any order: none needs another. What makes runs of its own comes last. */
export const SCENES: readonly Scene[] = [
  {
    name: 'first',
    part: null,
    arrange: (lab) => lab.tid(TID.first).waitFor(),
    place: async (lab) => {
      await lab.goTo('data');
      await lab.page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }));
    },
  },
  bench('data'),
  bench('train'),
  bench('map', async (lab) => {
    await lab.tid(TID.loopNest).waitFor({ timeout: ANSWER_MS });
  }),
  bench('trade'),
  over('trade', 'trade-window', (lab) => lab.choose(TID.bitSwitchOption(4)), nothing),
  ...SCOPE_VIEWS.map(scope),
  over('trade', 'runs', async (lab) => {
    await lab.tid(TID.openRuns).click();
    await lab.tid(TID.projectImport).waitFor({ state: 'attached' });
  }),
  within(
    'trade',
    'compare',
    (lab) => lab.tid(TID.compare),
    async (lab) => {
      await compareAll(lab);
      await lab.tid(TID.runsCompare).click();
      await lab.tid(TID.compareTable).waitFor();
    },
  ),
  over('trade', 'help', async (lab) => {
    const question = lab.page.getByRole('button', { name: 'What is Energy-delay product?' }).last();
    await question.scrollIntoViewIfNeeded();
    await question.click();
  }),
  over('trade', 'share', (lab) => lab.tid(TID.shareOpen).click()),
  ...[2, 3, 6, 10].map(tour),
  ...TALK.map(talk),
  embed('trade'),
  embed('widths'),
  bench('search', runSearch),
  within('train', 'sweep', (lab) => lab.tid(TID.sweep), runSweep),
  within('data', 'collect', (lab) => lab.tid(TID.bench('data')), collect),
];
