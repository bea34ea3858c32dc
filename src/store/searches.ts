/**
 * @file Network searches: their records and logs, as runs have them, in stores of their own; checkpoints are in
 * `checkpoints.ts`.
 */
import type { SearchLogEntry, SearchRecord } from '../spec/search-run.ts';
import { isSearchLogEntry, isSearchRecord } from '../spec/search-run-schema.ts';
import { atomically } from './atomic.ts';
import { keysOfRun } from './schema.ts';
import type { LabDatabase } from './schema.ts';
import { isWriters } from './writers.ts';

const SEARCH_STORES = ['searches', 'searchLogs', 'searchCheckpoints'] as const;

/** Write a new record, or a whole one over an old one. */
export async function putSearch(db: LabDatabase, search: SearchRecord): Promise<void> {
  await db.put('searches', search);
}

/**
 * @param writer when given, nothing is written where another one has begun since (`writers.ts`)
 * @returns the record as it is now, undefined when the search has been deleted (and stays so) or has another writer
 */
export async function updateSearch(
  db: LabDatabase,
  id: string,
  change: Partial<Omit<SearchRecord, 'id'>>,
  writer?: string,
): Promise<SearchRecord | undefined> {
  return atomically(db, ['searches'], async (transaction) => {
    const searches = transaction.objectStore('searches');
    const before = await searches.get(id);
    if (before === undefined || !isWriters(before, writer)) return undefined;
    const after = { ...before, ...change, id };
    await searches.put(after);
    return after;
  });
}

/** @returns undefined when there is none, or what lies there is not a search */
export async function getSearch(db: LabDatabase, id: string): Promise<SearchRecord | undefined> {
  const search: unknown = await db.get('searches', id);
  return isSearchRecord(search) ? search : undefined;
}

/** Newest first; leaves out what is not a search. */
export async function listSearches(db: LabDatabase): Promise<SearchRecord[]> {
  const stored: unknown[] = await db.getAllFromIndex('searches', 'byCreated');
  return stored.filter(isSearchRecord).reverse();
}

/** Delete a search with its log and checkpoints: all of it or nothing. */
export async function deleteSearch(db: LabDatabase, id: string): Promise<void> {
  await atomically(db, SEARCH_STORES, async (transaction) => {
    const logs = transaction.objectStore('searchLogs');
    const keys = await logs.index('bySearch').getAllKeys(keysOfRun(id));
    await Promise.all([
      ...keys.map((key) => logs.delete(key)),
      transaction.objectStore('searchCheckpoints').delete(keysOfRun(id)),
      transaction.objectStore('searches').delete(id),
    ]);
  });
}

/**
 * @param writer when given, nothing is written where another one has begun since (`writers.ts`)
 * @returns false when the search has been deleted or has another writer: nothing was written
 */
export async function appendSearchLog(
  db: LabDatabase,
  searchId: string,
  entries: readonly SearchLogEntry[],
  writer?: string,
): Promise<boolean> {
  return atomically(db, ['searches', 'searchLogs'], async (transaction) => {
    if (!isWriters(await transaction.objectStore('searches').get(searchId), writer)) return false;
    const logs = transaction.objectStore('searchLogs');
    await Promise.all(
      entries.map(async (entry) => logs.add({ searchId, step: entry.step, entry })),
    );
    return true;
  });
}

/** By step, then in the order of writing; leaves out what is not an entry. */
export async function readSearchLog(db: LabDatabase, searchId: string): Promise<SearchLogEntry[]> {
  const rows = await db.getAllFromIndex('searchLogs', 'bySearch', keysOfRun(searchId));
  return rows.map((row): unknown => row.entry).filter(isSearchLogEntry);
}

/** Drop entries after `step`, which a search resumed there will write again; as `appendSearchLog`. */
export async function trimSearchLog(
  db: LabDatabase,
  searchId: string,
  step: number,
  writer?: string,
): Promise<boolean> {
  return atomically(db, ['searches', 'searchLogs'], async (transaction) => {
    if (!isWriters(await transaction.objectStore('searches').get(searchId), writer)) return false;
    const logs = transaction.objectStore('searchLogs');
    const later = IDBKeyRange.bound([searchId, step], [searchId, []], true);
    const keys = await logs.index('bySearch').getAllKeys(later);
    await Promise.all(keys.map((key) => logs.delete(key)));
    return true;
  });
}
