/**
 * @file How smooth the page stays while every core trains, searches or maps: tasks of its main thread,
 * answers to clicks and scrolls, how often charts are drawn.
 */
import { expect } from '@playwright/test';
import type { Page } from '@playwright/test';
import type { BenchName, LabPage } from '../e2e/pages/LabPage.ts';
import { SearchPage } from '../e2e/pages/SearchPage.ts';
import { TID } from '../src/ui/testids.ts';
import type { Row } from './row.ts';

/** A task that is longer is one that a person may notice; what browsers report as long. */
const LONG_TASK_MS = 50;
const ANSWER_MS = 100;
const WATCH_MS = 15_000;
const CLICK_EVERY_MS = 500;
/** A search fills its cost table first; what is stopped is tested at every bit-width. */
const START_MS = 180_000;
const STOP_MS = 180_000;

interface Watched {
  /** Tasks over 50 ms, ms. */
  readonly longTasks: readonly number[];
  /** From each click until the frame that followed it was drawn, ms. */
  readonly answers: readonly number[];
  readonly framesPerSecond: number;
  /** Of the chart that changes most. */
  readonly drawsPerSecond: number;
}

/** Training and search of the quick recipes, then a mapping with a budget that does not end soon. */
export async function busyRows(
  page: Page,
  lab: LabPage,
  say: (line: string) => void,
): Promise<Row[]> {
  say('training the quick recipe');
  await lab.tid(TID.preset).selectOption('quick');
  await lab.hasImages();
  await lab.goTo('train');
  await lab.tid(TID.trainStart).click();
  await hasSteps(page, TID.trainStepCount);
  const training = await watched(page, 'train', TID.trainStop);
  await lab.tid(TID.trainStop).click();
  await expect(lab.tid(TID.trainStart)).toBeVisible({ timeout: STOP_MS });
  say('searching with sp-nas-quick');
  const search = new SearchPage(lab);
  await search.useQuick();
  await search.tid(TID.searchStart).click();
  await hasSteps(page, TID.searchStepCount);
  const searching = await watched(page, 'search', TID.searchStop);
  await search.tid(TID.searchStop).click();
  await expect(search.tid(TID.searchStart)).toBeVisible({ timeout: STOP_MS });
  say('mapping VGG16');
  await lab.goTo('map');
  await lab.tid(TID.mapNetwork).selectOption('network:vgg16');
  await lab.tid(TID.budget).fill('1000000');
  await lab.tid(TID.mapStart).click();
  const mapping = await watched(page, 'map', TID.mapStop);
  await lab.tid(TID.mapStop).click();
  return [
    ...rowsOf('while training', training),
    ...rowsOf('while searching', searching),
    ...rowsOf('while mapping', mapping),
  ];
}

/** Until the first step is counted. */
async function hasSteps(page: Page, countId: string): Promise<void> {
  await page.waitForFunction(
    (id) => /[1-9]/.test(document.querySelector(`[data-testid="${id}"]`)?.textContent ?? ''),
    countId,
    { timeout: START_MS },
  );
}

function rowsOf(
  when: string,
  { longTasks, answers, framesPerSecond, drawsPerSecond }: Watched,
): Row[] {
  const slowest = Math.max(...answers);
  return [
    {
      metric: `tasks over ${LONG_TASK_MS} ms ${when}, in ${WATCH_MS / 1000} s`,
      value: longTasks.length,
      unit: '',
      budget: 0,
    },
    {
      metric: `longest task of those ${when}`,
      value: Math.max(0, ...longTasks),
      unit: 'ms',
      budget: LONG_TASK_MS,
    },
    {
      metric: `click to next frame ${when}, slowest of ${answers.length}`,
      value: slowest,
      unit: 'ms',
      budget: ANSWER_MS,
    },
    { metric: `frames a second ${when}, while scrolling`, value: framesPerSecond, unit: 'fps' },
    {
      metric: `a chart drawn ${when}, times a second`,
      value: drawsPerSecond,
      unit: '/s',
      budget: 10,
    },
  ];
}

/**
 * Watch the page's main thread while it scrolls a little, opens and closes an explanation of the bench,
 * and the section in which images are collected.
 * No named function may be inside: tsx would have it call a helper that the page has not.
 */
async function watched(page: Page, bench: BenchName, liveId: string): Promise<Watched> {
  await page.getByTestId(liveId).waitFor();
  return page.evaluate(
    async ({ watchMs, everyMs, targets }) => {
      const longTasks: number[] = [];
      const observer = new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) longTasks.push(entry.duration);
      });
      observer.observe({ type: 'longtask' });
      const draws = new Map<Node, Set<number>>();
      let frame = 0;
      const drawn = new MutationObserver((records) => {
        for (const { target } of records) {
          const frames = draws.get(target) ?? new Set<number>();
          frames.add(frame);
          draws.set(target, frames);
        }
      });
      drawn.observe(document.body, {
        subtree: true,
        attributes: true,
        attributeFilter: ['d', 'points'],
      });
      // each twice: to open and to close
      const buttons = targets
        .map((target) => document.querySelector<HTMLButtonElement>(target))
        .flatMap((button) => (button === null ? [] : [button, button]));
      const answers: number[] = [];
      const start = performance.now();
      let clicked = start;
      while (performance.now() - start < watchMs) {
        window.scrollBy(0, frame % 60 < 30 ? 4 : -4);
        const button = buttons[answers.length % buttons.length];
        if (button !== undefined && performance.now() - clicked > everyMs) {
          clicked = performance.now();
          button.click();
          await new Promise(requestAnimationFrame);
          await new Promise((resolve) => setTimeout(resolve)); // after that frame was drawn
          answers.push(performance.now() - clicked);
        } else {
          await new Promise(requestAnimationFrame);
        }
        frame++;
      }
      const seconds = (performance.now() - start) / 1000;
      observer.disconnect();
      drawn.disconnect();
      return {
        longTasks,
        answers,
        framesPerSecond: frame / seconds,
        drawsPerSecond: Math.max(0, ...[...draws.values()].map(({ size }) => size)) / seconds,
      };
    },
    {
      watchMs: WATCH_MS,
      everyMs: CLICK_EVERY_MS,
      targets: [`#${bench} button[popovertarget]`, '#data button[aria-expanded]'],
    },
  );
}
