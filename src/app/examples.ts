/** @file The runs that come with the lab: files beside the page, asked for only when wanted. */

/** @throws Error with a sentence when it cannot be had */
export async function fetchExample(file: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(new URL(`examples/${file}`, document.baseURI));
  if (!response.ok)
    throw new Error(`The example ${file} could not be loaded (${response.status}).`);
  return new Uint8Array(await response.arrayBuffer());
}
