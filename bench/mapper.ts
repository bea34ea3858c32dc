/**
 * @file `npm run -s bench -- mapper [--evaluations N] [--seeds N] [--only PART]`: AutoMapper's speed,
 * its rivals, the optimum, and the experts, with what the papers print beside it.
 *
 * Convolutions only, as in the papers; batch 1 and 16 bits unless a row says otherwise. All figures
 * but those of time depend on evaluations and seeds alone.
 */
import { SpecError } from '../src/util/errors.ts';
import { bitRows, chipRows, dataflowRows, magnetRows } from './mapper/experts.ts';
import { fpgaRows } from './mapper/fpga.ts';
import type { Extent } from './mapper/line.ts';
import { optimumRows } from './mapper/optimum.ts';
import { rivalRows, threadRows } from './mapper/rivals.ts';
import { scheduleRows, sizeRows } from './mapper/space.ts';
import { speedRows } from './mapper/speed.ts';
import type { Row } from './row.ts';

const DEFAULTS = { evaluations: 30_000, seeds: 3 } as const;
const LEAST = { evaluations: 100, seeds: 1 } as const;

const PARTS: Readonly<Record<string, (extent: Extent) => Promise<Row[]> | Row[]>> = {
  speed: speedRows,
  threads: threadRows,
  vgg16: (extent) => rivalRows('vgg16', extent),
  alexnet: (extent) => rivalRows('alexnet', extent),
  optimum: optimumRows,
  bits: bitRows,
  dataflows: dataflowRows,
  chip: chipRows,
  magnet: magnetRows,
  fpga: fpgaRows,
  space: sizeRows,
  schedules: scheduleRows,
};

export async function rows(args: readonly string[], say: (line: string) => void): Promise<Row[]> {
  const { parts, ...numbers } = parse(args);
  const table: Row[] = [];
  for (const part of parts)
    for (const measured of (await PARTS[part]?.({ ...numbers, say })) ?? [])
      table.push({ part, ...measured });
  return table;
}

function parse(args: readonly string[]) {
  let { evaluations, seeds }: Record<keyof typeof DEFAULTS, number> = DEFAULTS;
  let parts = Object.keys(PARTS);
  for (let i = 0; i < args.length; i += 2) {
    const [option = '', text = ''] = args.slice(i, i + 2);
    if (option === '--evaluations') evaluations = whole(option, text, LEAST.evaluations);
    else if (option === '--seeds') seeds = whole(option, text, LEAST.seeds);
    else if (option === '--only' && parts.includes(text)) parts = [text];
    else
      throw new SpecError(
        `bench mapper: expected --evaluations N, --seeds N or --only ${Object.keys(PARTS).join('|')}, got ${option} ${text}`.trimEnd(),
      );
  }
  return { evaluations, seeds, parts };
}

function whole(option: string, text: string, least: number): number {
  const value = text === '' ? Number.NaN : Number(text);
  if (!Number.isInteger(value) || value < least)
    throw new SpecError(
      `bench mapper: ${option}: expected a whole number of at least ${least}, got "${text}"`,
    );
  return value;
}
