import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { DevMailbox } from '../../../core/notifications/index.ts';
import { isFromLoopback } from '../access/loopback.ts';
import type { OwnOrigins } from '../access/origins.ts';
import { EdgeError } from '../problems/catalogue.ts';

export type DevMailboxRouteDeps = Readonly<{ devMailbox: DevMailbox; ownOrigins: OwnOrigins }>;

/** How many mails one answer holds where nothing is asked for. */
export const LIMIT_DEFAULT = 25;

const Query = Type.Object({
  to: Type.Optional(Type.String()),
  limit: Type.Optional(
    Type.String({ pattern: '^[1-9][0-9]?$|^100$', description: '1 to 100; 25 by default' }),
  ),
});

/** The mails that would have been sent, for whoever sits at this machine. Registered in development only. */
export const devMailboxRoute =
  ({ devMailbox, ownOrigins }: DevMailboxRouteDeps): FastifyPluginAsyncTypebox =>
  async (server) => {
    server.get(
      '/dev/mailbox',
      {
        config: { access: 'public' },
        schema: { hide: true, querystring: Query },
        onRequest: async (request) => {
          if (!isLocal(request, ownOrigins)) throw new EdgeError('route_not_found', 'There is no such route');
        },
      },
      async (request) => {
        const { to, limit } = request.query;
        const mails = await devMailbox.list({
          to: to?.trim().toLowerCase() ?? null,
          limit: limit ? Number(limit) : LIMIT_DEFAULT,
        });
        return {
          data: mails.map(({ tenantId, createdAt, ...mail }) => ({
            ...mail,
            tenant_id: tenantId,
            code: null,
            created_at: createdAt.toISOString(),
          })),
        };
      },
    );
  };

/** A page that rebinds its name to us says the wrong host. */
function isLocal(request: FastifyRequest, { hosts }: OwnOrigins): boolean {
  return isFromLoopback(request) && hosts.has(request.headers.host ?? '');
}
