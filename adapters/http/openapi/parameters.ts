import type { Json, JsonObject } from './json.ts';

/** What requests may carry besides their body and their token, by the name of its component. */
const PARAMETERS = {
  Tenant: {
    name: 'X-Tenant',
    in: 'header',
    description:
      'The slug or the id of a tenant; the same one that a credential or link of the request names already',
    schema: { type: 'string' },
    example: 'default',
  },
  RefreshToken: {
    name: 'refresh_token',
    in: 'cookie',
    description: 'The refresh token, where it does not come in the body',
    schema: { type: 'string' },
    example: 'AQEBm7E4EAB…',
  },
  KnownDevice: {
    name: '__Host-gh_device',
    in: 'cookie',
    description: 'By which the browser is known, so that wrong passwords from elsewhere do not lock it out',
    schema: { type: 'string' },
    example: 'q1W2e3R4t5Y6u7I8o9P0aS',
  },
  IfNoneMatch: {
    name: 'If-None-Match',
    in: 'header',
    description: 'The `ETag` of the answer that the client has already',
    schema: { type: 'string' },
    example: '"6dV0mX3yQ1"',
  },
} as const;

export type ParameterName = keyof typeof PARAMETERS;

/** The parameters as components of the document. */
export const PARAMETER_COMPONENTS: JsonObject = PARAMETERS;

/** Codes by which an operation shows that it acts in one tenant. */
const TENANT_CODES = ['tenant_not_found', 'tenant_mismatch', 'tenant_suspended'];

/**
 * References to the parameters of an operation: those that its route tells
 * of, and `X-Tenant` wherever a tenant can be the reason of a refusal.
 */
export function parametersOf(
  codes: readonly string[],
  shown: readonly ParameterName[] = [],
): readonly Json[] {
  const isOfTenant = codes.some((code) => TENANT_CODES.includes(code));
  const names: readonly ParameterName[] = [...(isOfTenant ? (['Tenant'] as const) : []), ...shown];
  return names.map((name) => ({ $ref: `#/components/parameters/${name}` }));
}
