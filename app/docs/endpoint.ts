import { type ApiDocument, type JsonObject, type Operation, objectOf, textOf } from './api-document.ts';
import { curl, firstBody } from './curl.ts';
import { renderFields } from './fields.ts';
import { block, table } from './markdown.ts';

/** An operation as its page tells of it, with every reference followed. */
export type Endpoint = Readonly<{
  /** `METHOD /path`. */
  name: string;
  method: string;
  path: string;
  /** Stable: made of the method and the words of the path. */
  anchor: string;
  tag: string;
  summary: string;
  description: string;
  access: string;
  limit: string | null;
  parameters: readonly JsonObject[];
  requestBody: JsonObject;
  responses: readonly Response[];
}>;

type Response = Readonly<{
  status: number;
  description: string;
  codes: readonly string[];
  headers: readonly Readonly<{ name: string; description: string }>[];
  content: JsonObject;
}>;

/** Follows the references of one operation. */
export function endpointOf(api: ApiDocument, operation: Operation): Endpoint {
  const { method, path, access, limit, json } = operation;
  const parameters: readonly JsonObject[] = Array.isArray(json['parameters']) ? json['parameters'] : [];
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  return {
    ...{ name: `${method} ${path}`, method, path, access, limit },
    anchor: [method, ...words].join('-').toLowerCase(),
    tag: tagOf(json),
    summary: textOf(json['summary']),
    description: textOf(json['description']),
    parameters: parameters.map((parameter) => follow(api, parameter)),
    requestBody: objectOf(json['requestBody']),
    responses: operation.answers.map(({ status, description, codes }) => {
      const response = follow(api, objectOf(objectOf(json['responses'])[String(status)]));
      const headers = Object.entries(objectOf(response['headers'])).map(([name, header]) => ({
        name,
        description: textOf(follow(api, objectOf(header))['description']),
      }));
      return { status, description, codes, headers, content: objectOf(response['content']) };
    }),
  };
}

/** What is told of who may call an operation, and of how it is limited. */
type Conditions = Readonly<{ who: string; limit: string }>;

/** The section of one operation. */
export function renderEndpoint(endpoint: Endpoint, { who, limit }: Conditions): readonly string[] {
  const { name, anchor, summary, description } = endpoint;
  return [
    `<a id="${anchor}"></a>`,
    `### ${name}`,
    `**${/[.?]$/.test(summary) ? summary : `${summary}.`}** ${description}`,
    [`- **Who:** ${who}`, `- **Limit:** ${limit}`, ...cookieLines(endpoint)].join('\n'),
    ...renderFields(endpoint),
    block(commandOf(endpoint), 'sh'),
    ...exampleAnswer(endpoint),
    table(['status', 'answer', 'headers'], endpoint.responses.map(rowOf)),
  ];
}

/** The command that makes the request of the first example. */
function commandOf({ method, path, access, requestBody, parameters, responses }: Endpoint): string {
  return curl({
    ...{ method, path },
    takesBearer: access !== 'public',
    body: firstBody(requestBody),
    readsCookies: parameters.some((parameter) => parameter['in'] === 'cookie'),
    writesCookies: responses.some(({ headers }) => headers.some(isSetCookie)),
  });
}

function cookieLines({ parameters, responses }: Endpoint): readonly string[] {
  const read = parameters.filter((parameter) => parameter['in'] === 'cookie');
  const lines = [
    ...read.map(({ name, description }) => `reads \`${textOf(name)}\`: ${lowered(textOf(description))}`),
    ...responses.flatMap(({ status, headers }) =>
      headers.filter(isSetCookie).map(({ description }) => `${status}: ${lowered(description)}`),
    ),
  ];
  return lines.length > 0 ? [`- **[Cookies](cookies.md):** ${lines.join('. ')}.`] : [];
}

function exampleAnswer({ responses }: Endpoint): readonly string[] {
  const answered = responses.find(({ status, content }) => status < 400 && Object.keys(content).length > 0);
  const [mediaType = '', media] = Object.entries(answered?.content ?? {})[0] ?? [];
  const [example] = Object.values(objectOf(objectOf(media)['examples']));
  const value = objectOf(example)['value'];
  if (!answered || value === undefined) return [];
  const text =
    typeof value === 'string' ? block(value, 'text') : block(JSON.stringify(value, null, 2), 'json');
  const kind = mediaType === 'application/json' ? '' : `, as \`${mediaType}\``;
  return [`Such a request is answered by ${answered.status}${kind}:`, text];
}

function rowOf({ status, description, codes, headers }: Response): readonly string[] {
  const links = codes.map((code) => `[\`${code}\`](errors.md#${code})`).join(', ');
  const names = headers.map(({ name }) => name).filter((name) => !name.startsWith('RateLimit-'));
  return [String(status), links || description, names.map((name) => `\`${name}\``).join(', ')];
}

function isSetCookie({ name }: Readonly<{ name: string }>): boolean {
  return name === 'Set-Cookie';
}

/** A sentence as it goes on behind a colon. */
function lowered(text: string): string {
  return `${text.slice(0, 1).toLowerCase()}${text.slice(1)}`;
}

function tagOf(json: JsonObject): string {
  const tags: readonly unknown[] = Array.isArray(json['tags']) ? json['tags'] : [];
  return String(tags[0] ?? '');
}

function follow(api: ApiDocument, value: JsonObject): JsonObject {
  const reference = textOf(value['$ref']);
  if (reference === '') return value;
  return reference
    .split('/')
    .slice(1)
    .reduce<JsonObject>((at, name) => objectOf(at[name]), api);
}
