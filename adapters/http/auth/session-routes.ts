import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Static } from 'typebox';
import type { PlaceFinder } from '../../../core/protection/index.ts';
import { scopesOf } from '../../../core/roles/index.ts';
import type { EndSessions, LiveSession, LogOut, RefreshToken } from '../../../core/sessions/index.ts';
import { callerOf, sessionOwnerOf } from '../access/guard.ts';
import { sessionBody } from '../bodies/session.ts';
import { userBody } from '../bodies/user.ts';
import { contextOf } from '../conventions/request-context.ts';
import { clearTokenCookies, refreshCookiesOf } from '../cookies.ts';
import { createLocationOf, type LocationOf } from '../location.ts';
import { refusals } from '../problems/problem.ts';
import { BODY_REFUSALS, FAULTS, SESSION_REFUSALS, TOKEN_REFUSALS } from '../problems/refusal-lists.ts';
import { LogoutAllBody, MeBody, NoContent } from './schemas.ts';
import { LOGOUT_ALL_SHOWN, LOGOUT_SHOWN, ME_SHOWN } from './shown.ts';

const JSON_TYPE = 'application/json; charset=utf-8';

export type SessionRoutesDeps = Readonly<{
  endSessions: EndSessions;
  logOut: LogOut;
  places: PlaceFinder;
  readRefreshToken(text: string): RefreshToken | null;
}>;

/** What a signed-in user does with their sessions. */
export const sessionRoutes =
  ({ endSessions, logOut, places, readRefreshToken }: SessionRoutesDeps): FastifyPluginAsyncTypebox =>
  async (server) => {
    // As long as a session is remembered its answer is, and not a moment longer: both are the same object's.
    const written = new WeakMap<LiveSession, string>();
    const locationOf = createLocationOf(places);

    server.post(
      '/auth/logout',
      {
        config: { access: 'ended_session' },
        schema: {
          operationId: 'logout',
          summary: 'Sign out here',
          description:
            'Ends the session that the access token names, even if the token has expired. Repeatable. A refresh cookie that comes along ends nothing and is not spent.',
          tags: ['Sessions'],
          shown: LOGOUT_SHOWN,
          response: { 204: NoContent, ...refusals(...TOKEN_REFUSALS, ...BODY_REFUSALS, ...FAULTS) },
        },
      },
      async (request, reply) => {
        const presented = presentedToken(request, readRefreshToken);
        await logOut(sessionOwnerOf(request), { presented, context: contextOf(request) });
        clearTokenCookies(reply);
        return reply.code(204).send(null);
      },
    );

    server.post(
      '/auth/logout-all',
      {
        config: { access: 'session' },
        schema: {
          operationId: 'logoutAll',
          summary: 'Sign out everywhere',
          description: 'Ends every session of the user, this one too unless `except_current` says otherwise.',
          tags: ['Sessions'],
          body: LogoutAllBody,
          shown: LOGOUT_ALL_SHOWN,
          response: { 204: NoContent, ...refusals(...SESSION_REFUSALS, ...BODY_REFUSALS, ...FAULTS) },
        },
      },
      async (request, reply) => {
        const { user, session, tenant } = callerOf(request);
        const owner = { tenantId: tenant.id, userId: user.id, sessionId: session.id };
        const isCurrentKept = request.body.except_current ?? false;
        await endSessions.all(owner, isCurrentKept, contextOf(request));
        if (!isCurrentKept) clearTokenCookies(reply);
        return reply.code(204).send(null);
      },
    );

    server.get(
      '/auth/me',
      {
        config: { access: 'own' },
        schema: {
          operationId: 'getMe',
          summary: 'Who am I, and what may I do?',
          description: 'As it stands at this moment, whatever the token says.',
          shown: ME_SHOWN,
          tags: ['Sessions'],
          response: { 200: MeBody, ...refusals(...SESSION_REFUSALS, ...FAULTS) },
        },
      },
      (request, reply) => sendMe(reply, callerOf(request), written, locationOf),
    );
  };

/** The genuine refresh token that came along at a sign-out, if it is the only one. A forged one is only logged. */
function presentedToken(
  request: FastifyRequest,
  readRefreshToken: SessionRoutesDeps['readRefreshToken'],
): RefreshToken | null {
  const [cookie, ...others] = refreshCookiesOf(request);
  if (cookie === undefined) return null;
  const token = others.length > 0 ? null : readRefreshToken(cookie);
  if (!token) request.log.info('a refresh token that is not ours came along at a sign-out');
  return token;
}

function sendMe(
  reply: FastifyReply,
  caller: LiveSession,
  written: WeakMap<LiveSession, string>,
  locationOf: LocationOf,
): void {
  let text = written.get(caller);
  if (text === undefined) {
    text = String(reply.serializeInput(meBody(caller, locationOf), '200'));
    written.set(caller, text);
  }
  void reply.header('content-type', JSON_TYPE).send(text);
}

/** The answer to "who am I" by a session. */
function meBody({ user, session, tenant }: LiveSession, locationOf: LocationOf): Static<typeof MeBody> {
  return {
    user: userBody(user),
    tenant: { id: tenant.id, slug: tenant.slug, name: tenant.name },
    session: sessionBody(session, session.id, locationOf),
    roles: [...user.roles],
    scopes: [...scopesOf(user.roles)],
    credential: 'session',
  };
}
