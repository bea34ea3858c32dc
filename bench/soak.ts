/**
 * @file Whether the page holds more, or gets slower, the longer it is used: rounds of training, searching,
 * mapping and switching in one tab, and its memory, tensors, storage and pace after each.
 *
 * Takes: [--minutes N] (60). Rounds go on until then; at least three. The first ten (of few, the first
 * third) warm up and are not compared: the engine keeps what it has learnt and compiled of code that runs
 * often, three megabytes in ten rounds, and goes on compiling after that, which is a row of its own. The medians
 * of the few rounds after them are, with those of the last few. Runs and searches of a round are deleted after
 * it, so that storage has to come back. Times follow what else the machine does in an hour: so at the end the
 * page and one in a fresh browser do rounds in turn, and their times are compared.
 */
import { chromium, expect } from '@playwright/test';
import type { Browser, CDPSession, Page } from '@playwright/test';
import { parseArgs } from 'node:util';
import { LabPage } from '../e2e/pages/LabPage.ts';
import { SearchPage } from '../e2e/pages/SearchPage.ts';
import { browserFlags, findBrowser } from '../scripts/browser.js';
import { ensureBuilt } from '../scripts/build.js';
import { serve } from '../scripts/serve.js';
import { TID } from '../src/ui/testids.ts';
import { SpecError } from '../src/util/errors.ts';
import type { Row, Rows } from './row.ts';
import { Heaps } from './soak-heaps.ts';

const FEWEST_ROUNDS = 3;
/** Rounds that warm up, and their share of few. */
const WARM_ROUNDS = 10;
const WARM_SHARE = 1 / 3;
/** Rounds at the start and at the end whose medians are compared. */
const COMPARED_ROUNDS = 5;
/** Of the fresh browser, before it is compared. */
const FRESH_WARM_ROUNDS = 2;
/** Rounds of so much at the end, at least those that are compared, are asked for their compiled code. */
const LAST_MINUTES = 4;
const SWITCHES = 40;
/** For the page to show what was done, beside other work. */
const SHOWN_MS = 120_000;
const MB = 2 ** 20;
/** What a figure may have grown by, as a share of its start. */
const MOST_GROWTH = 0.05;

interface Round {
  /** JavaScript heaps of the page and its workers, after a collection. */
  readonly heapMb: number;
  /** Of these, what the engine compiled; null where nobody asked. */
  readonly codeMb: number | null;
  /** Of the workers that compute with tensors. */
  readonly tensors: number;
  /** Of the page's document and those that were taken out of it but are still held. */
  readonly nodes: number;
  /** Used by the origin, as the browser estimates. */
  readonly storageMb: number;
  readonly msPerStep: number;
  /** Of the page's process, which has its workers: a run from its start to its test. */
  readonly processorMsPerStep: number;
  readonly switchMs: number;
}

type TimedRound = Omit<Round, 'codeMb'>;

