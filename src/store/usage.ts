/** @file How much of the disk the lab uses, and asking the browser to keep it. */

export interface StorageUse {
  /** Undefined where the browser does not tell. */
  readonly usageBytes: number | undefined;
  readonly quotaBytes: number | undefined;
  /** false: the browser may clear the lab's storage when the disk runs low. */
  readonly persisted: boolean;
}

export async function storageUse(): Promise<StorageUse> {
  const storage = storageManager();
  const [estimate, persisted] = await Promise.all([storage?.estimate(), storage?.persisted()]);
  return {
    usageBytes: estimate?.usage,
    quotaBytes: estimate?.quota,
    persisted: persisted ?? false,
  };
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
