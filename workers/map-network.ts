/** @file From what the page wants mapped to the layers that the mapper maps. */
import { modelAtBits } from '../src/hw/model-workload.ts';
import { networkByName } from '../src/hw/networks/catalogue.ts';
import { operandBits } from '../src/hw/workload.ts';
import type { NetworkAtBits } from '../src/mapper/plan.ts';
import type { MapSpec } from '../src/rpc/map-api.ts';
import { precisionsOf } from '../src/spec/bits.ts';
import { parseModelSpec } from '../src/spec/model.ts';

/**
 * The network at each bit-width, ascending.
 *
 * @throws SpecError for a malformed model, or a name that no network of the literature has
 */
export function networksOf({ network, bitWidths }: MapSpec): NetworkAtBits[] {
  if (network.kind === 'literature') {
    const { layers } = networkByName(network.name);
    return bitWidths.map((bits) => ({
      bits,
      layers: layers.map((layer) => ({ layer, bits: operandBits(layer.shape, bits) })),
    }));
  }
  const model = parseModelSpec(network.model);
  return [...precisionsOf(bitWidths, network.precision)].map(([bits, precision]) => ({
    bits,
    layers: modelAtBits(model, precision),
  }));
}
