/** @file The networks that commands and the page know by name. */
import { SpecError } from '../../util/errors.ts';
import { alexnet } from './alexnet.ts';
import type { Network } from './layers.ts';
import { mobilenetv2, mobilenetv2Cifar } from './mobilenetv2.ts';
import { resnet18, resnet50 } from './resnet.ts';
import { vgg16 } from './vgg16.ts';

export const NETWORKS: readonly Network[] = [
  alexnet,
  vgg16,
  resnet18,
  resnet50,
  mobilenetv2,
  mobilenetv2Cifar,
];

/** @throws SpecError listing the names there are */
export function networkByName(name: string): Network {
  const network = NETWORKS.find((candidate) => candidate.name === name);
  if (network) return network;
  const names = NETWORKS.map((candidate) => candidate.name).join(', ');
  throw new SpecError(`network: expected one of ${names}, got "${name}"`);
}
