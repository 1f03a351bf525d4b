import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { NotFound } from '../../../core/kernel/errors.ts';
import { parseId, type SessionId } from '../../../core/kernel/ids.ts';
import type { PlaceFinder } from '../../../core/protection/index.ts';
import type { EndSessions, ListSessions, SessionOwner } from '../../../core/sessions/index.ts';
import { callerOf } from '../access/guard.ts';
import { pageBody, pageQueryOf } from '../bodies/list.ts';
import { sessionBody } from '../bodies/session.ts';
import { contextOf } from '../conventions/request-context.ts';
import { clearTokenCookies } from '../cookies.ts';
import { createLocationOf } from '../location.ts';
import { END_ALL_SESSIONS, END_SESSION, LIST_SESSIONS } from './schemas.ts';

export type OwnSessionRoutesDeps = Readonly<{
  endSessions: EndSessions;
  listSessions: ListSessions;
  places: PlaceFinder;
}>;

/** What a signed-in user does with the sessions that are their own. */
export const ownSessionRoutes =
  ({ endSessions, listSessions, places }: OwnSessionRoutesDeps): FastifyPluginAsyncTypebox =>
  async (server) => {
    const locationOf = createLocationOf(places);
    server.get('/auth/sessions', { config: { access: 'own' }, schema: LIST_SESSIONS }, async (request) => {
      const owner = ownerOf(request);
      const page = await listSessions(owner, pageQueryOf(request.query));
      return pageBody(page, (session) => sessionBody(session, owner.sessionId, locationOf));
    });

    server.delete(
      '/auth/sessions/all',
      { config: { access: 'session' }, schema: END_ALL_SESSIONS },
      async (request, reply) => {
        const isCurrentKept = request.body.except_current ?? false;
        await endSessions.all(ownerOf(request), isCurrentKept, contextOf(request));
        if (!isCurrentKept) clearTokenCookies(reply);
        return reply.code(204).send(null);
      },
    );

    server.delete(
      '/auth/sessions/:id',
      { config: { access: 'session' }, schema: END_SESSION },
      async (request, reply) => {
        const owner = ownerOf(request);
        const id = parseId<SessionId>(request.params.id);
        if (!id) throw new NotFound();
        await endSessions.byId(owner, id, contextOf(request));
        if (id === owner.sessionId) clearTokenCookies(reply);
        return reply.code(204).send(null);
      },
    );
  };

function ownerOf(request: FastifyRequest): SessionOwner {
  const { user, session, tenant } = callerOf(request);
  return { tenantId: tenant.id, userId: user.id, sessionId: session.id };
}
