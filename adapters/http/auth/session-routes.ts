import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { scopesOf } from '../../../core/roles/index.ts';
import type { EndSessions } from '../../../core/sessions/index.ts';
import { callerOf, sessionOwnerOf } from '../access/guard.ts';
import { sessionBody } from '../bodies/session.ts';
import { userBody } from '../bodies/user.ts';
import { contextOf } from '../conventions/request-context.ts';
import { clearRefreshCookie } from '../cookies.ts';
import { refusals } from '../problems/problem.ts';
import { BODY_REFUSALS, FAULTS, SESSION_REFUSALS, TOKEN_REFUSALS } from '../problems/refusal-lists.ts';
import { LogoutAllBody, MeBody, NoContent } from './schemas.ts';
import { LOGOUT_ALL_SHOWN, LOGOUT_SHOWN, ME_SHOWN } from './shown.ts';

export type SessionRoutesDeps = Readonly<{ endSessions: EndSessions }>;

/** What a signed-in user does with their sessions. */
export const sessionRoutes =
  ({ endSessions }: SessionRoutesDeps): FastifyPluginAsyncTypebox =>
  async (server) => {
    server.post(
      '/auth/logout',
      {
        config: { access: 'ended_session' },
        schema: {
          operationId: 'logout',
          summary: 'Sign out here',
          description:
            'Ends the session that the access token names, even if the token has expired. Repeatable.',
          tags: ['Sessions'],
          shown: LOGOUT_SHOWN,
          response: { 204: NoContent, ...refusals(...TOKEN_REFUSALS, ...BODY_REFUSALS, ...FAULTS) },
        },
      },
      async (request, reply) => {
        await endSessions.one(sessionOwnerOf(request), contextOf(request));
        clearRefreshCookie(reply);
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
        if (!isCurrentKept) clearRefreshCookie(reply);
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
      async (request) => {
        const { user, session, tenant } = callerOf(request);
        return {
          user: userBody(user),
          tenant: { id: tenant.id, slug: tenant.slug, name: tenant.name },
          session: sessionBody(session, session.id),
          roles: [...user.roles],
          scopes: [...scopesOf(user.roles)],
          credential: 'session' as const,
        };
      },
    );
  };
