import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ValidationFailed } from '../../../core/kernel/errors.ts';
import { isStorable } from '../../../core/kernel/text.ts';
import { EdgeError } from '../problems/catalogue.ts';
import { pointerSegment } from '../problems/validation.ts';

/** How deeply a body may be nested. */
export const DEPTH_MAX = 32;

/**
 * Bodies are JSON and nothing else; none at all counts as `{}`.
 *
 * Bytes that are not UTF-8 are refused rather than replaced, and so is what no
 * row can hold: NUL, lone surrogates, and nesting beyond 32 levels; and names
 * that could reach an object's prototype.
 */
export function registerJsonBody(server: FastifyInstance): void {
  const decoder = new TextDecoder('utf-8', { fatal: true });

  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (_request: FastifyRequest, body: Buffer) => {
      if (body.length === 0) return {};
      try {
        return JSON.parse(decoder.decode(body));
      } catch {
        throw new EdgeError(
          'json_invalid',
          'The body is not valid JSON in UTF-8; names and texts stand in double quotes',
        );
      }
    },
  );
  server.addContentTypeParser('*', async (_request: FastifyRequest, stream: Readable) => {
    // What ends without a byte is no body, whatever it was announced as.
    if (await hasBytes(stream))
      throw new EdgeError(
        'media_type_unsupported',
        'Send JSON, with the header Content-Type: application/json',
      );
    return {};
  });

  server.addHook('onRequest', (request, _reply, next) => {
    const { headers } = request.raw;
    // A type without a body says nothing, so it cannot be the wrong one.
    if (headers['content-type'] !== undefined && !hasBody(request)) delete headers['content-type'];
    next();
  });
  server.addHook('preValidation', (request, _reply, next) => {
    if (request.body === undefined && takesBody(request)) request.body = {};
    if (request.routeOptions.schema?.querystring) refuseUnstorable(request.query);
    refuseUnstorable(request.body);
    next();
  });
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function hasBytes(stream: Readable): Promise<boolean> {
  return new Promise((resolve, reject) => {
    stream.once('data', () => resolve(true));
    stream.once('end', () => resolve(false));
    stream.once('error', reject);
  });
}

function takesBody({ method }: FastifyRequest): boolean {
  return method !== 'GET' && method !== 'HEAD';
}

type Place = readonly [value: unknown, pointer: string, depth: number];

function refuseUnstorable(input: unknown): void {
  const waiting: Place[] = [[input, '', 0]];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [value, pointer] = next;
    if (typeof value === 'string' && !isStorable(value))
      throw invalid(pointer, 'Characters that cannot be stored');
    waiting.push(...placesIn(next));
  }
}

function placesIn([value, pointer, depth]: Place): readonly Place[] {
  if (typeof value !== 'object' || value === null) return [];
  if (depth >= DEPTH_MAX) throw invalid('', 'Nested too deeply');
  return Object.entries(value).map(([key, child]) => {
    if (!isStorable(key)) throw invalid(pointer, 'A name with characters that cannot be stored');
    if (isPrototypeName(key, child)) throw invalid(`${pointer}/${key}`, 'A name that no field may have');
    return [child, `${pointer}/${pointerSegment(key)}`, depth + 1];
  });
}

/** Names by which a careless copy would change every object there is. */
function isPrototypeName(key: string, value: unknown): boolean {
  const isObject = typeof value === 'object' && value !== null;
  return key === '__proto__' || (key === 'constructor' && isObject && Object.hasOwn(value, 'prototype'));
}

function invalid(pointer: string, detail: string): ValidationFailed {
  return new ValidationFailed([{ pointer, code: 'invalid', detail }]);
}
