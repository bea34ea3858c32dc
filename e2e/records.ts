/** @file What lies in the page's store, straight from IndexedDB. */
import type { Page } from '@playwright/test';
import type { LabSchema } from '../src/store/schema.ts';

export type StoreName = Exclude<keyof LabSchema, number | symbol>;

/** @param without fields that are too large to be looked at */
export function records(
  page: Page,
  store: StoreName,
  without: readonly string[] = [],
): Promise<unknown[]> {
  return page.evaluate(
    ({ name, fields }) =>
      new Promise<unknown[]>((resolve, reject) => {
        const opening = indexedDB.open('instantnet-lab');
        opening.onerror = () => reject(opening.error ?? new Error('cannot open the store'));
        opening.onsuccess = () => {
          const db = opening.result;
          const request = db.transaction(name).objectStore(name).getAll();
          request.onsuccess = () => {
            db.close();
            const found = request.result as Record<string, unknown>[];
            for (const record of found)
              for (const field of fields) Reflect.deleteProperty(record, field);
            resolve(found);
          };
        };
      }),
    { name: store, fields: [...without] },
  );
}
