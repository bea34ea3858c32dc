/**
 * @file A network as rows from the image to the classes, and the edges that do not go to the next
 * row: around a residual block, or its shortcut.
 */
import { modelLayers } from '../../spec/model.ts';
import type { ModelLayer, ModelSpec } from '../../spec/model.ts';

export type GraphRow =
  | { readonly kind: 'layer'; readonly name: string; readonly layer: ModelLayer }
  | { readonly kind: 'image' | 'sum'; readonly name: string };

export interface GraphEdge {
  /** Rows, `from` above `to`. */
  readonly from: number;
  readonly to: number;
  /** 0: straight down to the next row; else how far it goes out, so that no two in sight cross. */
  readonly lane: number;
}

export interface NetworkGraph {
  readonly rows: readonly GraphRow[];
  readonly edges: readonly GraphEdge[];
}

/** The same blocks as `nn/layer-runner.ts` runs. */
export function networkGraph(model: ModelSpec): NetworkGraph {
  const layers = modelLayers(model);
  const rows: GraphRow[] = [{ kind: 'image', name: 'image' }];
  const edges: GraphEdge[] = [];
  /** Row that holds what the next block reads. */
  let at = 0;
  const add = (row: GraphRow): number => rows.push(row) - 1;
  const chain = (part: readonly ModelLayer[], from: number): number =>
    part.reduce((before, layer) => {
      const row = add({ kind: 'layer', name: layer.name, layer });
      edges.push({ from: before, to: row, lane: row - before === 1 ? 0 : 1 });
      return row;
    }, from);
  model.blocks.forEach((block, index) => {
    const own = layers.filter((layer) => layer.block === index);
    const [first, , shortcut] = own;
    const last = own.at(-1);
    if (first === undefined || last === undefined) return;
    const isBasic = block.kind === 'basic';
    const isResidual =
      isBasic ||
      (block.kind === 'mbconv' &&
        first.inChannels === last.outChannels &&
        first.inHeight === last.outHeight);
    const main = chain(isBasic ? own.slice(0, 2) : own, at);
    if (!isResidual) {
      at = main;
      return;
    }
    const side = isBasic && shortcut !== undefined ? chain([shortcut], at) : at;
    const sum = add({ kind: 'sum', name: `block${index}.sum` });
    edges.push({ from: main, to: sum, lane: sum - main === 1 ? 0 : 2 });
    edges.push({ from: side, to: sum, lane: sum - side === 1 ? 0 : 1 });
    at = sum;
  });
  return { rows, edges };
}
