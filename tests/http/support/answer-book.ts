import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { refuseUndeclaredParts } from './declared-parts.ts';

/** What an OpenAPI operation says of its answers, as far as these tests read it. */
type Operation = Readonly<{ responses?: Readonly<Record<string, Readonly<{ description?: string }>>> }>;

/** Refused before any route is found, so no operation declares them. */
const OF_NO_OPERATION: readonly string[] = ['request_malformed', 'route_not_found', 'method_not_allowed'];

/** Keeps what each operation answered, and fails on an answer that the OpenAPI document does not declare. */
export function createAnswerBook(http: FastifyInstance) {
  const seen = new Map<string, Set<string>>();

  return {
    write({ method = 'GET', url }: InjectOptions, response: LightMyRequestResponse): void {
      const name = nameOf(http, method, String(url));
      const operation = operationOf(http, method, String(url));
      const code = codeOf(response);
      if (!operation || (code !== null && OF_NO_OPERATION.includes(code))) return;
      const declared = operation.responses?.[String(response.statusCode)];
      const isDeclared = declared && (code === null || declared.description?.includes(`\`${code}\``));
      if (!isDeclared) {
        throw new Error(
          `${name} answered ${response.statusCode} ${code ?? ''}, which its operation does not declare`,
        );
      }
      refuseUndeclaredParts(http.swagger(), declared, response);
      const answers = seen.get(name) ?? new Set<string>();
      seen.set(name, answers.add(entry(response.statusCode, code)));
    },

    read: (method: string, path: string): ReadonlySet<string> =>
      seen.get(nameOf(http, method, path)) ?? new Set(),
  };
}

/** Every answer that the document declares of an operation, as `status code` or `status`. */
export function declaredAnswers(http: FastifyInstance, method: string, path: string): readonly string[] {
  const responses = operationOf(http, method, path)?.responses ?? {};
  return Object.entries(responses).flatMap(([status, { description = '' }]) => {
    const codes = [...description.matchAll(/`([a-z_]+)`/g)].map(([, code]) => code ?? '');
    return Number(status) < 400 || codes.length === 0
      ? [entry(Number(status), null)]
      : codes.map((code) => entry(Number(status), code));
  });
}

function operationOf(http: FastifyInstance, method: string, url: string): Operation | undefined {
  const paths: Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>> =
    http.swagger().paths ?? {};
  return paths[pathOf(http, url)]?.[method.toLowerCase()] as Operation | undefined;
}

function nameOf(http: FastifyInstance, method: string, url: string): string {
  return `${method.toUpperCase()} ${pathOf(http, url)}`;
}

/** The path of the document under which a request falls, `{name}` standing for one segment; else its own. */
function pathOf(http: FastifyInstance, url: string): string {
  const asked = url.replace(/[?#].*$/, '').replace(/^\/api(?=\/)/, '');
  const paths = Object.keys(http.swagger().paths ?? {});
  if (paths.includes(asked)) return asked;
  return paths.find((path) => isOf(path, asked)) ?? asked;
}

function isOf(path: string, asked: string): boolean {
  const [segments, given] = [path.split('/'), asked.split('/')];
  const isSame = (segment: string, index: number) => segment.startsWith('{') || segment === given[index];
  return segments.length === given.length && segments.every(isSame);
}

function entry(status: number, code: string | null): string {
  return code === null ? String(status) : `${status} ${code}`;
}

function codeOf(response: LightMyRequestResponse): string | null {
  const isProblem = String(response.headers['content-type']).startsWith('application/problem+json');
  return isProblem && response.body !== '' ? String(response.json().code) : null;
}
