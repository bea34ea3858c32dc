import katex from 'katex';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { HELP } from './help-text.ts';
import { HELP_TITLES } from './help/titles.ts';

const ENTRIES = Object.entries(HELP);
const ids = new Set(Object.keys(HELP_TITLES));

/** For figures that the command line prints too, whether or not a bench shows them. */
const ELSEWHERE = ['sqnr', 'confusion'];

/** Every component that a bench shows, with its source. */
const components = ['panels', 'charts', 'controls'].flatMap((folder) => {
  const root = new URL(`./${folder}/`, import.meta.url);
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(svelte|ts)$/.test(file))
    .map((file) => ({
      file: `${folder}/${file}`,
      text: readFileSync(new URL(file, root), 'utf8'),
    }));
});
components.push({
  file: 'cost-figures.ts',
  text: readFileSync(new URL('./cost-figures.ts', import.meta.url), 'utf8'),
});

describe('the help', () => {
  it.each(ENTRIES)('of %s says what it is, its unit and its source', (_id, entry) => {
    expect(entry.text).toMatch(/^\p{Lu}.{15,}[.!?]$/su);
    expect(entry.unit).toMatch(/^(none|.{1,70})$/u);
    expect(entry.source.length).toBeGreaterThan(5);
  });

  it('has a title for every text, and a text for every title', () => {
    expect(new Set(Object.keys(HELP))).toEqual(ids);
    for (const title of Object.values(HELP_TITLES)) expect(title).toMatch(/\S/);
  });

  it('has formulas that can be typeset as MathML', () => {
    const formulas = ENTRIES.flatMap(([, { tex }]) => (tex === undefined ? [] : [tex]));
    expect(formulas.length).toBeGreaterThan(15);
    for (const tex of formulas) {
      const html = katex.renderToString(tex, {
        output: 'mathml',
        throwOnError: true,
        strict: 'error',
      });
      expect(html).toContain('<math');
    }
  });

  it('tells the paper’s figures apart: what quotes one is marked as the paper’s', () => {
    for (const [id, { text }] of ENTRIES) {
      expect(text, id).not.toMatch(/paper[^.:;,]*(?<!Algorithm )\d/i);
    }
    expect(ENTRIES.filter(([, { paper }]) => paper !== undefined).length).toBeGreaterThan(4);
  });

  it('is there for every name that a component asks for, and none is left unused', () => {
    const used = new Set<string>();
    for (const { text } of components) {
      for (const [, , id] of text.matchAll(/\b(of|help)\s*[=:]\s*["']([A-Za-z]+)["']/g)) {
        if (id !== undefined) used.add(id);
      }
    }
    for (const id of used) expect(ids, `help="${id}"`).toContain(id);
    expect([...ids].filter((id) => !used.has(id) && !ELSEWHERE.includes(id))).toEqual([]);
  });
});
