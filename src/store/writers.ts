/** @file Whether who wants to write to a stored run or search is still the one that writes it. */

/**
 * @param stored the record as it is in the store, undefined when there is none any more
 * @param writer as the record had it when the job was begun; undefined writes whoever holds it
 */
export function isWriters(
  stored: { readonly writer?: string } | undefined,
  writer: string | undefined,
): boolean {
  return stored !== undefined && (writer === undefined || stored.writer === writer);
}
