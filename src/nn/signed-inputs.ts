/** @file Which layers read values that may be negative: those that do not come out of a ReLU. */
import { modelLayers } from '../spec/model.ts';
import type { ModelSpec } from '../spec/model.ts';

/** @returns names of layers with a signed input */
export function signedInputs(model: ModelSpec): ReadonlySet<string> {
  const names = new Set<string>();
  const layers = modelLayers(model);
  let isSigned = true; // images are normalized
  model.blocks.forEach((block, index) => {
    const [first, second, third] = layers.filter((layer) => layer.block === index);
    if (isSigned && first !== undefined) names.add(first.name);
    switch (block.kind) {
      case 'conv':
        isSigned = !block.relu;
        break;
      case 'mbconv':
        isSigned = true; // the projection and the residual sum are linear
        break;
      case 'basic':
        if (isSigned && second !== undefined && third !== undefined) names.add(third.name);
        isSigned = false;
        break;
      case 'classifier':
        break;
      default:
        block satisfies never;
    }
  });
  return names;
}
