/** @file Where runs in training and searches write to. */
import type { LogEntry, RunRecord } from '../spec/run.ts';
import type { SearchLogEntry, SearchRecord } from '../spec/search-run.ts';
import { OF_RUNS, OF_SEARCHES, putCheckpoint } from './checkpoints.ts';
import type { JobPlace } from './job-writer.ts';
import { appendLog } from './logs.ts';
import { updateRun } from './runs.ts';
import { appendSearchLog, updateSearch } from './searches.ts';

export const RUN_GONE = 'training: the run was deleted while it trained';
export const SEARCH_GONE = 'search: the search was deleted while it ran';

export const RUN_PLACE: JobPlace<RunRecord, LogEntry> = {
  what: OF_RUNS.what,
  gone: RUN_GONE,
  append: appendLog,
  keep: (db, id, checkpoint) => putCheckpoint(db, id, checkpoint, OF_RUNS),
  update: updateRun,
  readers: ({ name, note, color }) => ({
    name,
    ...(note === undefined ? {} : { note }),
    ...(color === undefined ? {} : { color }),
  }),
};

export const SEARCH_PLACE: JobPlace<SearchRecord, SearchLogEntry> = {
  what: OF_SEARCHES.what,
  gone: SEARCH_GONE,
  append: appendSearchLog,
  keep: (db, id, checkpoint) => putCheckpoint(db, id, checkpoint, OF_SEARCHES),
  update: updateSearch,
  readers: ({ name, runId }) => ({ name, ...(runId === undefined ? {} : { runId }) }),
};
