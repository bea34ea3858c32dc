/** @file A search as a file: everything as JSON. */
import type { CostTable } from '../search/cost-table.ts';
import type { SearchLogEntry, SearchRecord } from '../spec/search-run.ts';

export interface SearchFile {
  readonly version: 1;
  readonly search: SearchRecord;
  readonly log: readonly SearchLogEntry[];
  readonly table: CostTable | null;
}

/** A name for a file, from that of a search. */
export function searchFileName({ name }: SearchRecord, kind: 'json' | 'csv'): string {
  return `${name.replaceAll(/[^\w.-]+/g, '-')}.${kind}`;
}
