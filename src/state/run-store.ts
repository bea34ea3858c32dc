/** @file The store of runs over IndexedDB, opened at first use and again after it was closed. */
import {
  deleteAccelerator,
  listAccelerators,
  putAccelerator,
  renameAccelerator,
} from '../store/accelerators.ts';
import {
  addDraftImages,
  deleteDraftClass,
  deleteDraftImage,
  putDraftClass,
  readDraft,
} from '../store/draft.ts';
import { openLab } from '../store/open.ts';
import { getMapping } from '../store/mappings.ts';
import { addProject, readWholeDataset, readWholeRun } from '../store/projects.ts';
import { readLog } from '../store/logs.ts';
import { deleteAllRuns, deleteRun, getRun, listRuns, updateRun } from '../store/runs.ts';
import type { LabDatabase } from '../store/schema.ts';
import {
  deleteSearch,
  getSearch,
  listSearches,
  readSearchLog,
  updateSearch,
} from '../store/searches.ts';
import { deleteSweep, listSweeps, putSweep, updateSweep } from '../store/sweeps.ts';
import { requestPersistence, storageUse } from '../store/usage.ts';
import type { RunStore } from './services.ts';

/** @param onClosed told when the connection is gone for good, with a sentence for the reader */
export function browserRunStore(onClosed: (sentence: string) => void): RunStore {
  let opening: Promise<LabDatabase> | undefined;
  const open = (): Promise<LabDatabase> => {
    opening ??= openLab({ onClosed, onBlocked: onClosed }).catch((error: unknown) => {
      opening = undefined; // a later call may find the store open again
      throw error;
    });
    return opening;
  };
  return {
    listRuns: async () => listRuns(await open()),
    getRun: async (id) => getRun(await open(), id),
    readLog: async (id) => readLog(await open(), id),
    getMapping: async (id) => getMapping(await open(), id),
    listAccelerators: async () => listAccelerators(await open()),
    putAccelerator: async (accelerator) => putAccelerator(await open(), accelerator),
    renameAccelerator: async (name, next) => renameAccelerator(await open(), name, next),
    deleteAccelerator: async (name) => deleteAccelerator(await open(), name),
    describeRun: async (id, words) => {
      await updateRun(await open(), id, words);
    },
    deleteRun: async (id) => deleteRun(await open(), id),
    deleteAllRuns: async () => deleteAllRuns(await open()),
    listSearches: async () => listSearches(await open()),
    getSearch: async (id) => getSearch(await open(), id),
    readSearchLog: async (id) => readSearchLog(await open(), id),
    linkSearch: async (id, runId) => updateSearch(await open(), id, { runId }),
    deleteSearch: async (id) => deleteSearch(await open(), id),
    listSweeps: async () => listSweeps(await open()),
    putSweep: async (sweep) => putSweep(await open(), sweep),
    updateSweep: async (id, change) => {
      await updateSweep(await open(), id, change);
    },
    deleteSweep: async (id) => deleteSweep(await open(), id),
    readWholeRun: async (id) => readWholeRun(await open(), id),
    readWholeDataset: async (id) => readWholeDataset(await open(), id),
    addProject: async (project) => addProject(await open(), project),
    readDraft: async () => readDraft(await open()),
    putDraftClass: async (draftClass) => putDraftClass(await open(), draftClass),
    addDraftImages: async (images) => addDraftImages(await open(), images),
    deleteDraftImage: async (id) => deleteDraftImage(await open(), id),
    deleteDraftClass: async (id) => deleteDraftClass(await open(), id),
    storageUse,
    requestPersistence,
  };
}
