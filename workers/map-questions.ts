/** @file Answers about single mappings: what a layer costs, where energy comes from, what experts do. */
import type { Accelerator } from '../src/hw/accelerator.ts';
import { dataflowByName } from '../src/hw/dataflows/catalogue.ts';
import { evaluate } from '../src/hw/evaluate.ts';
import { boundSentence, energyTerms, infeasibleSentence } from '../src/hw/explain.ts';
import type { EnergyTerm } from '../src/hw/explain.ts';
import { layerObjective } from '../src/mapper/objective.ts';
import { mapLayer, totalOf } from '../src/mapper/result.ts';
import type { MappedLayer } from '../src/mapper/result.ts';
import type { LayerAnswer, LayerQuestion, Rival } from '../src/rpc/map-api.ts';
import type { Objective } from '../src/spec/mapping.ts';
import type { EnergyPart } from '../src/spec/run.ts';
import { SpecError } from '../src/util/errors.ts';
import { energyParts, layerCost } from './mapping-record.ts';

/** Cost one mapping of one layer, or say why it does not fit. */
export function inspectLayer(question: LayerQuestion): LayerAnswer {
  const { shape, bits, accelerator, mapping, name, count = 1 } = question;
  try {
    const cost = evaluate(shape, bits, accelerator, mapping);
    if (!cost.ok) return { ok: false, sentence: infeasibleSentence(cost) };
    return {
      ok: true,
      layer: layerCost({ name, count, shape, bits, cost, mapping }),
      bound: boundSentence(cost),
      terms: energyTerms(cost, accelerator, bits),
    };
  } catch (error) {
    if (error instanceof SpecError) return { ok: false, sentence: error.message };
    throw error;
  }
}

/** Where the energy of these layers comes from, all together, the largest term first. */
export function termsOf(layers: readonly LayerQuestion[]): EnergyTerm[] {
  return addTerms(
    layers.map((question) => {
      const { shape, bits, accelerator, mapping, name, count } = question;
      const layer = mapLayer({ shape, bits, accelerator }, mapping, name, count);
      return { terms: energyTerms(layer.cost, accelerator, bits), count: layer.count };
    }),
  );
}

/**
 * The layers, one after another, under an expert's rule; equal layers are mapped once.
 *
 * @throws SpecError for a name that is none of a dataflow that suits the accelerator
 */
export function rivalOf(
  name: string,
  accelerator: Accelerator,
  layers: readonly LayerQuestion[],
  minimize: Objective,
): Rival {
  const dataflow = dataflowByName(name, accelerator);
  const known = new Map<string, MappedLayer>();
  const mapped = layers.map(({ name: layerName, shape, bits, count = 1 }): MappedLayer => {
    const key = JSON.stringify([shape, bits]);
    const problem = { shape, bits, accelerator, minimize: layerObjective(minimize) };
    const layer = known.get(key) ?? mapLayer(problem, dataflow.mapping(problem), layerName);
    known.set(key, layer);
    return { ...layer, name: layerName, count };
  });
  return {
    name,
    title: dataflow.title,
    source: dataflow.source,
    total: totalOf(mapped),
    parts: addParts(mapped),
    terms: addTerms(
      mapped.map(({ cost, bits, count }) => ({
        terms: energyTerms(cost, accelerator, bits),
        count,
      })),
    ),
  };
}

function addParts(layers: readonly MappedLayer[]): EnergyPart[] {
  const sums = new Map<string, EnergyPart>();
  for (const { cost, count } of layers)
    for (const part of energyParts(cost)) {
      const key = `${part.level}/${part.dataspace}`;
      const energyPj = (sums.get(key)?.energyPj ?? 0) + count * part.energyPj;
      sums.set(key, { ...part, energyPj });
    }
  return [...sums.values()];
}

/** Terms of the same constant together. Parts of an array have the constants of the whole. */
function addTerms(
  layers: readonly { readonly terms: readonly EnergyTerm[]; readonly count: number }[],
): EnergyTerm[] {
  const sums = new Map<string, EnergyTerm>();
  for (const { terms, count } of layers)
    for (const term of terms) {
      const key = `${term.level}/${term.dataspace ?? ''}/${term.action}`;
      const before = sums.get(key);
      sums.set(key, {
        ...term,
        count: (before?.count ?? 0) + count * term.count,
        energyPj: (before?.energyPj ?? 0) + count * term.energyPj,
      });
    }
  return [...sums.values()].sort((a, b) => b.energyPj - a.energyPj);
}
