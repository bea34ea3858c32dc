/** @file The lab's store, in memory. */
import type { LabServices } from '../state/services.ts';
import type { FakeState } from './fake-state.ts';

export function fakeStore(lab: FakeState): LabServices['store'] {
  return {
    listRuns: () => Promise.resolve([...lab.runs.values()].reverse()),
    getRun: (id) => Promise.resolve(lab.runs.get(id)),
    readLog: (id) => Promise.resolve(lab.logs.get(id) ?? []),
    getMapping: (id) => Promise.resolve(lab.mappings.get(id)),
    listAccelerators: () => Promise.resolve([...lab.accelerators.values()]),
    putAccelerator: (accelerator) => {
      lab.accelerators.set(accelerator.name, accelerator);
      return Promise.resolve();
    },
    renameAccelerator: (name, next) => {
      const before = lab.accelerators.get(name);
      lab.accelerators.delete(name);
      if (before) lab.accelerators.set(next, { ...before, name: next });
      return Promise.resolve();
    },
    deleteAccelerator: (name) => {
      lab.accelerators.delete(name);
      return Promise.resolve();
    },
    describeRun: (id, words) => {
      const run = lab.runs.get(id);
      if (run) lab.runs.set(id, { ...run, ...words });
      return Promise.resolve();
    },
    deleteRun: (id) => {
      lab.runs.delete(id);
      return Promise.resolve();
    },
    deleteAllRuns: () => {
      lab.runs.clear();
      return Promise.resolve();
    },
    listSearches: () => Promise.resolve([...lab.searches.records.values()].reverse()),
    getSearch: (id) => Promise.resolve(lab.searches.records.get(id)),
    readSearchLog: (id) => Promise.resolve(lab.searches.logs.get(id) ?? []),
    linkSearch: (id, runId) => {
      const search = lab.searches.records.get(id);
      const linked = search && { ...search, runId };
      if (linked) lab.searches.records.set(id, linked);
      return Promise.resolve(linked);
    },
    deleteSearch: (id) => {
      lab.searches.records.delete(id);
      lab.searches.logs.delete(id);
      return Promise.resolve();
    },
    listSweeps: () => Promise.resolve([...lab.sweeps.values()]),
    putSweep: (sweep) => {
      lab.sweeps.set(sweep.id, sweep);
      return Promise.resolve();
    },
    updateSweep: (id, change) => {
      const sweep = lab.sweeps.get(id);
      if (sweep) lab.sweeps.set(id, change(sweep));
      return Promise.resolve();
    },
    deleteSweep: (id) => {
      lab.sweeps.delete(id);
      return Promise.resolve();
    },
    readWholeRun: (id) => {
      const record = lab.runs.get(id);
      if (record === undefined) return Promise.resolve(undefined);
      const mapping = lab.mappings.get(id) ?? null;
      return Promise.resolve({
        record,
        log: lab.logs.get(id) ?? [],
        mapping,
        checkpoint: null,
      });
    },
    readWholeDataset: () => Promise.resolve(undefined),
    addProject: ({ runs }) => {
      for (const { record, log, mapping } of runs) {
        lab.runs.set(record.id, record);
        lab.logs.set(record.id, [...log]);
        if (mapping) lab.mappings.set(record.id, mapping);
      }
      return Promise.resolve();
    },
    readDraft: () => Promise.resolve(structuredClone(lab.draft)),
    putDraftClass: (draftClass) => {
      const others = lab.draft.classes.filter(({ id }) => id !== draftClass.id);
      lab.draft = { ...lab.draft, classes: [...others, draftClass] };
      return Promise.resolve();
    },
    addDraftImages: (images) => {
      lab.draft = { ...lab.draft, images: [...lab.draft.images, ...images] };
      return Promise.resolve();
    },
    deleteDraftImage: (id) => {
      const images = lab.draft.images.filter((image) => image.id !== id);
      lab.draft = { ...lab.draft, images };
      return Promise.resolve();
    },
    deleteDraftClass: (id) => {
      lab.draft = {
        classes: lab.draft.classes.filter((each) => each.id !== id),
        images: lab.draft.images.filter(({ classId }) => classId !== id),
      };
      return Promise.resolve();
    },
    storageUse: () =>
      Promise.resolve({
        usageBytes: 31_400_000,
        quotaBytes: 2.1e9,
        persisted: true,
        temporary: false,
      }),
    requestPersistence: () => Promise.resolve(true),
  };
}
