/** @file Where runs in training and searches write to. */
import type { LogEntry, RunRecord } from '../spec/run.ts';
import type { SearchLogEntry, SearchRecord } from '../spec/search-run.ts';
import { OF_RUNS, OF_SEARCHES, putCheckpoint } from './checkpoints.ts';
import type { JobPlace } from './job-writer.ts';
import { appendLog, trimLog } from './logs.ts';
import { getRun, updateRun } from './runs.ts';
import { appendSearchLog, getSearch, trimSearchLog, updateSearch } from './searches.ts';

export const RUN_GONE = 'training: the run was deleted while it trained';
export const SEARCH_GONE = 'search: the search was deleted while it ran';

export const RUN_PLACE: JobPlace<RunRecord, LogEntry> = {
  what: OF_RUNS.what,
  gone: RUN_GONE,
  cut: trimLog,
  append: appendLog,
  keep: (db, id, checkpoint, writer) => putCheckpoint(db, id, checkpoint, OF_RUNS, writer),
  update: updateRun,
  stored: getRun,
  readers: ({ name, note, color }) => ({
    name,
    ...(note === undefined ? {} : { note }),
    ...(color === undefined ? {} : { color }),
  }),
};

export const SEARCH_PLACE: JobPlace<SearchRecord, SearchLogEntry> = {
  what: OF_SEARCHES.what,
  gone: SEARCH_GONE,
  cut: trimSearchLog,
  append: appendSearchLog,
  keep: (db, id, checkpoint, writer) => putCheckpoint(db, id, checkpoint, OF_SEARCHES, writer),
  update: updateSearch,
  stored: getSearch,
  readers: ({ name, runId }) => ({ name, ...(runId === undefined ? {} : { runId }) }),
};
