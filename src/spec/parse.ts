/** @file One way for data from outside to become a typed value: schema in, one sentence out. */
import * as v from 'valibot';
import { SpecError } from '../util/errors.ts';
import { shown } from '../util/shown.ts';

/**
 * @param who what is being read, the start of the sentence, e.g. 'recipe'
 * @throws SpecError: `who.field: expected …, got …`, for the first fault
 */
export function parse<T extends v.GenericSchema>(
  schema: T,
  value: unknown,
  who: string,
): v.InferOutput<T> {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const { issue, path } = deepest(result.issues[0]);
  const where = [who, ...path].join('.');
  throw new SpecError(`${where}: expected ${expectation(issue)}, got ${got(issue)}`);
}

type Issue = v.BaseIssue<unknown>;

interface Found {
  readonly issue: Issue;
  readonly path: readonly string[];
}

/** Of a union, what is wrong with the branch that the value comes closest to, if it comes close to one. */
function deepest(issue: Issue): Found {
  const path = (issue.path ?? []).map(({ key }) => String(key).slice(0, 40));
  const inner = (issue.issues ?? []).map(deepest).reduce<Found | null>((best, one) => {
    return one.path.length > (best?.path.length ?? 0) ? one : best;
  }, null);
  return inner === null ? { issue, path } : { ...inner, path: [...path, ...inner.path] };
}

const CHARACTERS = ['character', 'characters'] as const;
const ENTRIES = ['entry', 'entries'] as const;
const KINDS: Readonly<Record<string, string>> = {
  Object: 'an object',
  Array: 'a list',
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
};

/** Of Valibot's own `expected`, like `("a" | "b")`, `Object` or `>=2`. */
function expectation({ type, expected, requirement, input, message }: Issue): string {
  const counted = (limit: unknown): string => {
    const [one, many] = typeof input === 'string' ? CHARACTERS : ENTRIES;
    return `${String(limit)} ${limit === 1 ? one : many}`;
  };
  switch (type) {
    case 'integer':
    case 'safe_integer':
      return 'a whole number';
    case 'finite':
      return 'a finite number';
    case 'min_value':
      return `at least ${String(requirement)}`;
    case 'max_value':
      return `at most ${String(requirement)}`;
    case 'min_length':
    case 'non_empty':
      return `at least ${counted(requirement ?? 1)}`;
    case 'max_length':
      return `at most ${counted(requirement)}`;
    case 'strict_object':
    case 'object':
    case 'loose_object':
      // of a key that is not there, or that must not be there, Valibot names the key
      if (expected === 'never') return 'no such field';
      return expected === 'Object' ? 'an object' : 'a value';
    default: {
      const own = /^expected (.+)$/s.exec(message)?.[1];
      return own ?? options(expected ?? message);
    }
  }
}

/** `(("a" | "b") | Object)` as `"a", "b" or an object`. */
function options(expected: string): string {
  const words = expected
    .split(/[()|]/)
    .map((word) => word.trim())
    .filter((word) => word !== '')
    .map((word) => KINDS[word] ?? word);
  const last = words.pop() ?? 'something else';
  return words.length === 0 ? last : `${words.join(', ')} or ${last}`;
}

function got({ type, expected, input }: Issue): string {
  if (expected === 'never') return 'one';
  const isCounted = type === 'min_length' || type === 'max_length';
  if (isCounted && (Array.isArray(input) || typeof input === 'string')) return `${input.length}`;
  return shown(input);
}
