/** @file Plain data as a stranger would send it: a good document with a few places changed for the worse. */
import { Rng } from '../util/rng.ts';

const nested = (depth: number, wrap: (inside: unknown) => unknown): unknown => {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = wrap(value);
  return value;
};

/** What no field should be, and what some fields must not be. Made anew each time: callers change it. */
const HOSTILE: readonly (() => unknown)[] = [
  ...[2 ** 31, 2 ** 32, 2 ** 53, -1, -0, 0, 0.5, 1e-320, 1e308, Infinity, -Infinity, NaN].map(
    (value) => () => value,
  ),
  ...[null, undefined, true, '', '1', ' ', '__proto__', 'constructor', '\0', '\u2028', '../..'].map(
    (value) => () => value,
  ),
  () => 'x'.repeat(100_000),
  () => '😀'.repeat(50),
  () => [],
  () => ({}),
  () => [[]],
  () => nested(5000, (inside) => [inside]),
  () => nested(5000, (inside) => ({ blocks: inside })),
  () => Array.from({ length: 100_000 }, (_, i) => i),
  () => Array.from({ length: 20_000 }, () => ({ kind: 'classifier' })),
  () => JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
  () => ({ toString: 1, valueOf: 1, length: 2 ** 31 }),
  () => Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`k${i}`, i])),
];

type Container = Record<string, unknown>;

/** @returns a copy of `document` with one to four places changed */
export function hostileJson(document: unknown, seed: number): unknown {
  const rng = new Rng(seed);
  const root: Container = { document: structuredClone(document) };
  const changes = 1 + rng.int(4);
  for (let i = 0; i < changes; i++) change(root, rng);
  return root['document'];
}

function change(root: Container, rng: Rng): void {
  let holder = root;
  let key = 'document';
  // down to a random depth: at the top of a document as often as far inside
  for (;;) {
    const value = holder[key];
    const isPlain = typeof value === 'object' && value !== null && !ArrayBuffer.isView(value);
    if (!isPlain || rng.float() < 0.2) break;
    const keys = Object.keys(value);
    if (keys.length === 0) break;
    holder = value as Container;
    key = rng.pick(keys);
  }
  switch (rng.int(6)) {
    case 0:
      if (holder !== root) Reflect.deleteProperty(holder, key);
      break;
    case 1:
      Object.defineProperty(holder, rng.pick(['__proto__', 'constructor', 'extra', '0', '']), {
        value: rng.pick(HOSTILE)(),
        enumerable: true,
        configurable: true,
        writable: true,
      });
      break;
    case 2: {
      const value = holder[key];
      if (Array.isArray(value) && value.length > 0) {
        holder[key] = Array.from(
          { length: rng.pick([2, 3, 200, 20_000]) },
          () => value[0] as unknown,
        );
        break;
      }
      if (typeof value === 'number') holder[key] = rng.pick([-value, value * 2 ** 31, value + 0.5]);
      break;
    }
    default:
      holder[key] = rng.pick(HOSTILE)();
  }
}

/** @returns a text that was JSON: cut, doubled, with a stretch replaced */
export function hostileText(text: string, seed: number): string {
  const rng = new Rng(seed);
  const at = rng.int(text.length + 1);
  const to = Math.min(text.length, at + rng.int(40));
  const pieces = [
    '',
    '"',
    '\\',
    '\0',
    '[',
    '{"__proto__":1}',
    'NaN',
    '-Infinity',
    '1e999',
    '"'.repeat(500),
    '"\\'.repeat(20_000),
    '['.repeat(100_000),
    '{"a":'.repeat(20_000),
    text,
  ];
  switch (rng.int(3)) {
    case 0:
      return text.slice(0, at);
    default:
      return text.slice(0, at) + rng.pick(pieces) + text.slice(to);
  }
}
