/** @file Tables as CSV: plain numbers, units in the heads, one line for each row (RFC 4180). */

export type CsvCell = string | number | null;

/** A column: its head says the unit, its cells are plain. */
export interface CsvColumn<Row> {
  /** With the unit in brackets, e.g. `energy (pJ)`. */
  readonly head: string;
  readonly of: (row: Row) => CsvCell;
}

/** @returns lines that end in CRLF; unknown and non-finite values are empty */
export function toCsv<Row>(columns: readonly CsvColumn<Row>[], rows: readonly Row[]): string {
  const lines = [
    columns.map(({ head }) => head),
    ...rows.map((row) => columns.map(({ of }) => of(row))),
  ];
  return lines.map((cells) => `${cells.map(cellOf).join(',')}\r\n`).join('');
}

function cellOf(cell: CsvCell): string {
  if (cell === null || (typeof cell === 'number' && !Number.isFinite(cell))) return '';
  const text = typeof cell === 'number' ? String(cell) : inert(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A spreadsheet would run a text that begins like a formula. */
function inert(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}
