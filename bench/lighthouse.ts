/** @file Lighthouse's figures of the page: run by npx in a version of its own, as it is no part of the project. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Row } from './row.ts';

const VERSION = '13.5.0';
const CATEGORIES = ['performance', 'accessibility', 'best-practices'] as const;
const AUDITS = {
  'first-contentful-paint': ['first contentful paint', 1000],
  'largest-contentful-paint': ['largest contentful paint', 2000],
  interactive: ['time to interactive', 2000],
  'total-blocking-time': ['total blocking time', undefined],
} as const;

interface Report {
  readonly categories: Readonly<Record<string, { readonly score: number | null }>>;
  readonly audits: Readonly<Record<string, { readonly numericValue?: number }>>;
}

/** @param chrome path of the browser; @returns one row that says why where it cannot be run */
export async function lighthouseRows(url: string, chrome: string): Promise<Row[]> {
  const args = [
    ['--yes', `lighthouse@${VERSION}`, url, '--output=json', '--quiet', '--preset=desktop'],
    [`--only-categories=${CATEGORIES.join(',')}`],
    ['--chrome-flags=--headless=new --no-sandbox'],
  ].flat();
  try {
    const { stdout } = await promisify(execFile)('npx', args, {
      env: { ...process.env, CHROME_PATH: chrome },
      maxBuffer: 2 ** 26,
    });
    const { categories, audits } = JSON.parse(stdout) as Report;
    return [
      ...CATEGORIES.map((name): Row => {
        const score = categories[name]?.score ?? null;
        return {
          metric: `Lighthouse, ${name}`,
          value: score === null ? undefined : 100 * score,
          unit: '/100',
        };
      }),
      ...Object.entries(AUDITS).map(([id, [name, budget]]): Row => ({
        metric: `Lighthouse, ${name}`,
        value: audits[id]?.numericValue,
        unit: 'ms',
        ...(budget === undefined ? {} : { budget }),
      })),
    ];
  } catch (error) {
    const detail = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return [{ metric: 'Lighthouse', skipped: detail }];
  }
}
