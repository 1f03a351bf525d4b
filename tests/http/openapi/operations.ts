import type { HttpService } from '../support/http-service.ts';

export type Media = Readonly<{
  schema: Readonly<Record<string, unknown>>;
  examples?: Readonly<Record<string, Readonly<{ summary: string; value: unknown }>>>;
}>;

export type Response = Readonly<{
  description: string;
  /** By its name. */
  headers: Readonly<Record<string, Readonly<{ description: string }>>>;
  content: Readonly<Record<string, Media>>;
}>;

/** An operation of the served document, every reference to a component but those to schemas followed. */
export type Operation = Readonly<{
  /** `METHOD /path`. */
  name: string;
  /** Where it stands in the document, as a JSON Pointer. */
  pointer: string;
  operationId: string;
  summary: string;
  description: string;
  tags: readonly string[];
  security: readonly Readonly<Record<string, readonly string[]>>[];
  access: string;
  limit: string | undefined;
  parameters: readonly Readonly<{ name: string; in: string }>[];
  requestBody: Readonly<{ required: boolean; content: Readonly<Record<string, Media>> }> | null;
  responses: Readonly<Record<string, Response>>;
}>;

type Served = Readonly<Record<string, unknown>> &
  Readonly<{ paths: Readonly<Record<string, Readonly<Record<string, RawOperation>>>> }>;

type RawOperation = Omit<Operation, 'name' | 'pointer' | 'access' | 'limit'> &
  Readonly<{ 'x-access': string; 'x-limit'?: string }>;

/** The document as it is served, and its operations. */
export async function readOperations(
  service: HttpService,
): Promise<Readonly<{ document: Served; operations: readonly Operation[] }>> {
  const document: Served = (await service.get('/openapi.json')).json();
  const operations = Object.entries(document.paths).flatMap(([path, byMethod]) =>
    Object.entries(byMethod).map(([method, raw]) => {
      const { 'x-access': access, 'x-limit': limit, ...operation } = raw;
      const pointer = `/paths/${path.replaceAll('/', '~1')}/${method}`;
      const { parameters = [], requestBody = null, responses } = followed(operation, document);
      return {
        ...{ ...operation, access, limit, parameters, requestBody, pointer },
        name: `${method.toUpperCase()} ${path}`,
        responses: Object.fromEntries(
          Object.entries(responses).map(([status, response]) => [
            status,
            { ...response, headers: response.headers ?? {}, content: response.content ?? {} },
          ]),
        ),
      };
    }),
  );
  return { document, operations };
}

/** A part of the document with what it refers to in the place of each reference. */
function followed<Part>(part: Part, document: Served): Part {
  return JSON.parse(JSON.stringify(part), (_name, value) => {
    const reference: unknown = value?.$ref;
    if (typeof reference !== 'string' || reference.startsWith('#/components/schemas/')) return value;
    const { $ref: _, ...beside } = value;
    return { ...followed(partAt(document, reference), document), ...beside };
  });
}

function partAt(document: unknown, reference: string): object {
  const names = reference.split('/').slice(1);
  const part = names.reduce<unknown>(
    (at, name) =>
      typeof at === 'object' && at !== null
        ? Object.entries(at).find(([key]) => key === name)?.[1]
        : undefined,
    document,
  );
  if (typeof part !== 'object' || part === null) throw new Error(`${reference} leads nowhere`);
  return part;
}
