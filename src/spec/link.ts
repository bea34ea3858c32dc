/**
 * @file A share link: a set-up and what is shown of it, in the hash of the page's address.
 *
 * `#v=1&bench=train&training.epochs=3&bitWidths=[2,4]`: one field each, by its name in the recipe; a
 * value is JSON, or plain text where it is not JSON. What equals `LINK_DEFAULTS` is left out, which is
 * why these never change: an old link must go on to mean what it meant. Every value goes through the
 * schema of recipes; a plain `#train` is no link but the name of a bench. The search bench's recipe has
 * names of its own, `nas.search.epochs`; its images are those of the link.
 */
import * as v from 'valibot';
import { SpecError } from '../util/errors.ts';
import { bitWidthSchema, MOST_WIDTHS } from './bits.ts';
import { listOf } from './list.ts';
import { parse } from './parse.ts';
import { parseRecipe, RECIPE_ENTRIES } from './recipe.ts';
import type { Recipe } from './recipe.ts';
import { parseSearchRecipe, SEARCH_ENTRIES } from './search-recipe.ts';
import type { SearchSetup } from './search-recipe.ts';

/** lab: the benches · talk: chosen panels, large, one at a time · embed: chosen panels in a frame. */
export const MODES = ['lab', 'talk', 'embed'] as const;
export type Mode = (typeof MODES)[number];

/** What talk and embed mode can show, in the order of a talk. */
export const PANELS = ['widths', 'trade', 'image', 'train', 'map', 'layer'] as const;
export type PanelId = (typeof PANELS)[number];

/** On the axis of the trade-off. */
export const METRIC_CHOICES = ['energy', 'latency', 'edp'] as const;
export const BACKEND_CHOICES = ['auto', 'webgpu', 'simd', 'cpu'] as const;

/** Of the whole hash. The longest network of one's own takes about a third. */
export const MAX_LINK_CHARS = 2 ** 16;

const shownSchema = v.strictObject({
  backend: v.picklist(BACKEND_CHOICES),
  bench: v.pipe(v.string(), v.regex(/^[a-z]{1,20}$/, 'expected the name of a bench')),
  /** What is mapped: `run`, `model:NAME` or `network:NAME`. */
  network: v.pipe(v.string(), v.minLength(1), v.maxLength(80)),
  mapWidths: v.pipe(
    listOf(bitWidthSchema, MOST_WIDTHS, 1),
    v.check(
      (set) => set.every((bits, i) => i === 0 || bits > (set[i - 1] ?? Infinity)),
      'expected bit-widths in ascending order, each once',
    ),
  ),
  /** The bit-width shown; null: the highest. */
  bits: v.nullable(bitWidthSchema),
  metric: v.picklist(METRIC_CHOICES),
  mode: v.picklist(MODES),
  panels: v.pipe(
    listOf(v.picklist(PANELS), PANELS.length, 1),
    v.check((list) => new Set(list).size === list.length, 'expected each panel once'),
  ),
});

export type LinkShown = v.InferOutput<typeof shownSchema>;

export interface LinkState {
  readonly recipe: Recipe;
  /** Of the search bench. */
  readonly nas: SearchSetup;
  readonly shown: LinkShown;
}