export const rows: Rows = async (args, say) => {
  const { values } = parseArgs({
    args: [...args],
    options: { minutes: { type: 'string', default: '60' } },
  });
  const minutes = Number(values.minutes);
  if (!(minutes > 0 && minutes <= 10_000)) {
    throw new SpecError(
      `bench soak: --minutes: expected a number from 0 to 10000, got ${values.minutes}`,
    );
  }
  await ensureBuilt();
  const server = await serve([0]);
  const opened: Tab[] = [];
  const rounds: Round[] = [];
  const paired: { readonly fresh: TimedRound; readonly aged: TimedRound }[] = [];
  const open = async (): Promise<Tab> => {
    const tab = await openTab(server.url);
    opened.push(tab);
    return tab;
  };
  try {
    const aged = await open();
    const end = Date.now() + minutes * 60_000;
    while (rounds.length < FEWEST_ROUNDS || Date.now() < end) {
      const isCompared =
        rounds.length < WARM_ROUNDS + COMPARED_ROUNDS || Date.now() > end - LAST_MINUTES * 60_000;
      const round = {
        ...(await oneRound(aged)),
        codeMb: isCompared ? await aged.heaps.codeMb() : null,
      };
      rounds.push(round);
      say(`round ${rounds.length}: ${JSON.stringify(round)}`);
    }
    const fresh = await open();
    for (let i = 0; i < FRESH_WARM_ROUNDS; i++) await oneRound(fresh);
    for (let i = 0; i < COMPARED_ROUNDS; i++) {
      const pair = { fresh: await oneRound(fresh), aged: await oneRound(aged) };
      paired.push(pair);
      say(`pair ${paired.length}: ${JSON.stringify(pair)}`);
    }
  } finally {
    for (const { browser } of opened) await browser.close();
    await server.close();
  }
  const warm = rounds.slice(Math.min(WARM_ROUNDS, Math.ceil(rounds.length * WARM_SHARE)));
  const compared = Math.min(COMPARED_ROUNDS, Math.ceil(warm.length / 2));
  const first = warm.slice(0, compared);
  const last = warm.slice(-compared);
  const rowOf = (
    metric: string,
    unit: string,
    of: (round: Round) => number,
    most?: number | null,
  ): Row => row(metric, unit, median(first.map(of)), median(last.map(of)), most);
  return [
    { metric: 'rounds', start: rounds.length, end: rounds.length, unit: '' },
    rowOf('tensors in workers', '', ({ tensors }) => tensors, 0),
    rowOf('nodes of the document', '', ({ nodes }) => nodes),
    rowOf('heaps of page and workers', 'MB', ({ heapMb }) => heapMb),
    rowOf('compiled code in them', 'MB', ({ codeMb }) => codeMb ?? NaN, null),
    rowOf('heaps without it', 'MB', ({ heapMb, codeMb }) => heapMb - (codeMb ?? NaN)),
    rowOf('storage', 'MB', ({ storageMb }) => storageMb),
    ...TIMES.map(({ metric, of }) => rowOf(metric, 'ms', of, null)),
    ...TIMES.map(({ metric, of }) =>
      row(
        `${metric}: a fresh page, and this`,
        'ms',
        median(paired.map(({ fresh }) => of(fresh))),
        median(paired.map(({ aged }) => of(aged))),
      ),
    ),
  ];
};

const TIMES: readonly { readonly metric: string; readonly of: (round: TimedRound) => number }[] = [
  { metric: 'a training step', of: ({ msPerStep }) => msPerStep },
  {
    metric: 'a training step, of the processor',
    of: ({ processorMsPerStep }) => processorMsPerStep,
  },
  { metric: 'switching the bit-width, median', of: ({ switchMs }) => switchMs },
];

/** The lab in a browser of its own, with what measures it. */
interface Tab {
  readonly browser: Browser;
  readonly lab: LabPage;
  readonly meter: Meter;
  readonly heaps: Heaps;
}

