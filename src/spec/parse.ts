/** @file One way for data from outside to become a typed value: schema in, one sentence out. */
import * as v from 'valibot';
import { SpecError } from '../util/errors.ts';

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
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  const where = path === null ? who : `${who}.${path}`;
  throw new SpecError(`${where}: ${describe(issue)}`);
}

function describe(issue: v.BaseIssue<unknown>): string {
  if (issue.kind === 'validation' && issue.expected === null) return issue.message;
  const expected = issue.expected ?? issue.message;
  return `expected ${expected}, got ${issue.received.slice(0, 80)}`;
}
