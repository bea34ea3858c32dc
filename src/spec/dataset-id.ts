/** @file The id of a built-in dataset says all it is made from, so that it can be told from the id. */
import type { DatasetSpec } from './recipe.ts';

export type ProceduralSpec = Extract<DatasetSpec, { kind: 'procedural' }>;

export function proceduralId({ seed, train, test }: Omit<ProceduralSpec, 'kind'>): string {
  return `procedural-${seed}-${train}-${test}`;
}

/** @returns undefined for the id of any other dataset */
export function proceduralSpecOf(id: string): ProceduralSpec | undefined {
  const [, seed, train, test] = /^procedural-(\d+)-(\d+)-(\d+)$/.exec(id) ?? [];
  if (seed === undefined) return undefined;
  return { kind: 'procedural', seed: Number(seed), train: Number(train), test: Number(test) };
}
