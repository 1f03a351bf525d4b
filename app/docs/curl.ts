import { type JsonObject, objectOf } from './api-document.ts';

/** What a curl line is made from. References are followed already. */
export type Request = Readonly<{
  method: string;
  path: string;
  takesBearer: boolean;
  /** The body, or `null` where none is sent. */
  body: JsonObject | null;
  /** Whether it shows cookies that an earlier answer set, and whether its own answer sets or clears some. */
  readsCookies: boolean;
  writesCookies: boolean;
}>;

/** What differs from run to run stands in the shell's variables: parameters of a path, and fields of a body. */
const VARIABLES: Readonly<Record<string, string>> = { id: 'SESSION_ID', token: 'LINK_TOKEN' };

/** A command that makes the request as it stands, once the variables in it are set. */
export function curl(request: Request): string {
  const { method, path, takesBearer, body, readsCookies, writesCookies } = request;
  const url = path.replace(/\{(\w+)\}/g, (_, name: string) => `$${VARIABLES[name] ?? name.toUpperCase()}`);
  // With a body curl makes a POST of it by itself.
  const says = method === 'GET' || (method === 'POST' && body) ? '' : ` -X ${method}`;
  const first = [
    `curl -sS --fail-with-body${says} "$BASE${url}"`,
    // A jar that is written without being read loses the cookies that the answer does not touch.
    ...(readsCookies || writesCookies ? ['--cookie "$COOKIES"'] : []),
    ...(writesCookies ? ['--cookie-jar "$COOKIES"'] : []),
  ];
  const rest = [
    ...(takesBearer ? ['-H "Authorization: Bearer $TOKEN"'] : []),
    ...(body ? ["-H 'Content-Type: application/json'", `-d '${quoted(body)}'`] : []),
  ];
  return [first.join(' '), ...rest].join(' \\\n  ');
}

/** A body within single quotes; a variable is put between double ones, outside of them. */
function quoted(body: JsonObject): string {
  const fields = Object.entries(body).map(([name, value]) => {
    const variable = VARIABLES[name];
    if (variable && typeof value === 'string') return `"${name}":"'"$${variable}"'"`;
    return `"${name}":${JSON.stringify(value).replaceAll("'", "'\\''")}`;
  });
  return `{${fields.join(',')}}`;
}

/** The body that the first example of a request has; `null` where that says nothing. */
export function firstBody(requestBody: JsonObject): JsonObject | null {
  const media = objectOf(objectOf(requestBody['content'])['application/json']);
  const [first] = Object.values(objectOf(media['examples']));
  const body = objectOf(objectOf(first)['value']);
  return Object.keys(body).length > 0 ? body : null;
}
