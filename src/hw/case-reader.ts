/**
 * @file Reads fields of unknown JSON; every refusal names the field, what was expected and what came.
 */
import { SpecError } from '../util/errors.ts';
import { shown } from '../util/shown.ts';

/** Above this, counts would not be exact. */
const LARGEST = 1e12;
/** Of a name. */
const MOST_CHARACTERS = 1000;

/** One value inside the file, and where it stands. */
export class CaseReader {
  readonly #value: unknown;
  readonly #path: string;

  /** @param path ends in ": " at the top, in the field's name inside */
  constructor(value: unknown, path: string) {
    this.#value = value;
    this.#path = path;
  }

  fail(expected: string, got: unknown = this.#value): never {
    const who = this.#path.replace(/: $/, '');
    throw new SpecError(`${who}: expected ${expected}, got ${shown(got)}`);
  }

  /** Run checks that look at several fields; name the case in what they throw. */
  check(assert: () => void): void {
    try {
      assert();
    } catch (error) {
      if (error instanceof SpecError) throw new SpecError(`${this.#path}${error.message}`);
      throw error;
    }
  }

  /** Refuse fields of any other name. */
  only(...names: readonly string[]): void {
    for (const name of Object.keys(this.#fields()))
      if (!names.includes(name))
        this.#inside(name.slice(0, 40), undefined).fail('no such field', 'one');
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#fields(), name);
  }

  isNull(name: string): boolean {
    return this.inside(name).#value === null;
  }

  isNumber(name: string): boolean {
    return typeof this.inside(name).#value === 'number';
  }

  inside(name: string): CaseReader {
    const fields = this.#fields();
    if (!Object.hasOwn(fields, name)) this.#inside(name, undefined).fail('a value', undefined);
    return this.#inside(name, fields[name]);
  }

  text(name: string): string {
    const field = this.inside(name);
    const value = field.#value;
    return typeof value === 'string' && value !== '' && value.length <= MOST_CHARACTERS
      ? value
      : field.fail(`a text of 1 to ${MOST_CHARACTERS} characters`);
  }

  oneOf<T extends string>(name: string, choices: readonly T[]): T {
    return this.inside(name).choice(choices);
  }

  /** A whole number of at least 1. */
  whole(name: string): number {
    return this.inside(name).wholeNumber();
  }

  /** A number of at least 0. */
  amount(name: string): number {
    const field = this.inside(name);
    const value = field.#value;
    return typeof value === 'number' && value >= 0 && value <= LARGEST
      ? value
      : field.fail(`a number from 0 to ${LARGEST}`);
  }

  /** A number above 0. */
  positive(name: string): number {
    const field = this.inside(name);
    const value = field.#value;
    return typeof value === 'number' && value > 0 && value <= LARGEST
      ? value
      : field.fail(`a number above 0 and at most ${LARGEST}`);
  }

  /** @param most entries */
  list(name: string, most: number): CaseReader[] {
    return this.inside(name).entries(most);
  }

  /** This value as a list, counted before any of it is looked at. @param most entries */
  entries(most: number, expected = `at most ${most} entries`): CaseReader[] {
    if (!Array.isArray(this.#value)) this.fail('a list');
    if ((this.#value as unknown[]).length > most) this.fail(expected);
    return Array.from(this.#value as unknown[], (entry, i) => this.#inside(`[${i}]`, entry));
  }

  /** This value as one of `choices`. */
  choice<T extends string>(choices: readonly T[]): T {
    const choice = choices.find((c) => c === this.#value);
    return choice ?? this.fail(choices.map((c) => `"${c}"`).join(' or '));
  }

  /** This value as a whole number of at least 1. */
  wholeNumber(): number {
    const value = this.#value;
    return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= LARGEST
      ? value
      : this.fail(`a whole number from 1 to ${LARGEST}`);
  }

  #inside(name: string, value: unknown): CaseReader {
    const dot = name.startsWith('[') || this.#path.endsWith(': ') ? '' : '.';
    return new CaseReader(value, `${this.#path}${dot}${name}`);
  }

  #fields(): Record<string, unknown> {
    const value = this.#value;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.fail('an object');
    return value as Record<string, unknown>;
  }
}