/** Of links of version 1: never to be changed. */
export const LINK_DEFAULTS: LinkState = {
  recipe: {
    version: 1,
    name: 'quick',
    seed: 1,
    dataset: { kind: 'procedural', seed: 1, train: 6000, test: 1000 },
    model: 'quick',
    bitWidths: [2, 4, 8, 32],
    training: {
      method: 'cdt',
      quantizer: 'sbm',
      beta: 1,
      distillOn: 'logits',
      epochs: 6,
      batchSize: 64,
      learningRate: 0.1,
      finalLearningRate: 0,
      warmupEpochs: 1,
      momentum: 0.9,
      weightDecay: 0.0005,
      labelSmoothing: 0,
      pretrainEpochs: 0,
      augmentation: { flip: false, padCrop: 0 },
    },
    mapping: { accelerator: 'eyeriss', objective: 'edp', evaluationsPerLayer: 3000 },
  },
  nas: {
    version: 1,
    name: 'sp-nas-quick',
    seed: 1,
    bitWidths: [2, 4, 8, 32],
    search: {
      methods: ['sp-nas'],
      space: 'lab',
      cost: { metric: 'flops', target: 2_500_000, tolerance: 0.05, evaluationsPerLayer: 300 },
      lambda: { kind: 'multiplier', initial: 0, rate: 0.05, damping: 16 },
      epochs: 18,
      warmupEpochs: 10,
      anchor: { choice: 'k3_e3', epochs: 6 },
      batchSize: 32,
      paths: { weights: 1, architecture: 2 },
      temperature: { initial: 3, decayPerEpoch: 0.94, floor: 0.5 },
      architecture: { learningRate: 0.05, beta1: 0.5, beta2: 0.999, epsilon: 1e-8 },
      weights: { learningRate: 0.1, finalLearningRate: 0.005, momentum: 0.9, weightDecay: 0.0005 },
    },
    training: {
      method: 'cdt',
      quantizer: 'sbm',
      beta: 1,
      distillOn: 'soft-labels',
      epochs: 8,
      batchSize: 64,
      learningRate: 0.1,
      finalLearningRate: 0,
      warmupEpochs: 1,
      momentum: 0.9,
      weightDecay: 0.0005,
      labelSmoothing: 0,
      pretrainEpochs: 0,
      augmentation: { flip: false, padCrop: 0 },
      ranges: 'learned',
    },
    mapping: { accelerator: 'eyeriss', objective: 'edp', evaluationsPerLayer: 1000 },
  },
  shown: {
    backend: 'auto',
    bench: 'data',
    network: 'run',
    mapWidths: [4, 8, 16],
    bits: null,
    metric: 'energy',
    mode: 'lab',
    panels: [...PANELS],
  },
};

type Plain = Record<string, unknown>;

const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const NAS_PREFIX = 'nas.';
const { model: _model, dataset: _dataset, ...shared } = RECIPE_ENTRIES;
const NAS_ENTRIES = { ...shared, search: { entries: SEARCH_ENTRIES } };

/** Dotted names of all fields that a link may set. */
const FIELDS: ReadonlySet<string> = new Set([
  ...namesOf({ entries: RECIPE_ENTRIES }, ''),
  ...Object.keys(shownSchema.entries),
  ...namesOf({ entries: NAS_ENTRIES }, NAS_PREFIX),
]);

/** @param schema an object's, an optional one's, a variant's (all its fields) or anything else (none) */
function namesOf(schema: unknown, prefix: string): string[] {
  if (!isPlain(schema)) return [];
  if (isPlain(schema['wrapped'])) return namesOf(schema['wrapped'], prefix);
  if (Array.isArray(schema['options'])) {
    return schema['options'].flatMap((option) => namesOf(option, prefix));
  }
  const { entries } = schema;
  if (!isPlain(entries)) return [];
  return Object.entries(entries).flatMap(([key, inner]) => [
    prefix + key,
    ...namesOf(inner, `${prefix}${key}.`),
  ]);
}

/**
 * @returns the hash without its `#`; a valid state comes back from `readLink` as it went in
 * @throws SpecError when it would be longer than `MAX_LINK_CHARS`
 */
export function writeLink({ recipe, nas, shown }: LinkState): string {
  const fields: [string, unknown][] = [];
  collect(shown, LINK_DEFAULTS.shown, '', fields);
  collect(recipe, LINK_DEFAULTS.recipe, '', fields);
  collect(nas, LINK_DEFAULTS.nas, NAS_PREFIX, fields);
  const text = ['v=1', ...fields.map(([name, value]) => `${name}=${encode(value)}`)].join('&');
  if (text.length > MAX_LINK_CHARS) {
    throw new SpecError(
      `link: expected at most ${MAX_LINK_CHARS} characters, got ${text.length}: save the recipe as a file instead`,
    );
  }
  return text;
}

