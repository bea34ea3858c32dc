/**
 * @file Steps from one database version to the next: step i leads from version i to i + 1.
 *
 * Must never be edited once released, only added to; each step must leave older records readable.
 */
import type { IDBPDatabase, IDBPTransaction, StoreNames } from 'idb';
import type { LabSchema } from './schema.ts';

export type UpgradeTransaction = IDBPTransaction<
  LabSchema,
  StoreNames<LabSchema>[],
  'versionchange'
>;
export type Migration = (
  db: IDBPDatabase<LabSchema>,
  transaction: UpgradeTransaction,
) => void | Promise<void>;

export const MIGRATIONS: readonly Migration[] = [
  (db) => {
    db.createObjectStore('runs', { keyPath: 'id' }).createIndex('byCreated', 'createdAt');
    db.createObjectStore('logs', { autoIncrement: true }).createIndex('byRun', ['runId', 'step']);
    db.createObjectStore('checkpoints', { keyPath: ['runId', 'step'] });
    db.createObjectStore('mappings', { keyPath: 'runId' });
    db.createObjectStore('datasets', { keyPath: 'id' });
    db.createObjectStore('images');
  },
  (db) => {
    db.createObjectStore('accelerators', { keyPath: 'name' });
  },
  (db) => {
    const searches = db.createObjectStore('searches', { keyPath: 'id' });
    searches.createIndex('byCreated', 'createdAt');
    const logs = db.createObjectStore('searchLogs', { autoIncrement: true });
    logs.createIndex('bySearch', ['searchId', 'step']);
    db.createObjectStore('searchCheckpoints', { keyPath: ['searchId', 'step'] });
  },
  (db) => {
    db.createObjectStore('sweeps', { keyPath: 'id' });
  },
  (db) => {
    db.createObjectStore('draftClasses', { keyPath: 'id' });
    db.createObjectStore('draftImages', { keyPath: 'id' }).createIndex('byClass', 'classId');
  },
  (db) => {
    db.createObjectStore('mapCheckpoints', { keyPath: 'runId' });
  },
];
