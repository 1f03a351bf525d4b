import type { FastifyInstance, preValidationHookHandler } from 'fastify';
import { ValidationFailed } from '../../../core/kernel/errors.ts';
import { fieldProblemsOf } from '../problems/validation.ts';

const BODILESS: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Where a route names no body, every field of one is a field too many.
 *
 * For the routes that are registered from now on. A route that takes fields is
 * checked by the schema of its body; one that takes none needs to say nothing.
 */
export function registerNoBody(server: FastifyInstance): void {
  server.addHook('onRoute', (route) => {
    if (route.schema?.body || [route.method].flat().every((method) => BODILESS.includes(method))) return;
    route.preValidation = [...[route.preValidation ?? []].flat(), refuseFields];
  });
}

const refuseFields: preValidationHookHandler = ({ body }, _reply, next) => {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw refusal([{ keyword: 'type' }]);
  const names = Object.keys(body);
  if (names.length === 0) return next();
  throw refusal(
    names.map((name) => ({ keyword: 'additionalProperties', params: { additionalProperty: name } })),
  );
};

function refusal(found: readonly Readonly<{ keyword: string; params?: Record<string, string> }>[]) {
  const errors = found.map((error) => ({ instancePath: '', schemaPath: '', params: {}, ...error }));
  return new ValidationFailed(fieldProblemsOf(errors));
}
