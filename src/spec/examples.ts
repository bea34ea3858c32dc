/** @file The list of runs that come with the lab, as `npm run -s pretrain` writes it. */
import * as v from 'valibot';
import { listOf } from './list.ts';
import { parse } from './parse.ts';

const text = (most: number) => v.pipe(v.string(), v.minLength(1), v.maxLength(most));

const indexSchema = v.strictObject({
  version: v.literal(1),
  /** The first is the one that the page opens with. */
  examples: listOf(
    v.strictObject({
      /** Beside the list. */
      file: v.pipe(
        v.string(),
        v.check((name) => /^[a-z0-9-]{1,40}\.instantnet$/.test(name), 'expected a file name'),
      ),
      /** Of the run in it. */
      runId: text(80),
      title: text(80),
      /** One sentence. */
      description: text(200),
      bytes: v.pipe(v.number(), v.integer(), v.minValue(1)),
      sha256: v.pipe(
        v.string(),
        v.check((digits) => /^[0-9a-f]{64}$/.test(digits), 'expected 64 hexadecimal digits'),
      ),
    }),
    20,
  ),
});

export type ExampleIndex = v.InferOutput<typeof indexSchema>;
export type Example = ExampleIndex['examples'][number];

/** @throws SpecError naming the field */
export function parseExampleIndex(value: unknown): ExampleIndex {
  return parse(indexSchema, value, 'examples');
}
