import { readConfig } from '../../config/index.ts';
import { compose } from '../compose.ts';
import { createLogger } from '../logger.ts';

type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object, as a document reads it: any name may be missing. */
export type JsonObject = Readonly<{ [name: string]: Json | undefined }>;

/** The OpenAPI document of the routes, in the form in which it is served. */
export type ApiDocument = JsonObject;

/** One operation of the API, as far as every page about operations reads it. */
export type Operation = Readonly<{
  /** In capitals. */
  method: string;
  path: string;
  /** Who may call it: the value of `x-access`. */
  access: string;
  /** The class of rate limit, `x-limit`; `null` where a credential is wanted. */
  limit: string | null;
  /** By status, in rising order. `codes` are the problem codes that it may answer with that status. */
  answers: readonly Readonly<{ status: number; description: string; codes: readonly string[] }>[];
  /** All of it, for what only one page tells. */
  json: JsonObject;
}>;

/** The API as the routes describe it. Composed without a database: nothing here is ever asked. */
export async function readApiDocument(): Promise<ApiDocument> {
  const nowhere = {
    connection: { host: '127.0.0.1', port: 1, user: 'none', database: 'none' },
    role: null,
    ssl: false,
  } as const;
  const app = await compose({
    config: readConfig({ ENVIRONMENT: 'test', PUBLIC_URL: 'http://localhost:8080' }),
    secretKeys: ['nothing is signed or sealed while documents are made'],
    databases: {
      app: nowhere,
      direct: nowhere,
      system: null,
      owner: null,
      provisioner: null,
      isOwnLogin: false,
      embedded: null,
    },
    logger: createLogger('silent'),
  });
  try {
    await app.http.ready();
    return JSON.parse(JSON.stringify(app.http.swagger()));
  } finally {
    await app.close();
  }
}

/** Every operation, in the order of the document. */
export function operationsOf(api: ApiDocument): readonly Operation[] {
  return entriesOf(api['paths']).flatMap(([path, methods]) =>
    entriesOf(methods).map(([method, json]) => operationOf(method.toUpperCase(), path, objectOf(json))),
  );
}

/**
 * Reads how long the fields of a JSON body may be, in characters.
 *
 * @returns a function of a field's name that throws for one without a limit
 */
export function bodyFieldsOf(api: ApiDocument, method: string, path: string): (field: string) => number {
  const operation = operationsOf(api).find((each) => each.method === method && each.path === path);
  const content = objectOf(objectOf(operation?.json['requestBody'])['content']);
  const schema = resolve(api, objectOf(content['application/json'])['schema']);
  return (field) => {
    const lengths = variantsOf(objectOf(schema['properties'])[field]).map(({ maxLength }) => maxLength);
    const length = lengths.find((each) => typeof each === 'number');
    if (length === undefined) throw new Error(`${method} ${path} says no length of ${field}`);
    return length;
  };
}

/** `value` where it is an object, and an empty one otherwise. */
export function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

/** `value` where it is text, and none otherwise. */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function operationOf(method: string, path: string, json: JsonObject): Operation {
  const answers = entriesOf(json['responses']).map(([status, response]) => {
    const description = textOf(objectOf(response)['description']);
    return { status: Number(status), description, codes: codesIn(Number(status), description) };
  });
  const limit = textOf(json['x-limit']) || null;
  return { method, path, access: textOf(json['x-access']), limit, answers, json };
}

/** A route names the codes of a refusal in its description: see `refusals` in adapters/http/problems. */
function codesIn(status: number, description: string): readonly string[] {
  if (status < 400) return [];
  return [...description.matchAll(/`([a-z_]+)`/g)].map(([, code = '']) => code);
}

/** A schema, by way of its reference where it is one. */
function resolve(api: ApiDocument, schema: Json | undefined): JsonObject {
  const reference = textOf(objectOf(schema)['$ref']);
  if (reference === '') return objectOf(schema);
  const names = reference.replace('#/', '').split('/');
  return names.reduce<JsonObject>((at, name) => objectOf(at[name]), api);
}

/** A schema itself and those that it is any of. */
function variantsOf(schema: Json | undefined): readonly JsonObject[] {
  const { anyOf, ...itself } = objectOf(schema);
  return [itself, ...(Array.isArray(anyOf) ? anyOf.map(objectOf) : [])];
}

function entriesOf(value: Json | undefined): readonly [string, Json | undefined][] {
  return Object.entries(objectOf(value));
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
