/**
 * @file Fields that a schema does not know. Stored records may have them (a newer lab wrote them);
 * a file from outside may not.
 */
import type * as v from 'valibot';

/** What valibot schemas hold; each kind has some of it. */
interface Shape {
  readonly type: string;
  readonly kind?: string;
  readonly pipe?: readonly Shape[];
  readonly entries?: Readonly<Record<string, v.GenericSchema>>;
  readonly item?: v.GenericSchema;
  readonly wrapped?: v.GenericSchema;
  readonly options?: readonly unknown[];
  readonly key?: string;
}

/**
 * @param value must have passed `schema`
 * @returns dotted path of the first field that the schema does not name; null when there is none
 */
export function unknownField(schema: v.GenericSchema, value: unknown, path = ''): string | null {
  const { type, pipe, entries, item, wrapped, options, key } = schema as unknown as Shape;
  // of several schemas in a pipe the last one says the most
  const last = pipe?.findLast(({ kind }) => kind === 'schema');
  if (last !== undefined) return unknownField(last as unknown as v.GenericSchema, value, path);
  if (wrapped !== undefined) return unknownField(wrapped, value, path);
  if (Array.isArray(value) && item !== undefined) {
    return first(value.map((inner, i) => () => unknownField(item, inner, `${path}.${i}`)));
  }
  if (typeof value !== 'object' || value === null) return null;
  if (type === 'variant' && options !== undefined && key !== undefined) {
    const chosen = (options as readonly v.GenericSchema[]).find((option) =>
      isOption(option, key, value),
    );
    return chosen === undefined ? null : unknownField(chosen, value, path);
  }
  if (entries === undefined) return null;
  const fields = value as Readonly<Record<string, unknown>>;
  return first(
    Object.keys(fields).map((name) => () => {
      const here = path === '' ? name : `${path}.${name}`;
      const inner = Object.hasOwn(entries, name) ? entries[name] : undefined;
      return inner === undefined ? here : unknownField(inner, fields[name], here);
    }),
  );
}

function isOption(option: v.GenericSchema, key: string, value: object): boolean {
  const literal = (option as unknown as Shape).entries?.[key] as { literal?: unknown } | undefined;
  return literal?.literal === (value as Readonly<Record<string, unknown>>)[key];
}

function first(looks: readonly (() => string | null)[]): string | null {
  for (const look of looks) {
    const found = look();
    if (found !== null) return found;
  }
  return null;
}