/** Where `value` differs from `base`: fields of fields as far down as both have the same ones. */
function collect(value: object, base: object, prefix: string, to: [string, unknown][]): void {
  for (const [key, inner] of Object.entries(value)) {
    const before = (base as Plain)[key];
    const goesDeeper =
      isPlain(inner) && isPlain(before) && Object.keys(before).every((name) => name in inner);
    if (goesDeeper) collect(inner, before, `${prefix}${key}.`, to);
    else if (JSON.stringify(inner) !== JSON.stringify(before)) to.push([prefix + key, inner]);
  }
}

function encode(value: unknown): string {
  const isText = typeof value === 'string' && !isJson(value) && !/\p{Surrogate}/u.test(value);
  const text = isText ? value : JSON.stringify(value);
  return encodeURIComponent(text).replaceAll('%2C', ',').replaceAll('%3A', ':');
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Nothing in the hash · a bench by its name · a link, with the fields that this lab does not know. */
export type LinkRead =
  | { readonly kind: 'none' }
  | { readonly kind: 'bench'; readonly bench: string }
  | { readonly kind: 'link'; readonly state: LinkState; readonly unknown: readonly string[] };

/**
 * @param hash with or without its `#`
 * @throws SpecError in one sentence for a link that is damaged or holds a value out of range
 */
export function readLink(hash: string): LinkRead {
  const text = hash.replace(/^#/, '');
  if (text.length > MAX_LINK_CHARS) {
    throw new SpecError(`link: expected at most ${MAX_LINK_CHARS} characters, got ${text.length}`);
  }
  if (!text.includes('=')) {
    return /^[a-z]{1,20}$/.test(text) ? { kind: 'bench', bench: text } : { kind: 'none' };
  }
  const fields = text.split('&').map((part): [string, string] => {
    const at = part.indexOf('=');
    return at < 0
      ? [unescaped(part), '']
      : [unescaped(part.slice(0, at)), unescaped(part.slice(at + 1))];
  });
  const version = fields.find(([name]) => name === 'v')?.[1];
  if (version !== '1') {
    throw new SpecError(
      `link: expected version 1, got ${version === undefined ? 'none' : shownName(version)}`,
    );
  }
  const recipe = copyOf(LINK_DEFAULTS.recipe);
  const nas = copyOf(LINK_DEFAULTS.nas);
  const shown = copyOf(LINK_DEFAULTS.shown);
  const unknown: string[] = [];
  const seen = new Set<string>();
  for (const [name, given] of fields) {
    if (seen.has(name)) throw new SpecError(`link: expected ${shownName(name)} once, got it twice`);
    seen.add(name);
    if (name === 'v') continue;
    if (!FIELDS.has(name)) unknown.push(shownName(name));
    else if (name.startsWith(NAS_PREFIX)) put(nas, name.slice(NAS_PREFIX.length), decode(given));
    else put(Object.hasOwn(shown, name) ? shown : recipe, name, decode(given));
  }
  const parsed = parseRecipe(recipe);
  const state = {
    recipe: parsed,
    nas: parseNas(nas, parsed.dataset),
    shown: parse(shownSchema, shown, 'link'),
  };
  return { kind: 'link', state, unknown };
}

/** @throws SpecError naming the field as the link has it */
function parseNas(nas: Plain, dataset: Recipe['dataset']): SearchSetup {
  try {
    const { dataset: _images, ...setup } = parseSearchRecipe({ ...nas, dataset });
    return setup;
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    throw new SpecError(error.message.replace(/^recipe\./, `link.${NAS_PREFIX}`));
  }
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new SpecError(`link: expected characters in percent form, got ${shownName(text)}`);
  }
}

const copyOf = (value: object): Plain => JSON.parse(JSON.stringify(value)) as Plain;

function decode(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function put(root: Plain, name: string, value: unknown): void {
  const path = name.split('.');
  const last = path.pop() ?? '';
  let holder: unknown = root;
  for (const key of path) {
    // what may be left out has its fields one by one too
    holder = isPlain(holder) ? (holder[key] ??= {}) : undefined;
  }
  if (!isPlain(holder)) {
    throw new SpecError(`link.${name}: expected fields of ${path.join('.')}, got another value`);
  }
  holder[last] = value;
}

/** A name from outside as it may stand in a sentence. */
function shownName(name: string): string {
  return name.replace(/[^\x20-\x7e]/g, '?').slice(0, 40) || 'a field without a name';
}
