import type { FieldProblem } from '../kernel/errors.ts';

/** What a rule makes of a value: what it means, or everything that is wrong with it. */
export type Reading<T> = Readonly<{ value: T }> | Readonly<{ problems: readonly FieldProblem[] }>;

/** Judges a value that came as JSON, `null` apart. `pointer` says where it stands (RFC 6901). */
export type Rule<T> = (value: unknown, pointer: string) => Reading<T>;

/** Reads the fields of one JSON object. A field is `undefined` where it is left out or bad, `null` where it is null. */
export interface FieldReader {
  field<T>(name: string, rule: Rule<T>): T | null | undefined;
  /** A field that is an object of its own. */
  group<T>(name: string, read: (fields: FieldReader) => T): T | null | undefined;
}

/** Where an object stands, and the list to which every problem found in it is added. */
export type Place = Readonly<{ pointer: string; problems: FieldProblem[] }>;

/**
 * Reads a JSON object by `read`, which asks for every field there is: one that
 * it does not ask for is unknown, and a problem.
 *
 * @returns `undefined` where `input` is no object
 */
export function readObject<T>(
  input: unknown,
  { pointer, problems }: Place,
  read: (fields: FieldReader) => T,
): T | undefined {
  if (!isObject(input)) {
    problems.push({ pointer, code: 'wrong_type', detail: 'This must be an object' });
    return undefined;
  }
  const known = new Set<string>();
  const take = <V>(name: string, readValue: (value: unknown, at: string) => V): V | null | undefined => {
    known.add(name);
    const value = input[name];
    return value === undefined || value === null ? value : readValue(value, `${pointer}/${name}`);
  };
  const result = read({
    field: (name, rule) => take(name, (value, at) => goodOrNoted(rule(value, at), problems)),
    group: (name, readGroup) =>
      take(name, (value, at) => readObject(value, { pointer: at, problems }, readGroup)),
  });
  for (const name of Object.keys(input)) {
    if (!known.has(name)) problems.push(unknownField(`${pointer}/${pointerSegment(name)}`));
  }
  return result;
}

function goodOrNoted<T>(reading: Reading<T>, problems: FieldProblem[]): T | undefined {
  if ('value' in reading) return reading.value;
  problems.push(...reading.problems);
  return undefined;
}

function unknownField(pointer: string): FieldProblem {
  return { pointer, code: 'unknown_field', detail: 'There is no such field' };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A field's name within a JSON Pointer. One that a stranger made up is cut short. */
function pointerSegment(name: string): string {
  return name.slice(0, 64).replaceAll('~', '~0').replaceAll('/', '~1');
}
