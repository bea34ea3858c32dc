/** @file An accelerator by its name, in a worker: those that come with the lab, and the reader's own. */
import type { Accelerator } from '../src/hw/accelerator.ts';
import { ACCELERATORS, acceleratorByName } from '../src/hw/presets/catalogue.ts';
import { getAccelerator } from '../src/store/accelerators.ts';
import type { LabDatabase } from '../src/store/schema.ts';

/**
 * A preset, or else one that the reader saved under this name.
 * @throws SpecError when there is none
 */
export async function namedAccelerator(
  name: string,
  open: () => Promise<LabDatabase>,
): Promise<Accelerator> {
  if (ACCELERATORS.some((preset) => preset.name === name)) return acceleratorByName(name);
  const own = await getAccelerator(await open(), name);
  return own ?? acceleratorByName(name); // a name with a mesh in it, or a sentence
}
