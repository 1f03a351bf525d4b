import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { type Refresh, type RefreshToken, RefreshTokenInvalid } from '../../../core/sessions/index.ts';
import { namedTenantOf } from '../access/named-tenant.ts';
import { listingTenantOf, type OriginDeps, refuseForeignOrigin } from '../access/origins.ts';
import { sendSignedIn } from '../bodies/sign-in.ts';
import { contextOf } from '../conventions/request-context.ts';
import { clearTokenCookies, refreshCookiesOf } from '../cookies.ts';
import { EdgeError } from '../problems/catalogue.ts';
import { refusals } from '../problems/problem.ts';
import {
  BODY_REFUSALS,
  CREDENTIAL_TENANT_REFUSALS,
  FAULTS,
  LIMIT_REFUSALS,
} from '../problems/refusal-lists.ts';
import { RefreshBody } from './schemas.ts';
import { REFRESH_SHOWN } from './shown.ts';

export type RefreshRouteDeps = OriginDeps &
  Readonly<{
    refresh: Refresh;
    readRefreshToken(text: string): RefreshToken | null;
  }>;

const REFRESH = {
  operationId: 'refresh',
  summary: 'Exchange a refresh token for the next one and an access token',
  description:
    'A token works once. The newest spent one again, within seconds and with its successor unused, yields the same successor, so a lost answer or a second tab is harmless. An older one ends the session. By cookie the request needs an `Origin` that may make it.',
  tags: ['Sign-up and sign-in'],
  body: RefreshBody,
  shown: REFRESH_SHOWN,
  response: {
    200: Type.Ref('SignIn', { description: 'Signed in as before, with the next refresh token' }),
    ...refusals(
      ...BODY_REFUSALS,
      'credentials_ambiguous',
      'refresh_token_invalid',
      'csrf_failed',
      ...LIMIT_REFUSALS,
      ...CREDENTIAL_TENANT_REFUSALS,
      ...FAULTS,
    ),
  },
};

/** Exchanging a refresh token, by cookie or by body. */
export const refreshRoute =
  (deps: RefreshRouteDeps): FastifyPluginAsyncTypebox =>
  async (server) => {
    server.post(
      '/auth/refresh',
      {
        config: { access: 'public' },
        schema: REFRESH,
      },
      async (request, reply) => {
        const { refresh_token: inBody } = request.body;
        const { text, isByCookie } = presentedToken(request, inBody);
        const token = deps.readRefreshToken(text);
        // Asked for whichever way the token came: by it the page may read the answer.
        const listing = await listingTenantOf(request, deps, token?.tenantId ?? null);
        if (isByCookie) refuseForeignOrigin(request, deps, listing);
        const signedIn = await exchange(deps, request, token).catch((error: unknown) =>
          clearAndThrow(reply, error),
        );
        return sendSignedIn(reply, signedIn, inBody === undefined ? 'cookie' : 'token');
      },
    );
  };

/** The text that a request presents; empty where there is none, or more than one. */
function presentedToken(
  request: FastifyRequest,
  inBody: string | undefined,
): { text: string; isByCookie: boolean } {
  const [cookie, ...others] = refreshCookiesOf(request);
  if (cookie === undefined) return { text: inBody ?? '', isByCookie: false };
  if (inBody !== undefined) {
    throw new EdgeError(
      'credentials_ambiguous',
      'Give the refresh token as a cookie or in the body, not both',
    );
  }
  // Of two cookies of one name nobody can tell which is ours, so neither is used.
  return { text: others.length > 0 ? '' : cookie, isByCookie: true };
}

async function exchange(deps: RefreshRouteDeps, request: FastifyRequest, token: RefreshToken | null) {
  if (!token) {
    request.log.info('a refresh token that is not ours was refused');
    throw new RefreshTokenInvalid();
  }
  return deps.refresh(token, { named: namedTenantOf(request), context: contextOf(request) });
}

function clearAndThrow(reply: FastifyReply, error: unknown): never {
  if (error instanceof RefreshTokenInvalid) clearTokenCookies(reply);
  throw error;
}
