/** @file Files as they were dropped or chosen, those in folders with their paths. */
import type { PlacedFile } from '../rpc/data-api.ts';
import { SpecError } from '../util/errors.ts';

const MOST_FILES = 200_000;
const MOST_DEPTH = 12;

export function chosenFiles(files: FileList | null): PlacedFile[] {
  return Array.from(files ?? [], (file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/**
 * Must be called in the drop event itself: later the transfer is empty.
 *
 * @throws SpecError for folders too deep or too full
 */
export async function droppedFiles(transfer: DataTransfer | null): Promise<PlacedFile[]> {
  const entries = Array.from(transfer?.items ?? [], (item) => item.webkitGetAsEntry());
  // a transfer made by a script has files, and no entries
  if (!entries.some((entry) => entry?.isDirectory)) return chosenFiles(transfer?.files ?? null);
  const found: PlacedFile[] = [];
  for (const entry of entries) if (entry) await gather(entry, '', found, 0);
  return found;
}

async function gather(
  entry: FileSystemEntry,
  folder: string,
  found: PlacedFile[],
  depth: number,
): Promise<void> {
  const path = `${folder}${entry.name}`;
  if (entry.isFile) {
    if (found.length >= MOST_FILES)
      throw new SpecError(`${path.slice(0, 60)}: expected at most ${MOST_FILES} files, got more`);
    const file = await new Promise<File>((resolve, reject) => {
      (entry as FileSystemFileEntry).file(resolve, reject);
    });
    found.push({ path, file });
    return;
  }
  if (depth >= MOST_DEPTH)
    throw new SpecError(
      `${path.slice(0, 60)}: expected at most ${MOST_DEPTH} folders in each other, got more`,
    );
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // a hundred at a time, until there are none
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (some.length === 0) return;
    for (const child of some) await gather(child, `${path}/`, found, depth + 1);
  }
}
