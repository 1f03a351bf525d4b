import type { LightMyRequestResponse } from 'fastify';

/** What an operation of the document says of one of its answers, as far as it is compared with the answer. */
type Declared = Readonly<{
  description?: string;
  $ref?: string;
  headers?: Readonly<Record<string, unknown>>;
  content?: Readonly<
    Record<string, Readonly<{ examples?: Readonly<Record<string, Readonly<{ value?: unknown }>>> }>>
  >;
}>;

type Document = Readonly<{ components?: Readonly<{ responses?: Readonly<Record<string, Declared>> }> }>;

/** The headers of an answer that a client may have to act on. Those of every answer are told of once for all. */
const TOLD: readonly string[] = [
  'etag',
  'location',
  'ratelimit-limit',
  'ratelimit-remaining',
  'ratelimit-reset',
  'retry-after',
  'set-cookie',
  'www-authenticate',
];
/** Of these an answer never goes without one that is declared. */
const ALWAYS: readonly string[] = ['etag', 'retry-after', 'www-authenticate'];

/**
 * Fails on an answer with a header that its declaration does not tell of, or
 * without one that it promises, and on one whose fields no example has.
 */
export function refuseUndeclaredParts(document: object, declared: Declared, answer: LightMyRequestResponse) {
  const { headers = {}, content = {} } = followed(document, declared);
  const told = Object.keys(headers).map((name) => name.toLowerCase());
  const had = TOLD.filter((name) => answer.headers[name] !== undefined);
  const untold = had.filter((name) => !told.includes(name));
  const missing = told.filter((name) => ALWAYS.includes(name) && !had.includes(name));
  if (untold.length > 0)
    throw new Error(`The answer has headers that are not declared: ${untold.join(', ')}`);
  if (missing.length > 0)
    throw new Error(`The answer lacks headers that are declared: ${missing.join(', ')}`);
  const examples = Object.values(content['application/json']?.examples ?? {}).map(({ value }) => value);
  if (examples.length === 0 || answer.body === '') return;
  const fields = fieldsOf(answer.json());
  if (!examples.some((example) => fieldsOf(example) === fields))
    throw new Error(`No example has the fields of the answer: ${fields}`);
}

function followed(document: Document, declared: Declared): Declared {
  const name = declared.$ref?.split('/').at(-1);
  return name === undefined ? declared : (document.components?.responses?.[name] ?? {});
}

function fieldsOf(value: unknown): string {
  return Object.keys(Object(value)).sort().join(', ');
}
