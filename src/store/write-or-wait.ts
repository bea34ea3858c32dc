/** @file One write that must not be lost: what the store does not take now is tried again until it does. */
import { thinCheckpoints } from './checkpoints.ts';
import { isQuota, storeFault } from './store-fault.ts';
import type { LabDatabase } from './schema.ts';

const RETRY_MS = 5_000;

export interface WaitingWrite {
  /** An open connection; asked again after one was closed. */
  readonly open: () => Promise<LabDatabase>;
  readonly write: (db: LabDatabase) => Promise<unknown>;
  /** Of the run that it belongs to: its second checkpoint goes first when the disk is full. */
  readonly id: string;
  /** Told why it cannot be written yet, once, and null when it is written after all. */
  readonly onTrouble: (reason: string | null) => void;
  readonly retryMs?: number;
}

/** @returns whether it is written; where it is not, it waits in memory and is tried again on a timer */
export async function writeOrWait(wanted: WaitingWrite): Promise<boolean> {
  const { onTrouble, retryMs = RETRY_MS } = wanted;
  try {
    await writeWithRoom(wanted);
    return true;
  } catch (error) {
    onTrouble(storeFault(error));
    const again = (): void => {
      writeWithRoom(wanted).then(
        () => onTrouble(null),
        () => setTimeout(again, retryMs),
      );
    };
    setTimeout(again, retryMs);
    return false;
  }
}

async function writeWithRoom({ open, write, id }: WaitingWrite): Promise<void> {
  const db = await open();
  await withRoom(db, id, () => write(db));
}

/** Write; when the disk is full make room and write once more. @param id its checkpoints are thinned whatever its name */
export async function withRoom(
  db: LabDatabase,
  id: string,
  write: () => Promise<unknown>,
): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!isQuota(error) || (await thinCheckpoints(db, id)) === 0) throw error;
    await write();
  }
}
