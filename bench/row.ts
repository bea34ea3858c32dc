/** @file What a benchmark module exports: `rows`. */

/** One line of a benchmark's table; names of fields carry their unit. Absent means not measured. */
export type Row = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * Measure and tell.
 *
 * @param args what the command line had after the benchmark's name, without `--json FILE`
 * @param say  tells the person watching what is going on, on standard error
 * @throws SpecError on arguments it does not take
 */
export type Rows = (args: readonly string[], say: (line: string) => void) => Promise<Row[]>;
