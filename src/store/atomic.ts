/** @file All or nothing: a group of writes that is undone as a whole when any of it fails. */
import type { IDBPTransaction, StoreNames } from 'idb';
import type { LabDatabase, LabSchema } from './schema.ts';

/**
 * Run `work` in one transaction; resolves when it is written.
 *
 * A value that cannot be stored throws before there is a request, which by itself would let the
 * transaction commit what came before it: so any failure of `work` aborts.
 *
 * @param work must not await anything but requests of its transaction; must leave no request
 *   unawaited when another throws (so: one after the other, or each in an async function)
 * @throws what made it fail: the transaction's own error (quota, disk) before what followed from it
 */
export async function atomically<const Names extends readonly StoreNames<LabSchema>[], Result>(
  db: LabDatabase,
  stores: Names,
  work: (transaction: IDBPTransaction<LabSchema, [...Names], 'readwrite'>) => Promise<Result>,
  options?: IDBTransactionOptions,
): Promise<Result> {
  const transaction = db.transaction([...stores], 'readwrite', options);
  const done = transaction.done.catch((error: unknown) => {
    throw transaction.error ?? error;
  });
  done.catch(() => undefined); // `work` may fail first; its failure is the one that is thrown
  try {
    const result = await work(transaction);
    await done;
    return result;
  } catch (error) {
    try {
      transaction.abort();
    } catch {
      throw transaction.error ?? error; // it is over already
    }
    throw error;
  }
}
