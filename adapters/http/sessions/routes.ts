import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { NotFound } from '../../../core/kernel/errors.ts';
import { parseId, type SessionId } from '../../../core/kernel/ids.ts';
import type { EndSessions } from '../../../core/sessions/index.ts';
import { callerOf } from '../access/guard.ts';
import { NoContent } from '../auth/schemas.ts';
import { contextOf } from '../conventions/request-context.ts';
import { clearRefreshCookie } from '../cookies.ts';
import { refusals } from '../problems/problem.ts';
import { BODY_REFUSALS, FAULTS, SESSION_REFUSALS } from '../problems/refusal-lists.ts';
import { SessionParams } from './schemas.ts';
import { END_SESSION_SHOWN } from './shown.ts';

export type OwnSessionRoutesDeps = Readonly<{ endSessions: EndSessions }>;

/** What a signed-in user does with one session among their own. */
export const ownSessionRoutes =
  ({ endSessions }: OwnSessionRoutesDeps): FastifyPluginAsyncTypebox =>
  async (server) => {
    server.delete(
      '/auth/sessions/:id',
      {
        config: { access: 'session' },
        schema: {
          operationId: 'endSession',
          summary: 'Sign out on one device',
          description:
            'Ends one session of the caller’s own, at once. Where that is the session that asks, the refresh cookie is cleared as well. Not repeatable: a session that has ended is no longer there, so ending it again is 404, as is one of somebody else and an id that never was.',
          tags: ['Sessions'],
          params: SessionParams,
          shown: END_SESSION_SHOWN,
          response: {
            204: NoContent,
            ...refusals(...SESSION_REFUSALS, ...BODY_REFUSALS, 'not_found', ...FAULTS),
          },
        },
      },
      async (request, reply) => {
        const { user, session, tenant } = callerOf(request);
        const id = parseId<SessionId>(request.params.id);
        if (!id) throw new NotFound();
        const owner = { tenantId: tenant.id, userId: user.id, sessionId: session.id };
        await endSessions.byId(owner, id, contextOf(request));
        if (id === session.id) clearRefreshCookie(reply);
        return reply.code(204).send(null);
      },
    );
  };
