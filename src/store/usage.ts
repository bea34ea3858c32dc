/** @file How much of the disk the lab uses, and asking the browser to keep it. */

export interface StorageUse {
  /** Undefined where the browser does not tell. */
  readonly usageBytes: number | undefined;
  readonly quotaBytes: number | undefined;
  /** false: the browser may clear the lab's storage when the disk runs low. */
  readonly persisted: boolean;
  /** true: a private window, as far as can be told; all of it goes when the window closes. */
  readonly temporary: boolean;
}

export async function storageUse(): Promise<StorageUse> {
  const storage = storageManager();
  const [estimate, persisted, temporary] = await Promise.all([
    storage?.estimate(),
    storage?.persisted(),
    storage !== undefined && isTemporary(storage),
  ]);
  return {
    usageBytes: estimate?.usage,
    quotaBytes: estimate?.quota,
    persisted: persisted ?? false,
    temporary,
  };
}

/**
 * No browser says that a window is private. Firefox and Safari refuse it a file system; Chromium
 * gives it storage in memory, a few gigabytes at most, where a disk has many more.
 */
async function isTemporary(storage: StorageManager): Promise<boolean> {
  if (!('getDirectory' in storage)) return false;
  try {
    await (storage as StorageManager & { getDirectory(): Promise<unknown> }).getDirectory();
  } catch {
    return true;
  }
  const { memory } = performance as { readonly memory?: { readonly jsHeapSizeLimit: number } };
  if (memory === undefined) return false; // not Chromium
  const { quota = Infinity } = await storage.estimate();
  return quota < 2 * memory.jsHeapSizeLimit;
}

/** Works on the page only, not in a worker. @returns whether storage is now safe from clearing */
export async function requestPersistence(): Promise<boolean> {
  const storage = storageManager();
  if (storage === undefined || !('persist' in storage)) return false;
  return (storage as StorageManager & { persist(): Promise<boolean> }).persist();
}

/** Undefined in Node and on pages that are not a secure context. */
function storageManager(): StorageManager | undefined {
  return typeof navigator === 'undefined'
    ? undefined
    : (navigator as { readonly storage?: StorageManager }).storage;
}