async function openTab(url: string): Promise<Tab> {
  const browser = await chromium.launch({
    executablePath: await findBrowser(),
    args: [...browserFlags(), '--js-flags=--expose-gc'],
  });
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(300_000);
  page.on('dialog', (dialog) => void dialog.accept());
  const lab = new LabPage(page);
  const tab = { browser, lab, meter: await Meter.of(browser, page), heaps: await Heaps.of(page) };
  await lab.open(url);
  return tab;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

/** @param most may it grow, as a share of its start; null: it is told and not judged */
function row(
  metric: string,
  unit: string,
  start: number,
  end: number,
  most: number | null = MOST_GROWTH,
): Row {
  const growth = start === 0 ? end : end / start - 1;
  const judged = most === null ? {} : { isKept: end <= start * (1 + most) };
  return { metric, start, end, unit, growth, ...judged };
}

async function oneRound({ lab, meter }: Tab): Promise<TimedRound> {
  const { page } = lab;
  await lab.useSmoke();
  const processorBefore = await meter.processorMs();
  await lab.train();
  const processorMs = (await meter.processorMs()) - processorBefore;
  const processorMsPerStep = processorMs / (await lab.step());
  await lab.goTo('map');
  await lab.tid(TID.mapStart).click();
  await lab.mapped();
  const msPerStep = await stepMs(lab);
  const search = new SearchPage(lab);
  await search.useSmoke();
  await search.tid(TID.searchStart).click();
  await search.has('Found');
  await lab.goTo('trade');
  const switchMs = await switching(page);
  const tensors = await tensorsOf(page);
  await deleteAll(lab);
  return {
    heapMb: await heapMb(page),
    nodes: await meter.nodes(),
    tensors,
    storageMb: await storageMb(page),
    msPerStep,
    processorMsPerStep,
    switchMs,
  };
}

/** What the browser counts of itself. */
class Meter {
  readonly #browser: CDPSession;
  readonly #page: CDPSession;

  private constructor(browser: CDPSession, page: CDPSession) {
    this.#browser = browser;
    this.#page = page;
  }

  static async of(browser: Browser, page: Page): Promise<Meter> {
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    return new Meter(await browser.newBrowserCDPSession(), session);
  }

  /** Since the start, of the processes that hold pages: one. */
  async processorMs(): Promise<number> {
    const { processInfo } = await this.#browser.send('SystemInfo.getProcessInfo');
    const pages = processInfo.filter(({ type }) => type === 'renderer');
    return 1000 * pages.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
  }

  async nodes(): Promise<number> {
    const { metrics } = await this.#page.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'Nodes')?.value ?? NaN;
  }
}

/** Of the newest run, from the times of its log. */
async function stepMs(lab: LabPage): Promise<number> {
  const logs = (await lab.stored('logs')) as {
    readonly entry: { readonly imagesPerSecond?: number };
  }[];
  const rates = logs.flatMap(({ entry }) => entry.imagesPerSecond ?? []).sort((a, b) => a - b);
  const rate = rates[rates.length >> 1] ?? NaN;
  const SMOKE_BATCH = 32;
  return (SMOKE_BATCH * 1000) / rate;
}

/** Median from a choice of a width to the frame that shows it. */
function switching(page: Page): Promise<number> {
  return page.evaluate(
    async ({ testid, count }) => {
      const inputs = [
        ...document.querySelectorAll<HTMLInputElement>(`[data-testid="${testid}"] input`),
      ];
      const times: number[] = [];
      for (let i = 0; i < count; i++) {
        await new Promise(requestAnimationFrame);
        const start = performance.now();
        inputs[i % inputs.length]?.click();
        await new Promise(requestAnimationFrame);
        await new Promise((resolve) => setTimeout(resolve));
        times.push(performance.now() - start);
      }
      return times.sort((a, b) => a - b)[count >> 1] ?? NaN;
    },
    { testid: TID.bitSwitch, count: SWITCHES },
  );
}

/** tfjs keeps its engine on the worker's global object. */
async function tensorsOf(page: Page): Promise<number> {
  const counts = await Promise.all(
    page.workers().map((worker) =>
      worker.evaluate(() => {
        const { _tfengine } = globalThis as {
          _tfengine?: { memory(): { numTensors: number } };
        };
        return _tfengine?.memory().numTensors ?? 0;
      }),
    ),
  );
  return counts.reduce((a, b) => a + b, 0);
}

/** All agents of the page, workers among them; the page is cross-origin isolated, which this asks for. */
async function heapMb(page: Page): Promise<number> {
  const workers = page.workers().map((worker) => worker.evaluate(collectAll));
  await Promise.all([page.evaluate(collectAll), ...workers]);
  const bytes = await page.evaluate(async () => {
    const { performance: clock } = globalThis as typeof globalThis & {
      performance: { measureUserAgentSpecificMemory(): Promise<{ bytes: number }> };
    };
    return (await clock.measureUserAgentSpecificMemory()).bytes;
  });
  return bytes / MB;
}

/** As the engine collects before it gives up for want of memory: caches of compiled code go too. */
function collectAll(): void {
  const { gc } = globalThis as { gc?: (options: object) => void };
  gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}

async function storageMb(page: Page): Promise<number> {
  const bytes = await page.evaluate(async () => (await navigator.storage.estimate()).usage ?? NaN);
  return bytes / MB;
}

/** Every run and search, as its reader would. */
async function deleteAll(lab: LabPage): Promise<void> {
  await lab.goTo('search');
  while ((await lab.tid(TID.searchDelete).count()) > 0) {
    const left = await lab.tid(TID.searchDelete).count();
    await lab.tid(TID.searchDelete).first().click();
    await expect(lab.tid(TID.searchDelete)).toHaveCount(left - 1, { timeout: SHOWN_MS });
  }
  await lab.tid(TID.openRuns).click();
  await lab.tid(TID.runsDeleteAll).click();
  await lab.tid(TID.runsConfirm).click();
  await expect(lab.tid(TID.runsDeleteAll)).toBeDisabled({ timeout: SHOWN_MS });
  await lab.page.keyboard.press('Escape');
}
