/**
 * @file Opening the database, and what happens when another tab has another version of it.
 *
 * A newer page upgrades at once: every older connection closes itself and says so through
 * `onClosed`; its later calls reject with InvalidStateError.
 */
import { openDB } from 'idb';
import { SpecError } from '../util/errors.ts';
import { MIGRATIONS } from './migrations.ts';
import type { Migration, UpgradeTransaction } from './migrations.ts';
import { DATABASE_NAME } from './schema.ts';
import type { LabDatabase, LabSchema } from './schema.ts';

export interface OpenOptions {
  /** This connection is closed and stays so; the sentence says why and what to do. */
  readonly onClosed?: (sentence: string) => void;
  /** The upgrade waits for a tab that has not closed its connection yet. */
  readonly onBlocked?: (sentence: string) => void;
  /** Another name or history, for tests. Defaults: DATABASE_NAME, MIGRATIONS. */
  readonly name?: string;
  readonly migrations?: readonly Migration[];
}

/**
 * @returns an open connection; caller closes
 * @throws SpecError when the stored data is newer than this code, or IndexedDB is missing or blocked
 */
export async function openLab({
  onClosed,
  onBlocked,
  name = DATABASE_NAME,
  migrations = MIGRATIONS,
}: OpenOptions = {}): Promise<LabDatabase> {
  if (typeof indexedDB === 'undefined') {
    throw new SpecError('openLab: expected IndexedDB to keep runs in, got a browser without it');
  }
  let failure: unknown;
  try {
    return await openDB<LabSchema>(name, migrations.length, {
      upgrade(db, oldVersion, newVersion, transaction) {
        // a step that fails must take back those before it: by itself it would commit them
        transaction.done.catch(() => undefined);
        migrate(db, transaction, migrations.slice(oldVersion, newVersion ?? undefined)).catch(
          (error: unknown) => {
            failure = error;
            abort(transaction);
          },
        );
      },
      blocked() {
        onBlocked?.('Another tab holds the stored runs in an older version: close that tab.');
      },
      blocking(_current, _blocked, event) {
        (event.target as IDBDatabase).close();
        onClosed?.('A newer version of the lab is open in another tab: reload this page.');
      },
      terminated() {
        onClosed?.('The browser closed the store of runs: reload this page.');
      },
    });
  } catch (error) {
    if (isDenied(error)) {
      throw new SpecError(
        'openLab: expected to keep runs in this browser, got storage that is blocked here (as some browsers do in a frame of another site): open the lab in a tab of its own',
      );
    }
    if (error instanceof DOMException && error.name === 'VersionError') {
      throw new SpecError(
        `openLab: expected stored data of version ${migrations.length} or older, got a newer one: reload the page to get the newer lab`,
      );
    }
    if (failure !== undefined) {
      const reason = failure instanceof Error ? failure.message : String(failure);
      throw new SpecError(
        `openLab: expected to bring the stored data to version ${migrations.length}, got a failure (${reason}): nothing was changed`,
      );
    }
    throw error;
  }
}

/** Cookies of other sites are blocked, or all are. Chromium says so of IndexedDB as an UnknownError. */
function isDenied(error: unknown): boolean {
  return (
    error instanceof DOMException &&
    (error.name === 'SecurityError' ||
      (error.name === 'UnknownError' && error.message.includes('denied')))
  );
}

async function migrate(
  db: LabDatabase,
  transaction: UpgradeTransaction,
  steps: readonly Migration[],
): Promise<void> {
  for (const step of steps) await step(db, transaction);
}

function abort(transaction: UpgradeTransaction): void {
  try {
    transaction.abort();
  } catch {
    // a request that failed has aborted it already
  }
}

/** @returns what opens the lab once, and again after the connection was closed or an attempt failed */
export function labOpener(): () => Promise<LabDatabase> {
  let opening: Promise<LabDatabase> | null = null;
  const forget = (): void => {
    opening = null;
  };
  return () => {
    opening ??= openLab({ onClosed: forget }).catch((error: unknown) => {
      forget();
      throw error;
    });
    return opening;
  };
}
