import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FindLink } from '../../../core/one-time-tokens/index.ts';
import type { ResendVerification, VerifyEmail } from '../../../core/registration/index.ts';
import type { ResolveTenant } from '../../../core/tenants/index.ts';
import { callerOf } from '../access/guard.ts';
import type { CountCredential } from '../access/limits.ts';
import { namedTenantOf } from '../access/named-tenant.ts';
import { noteTenant, publicTenantOf } from '../access/request-facts.ts';
import { contextOf } from '../conventions/request-context.ts';
import { emailField } from '../fields.ts';
import { RESEND, STATUS, VERIFY } from './schemas.ts';

export type EmailRoutesDeps = Readonly<{
  verifyEmail: VerifyEmail;
  resendVerification: ResendVerification;
  resolveTenant: ResolveTenant;
  findLink: FindLink;
  countCredential: CountCredential;
}>;

/** Proving that a mailbox is one's own. */
export const emailRoutes =
  (deps: EmailRoutesDeps): FastifyPluginAsyncTypebox =>
  async (server) => {
    server.post(
      '/auth/email/verify',
      {
        config: { access: 'public', limit: 'credential' },
        schema: VERIFY,
      },
      async (request, reply) => {
        const { token, password = null } = request.body;
        const { link, tenant } = await deps.findLink(token, namedTenantOf(request), (found) =>
          noteTenant(request, found),
        );
        const excess = await deps.countCredential(request, reply, { tenantId: tenant.id, identifier: token });
        await deps.verifyEmail({ tenant, link, password, excess, context: contextOf(request) });
        return { status: 'verified' as const };
      },
    );

    server.post(
      '/auth/email/resend-verification',
      {
        config: { access: 'public', limit: 'credential' },
        schema: RESEND,
      },
      async (request, reply) => {
        const email = emailField(request.body.email, '/email');
        const tenant = await publicTenantOf(request, deps.resolveTenant);
        const excess = await deps.countCredential(request, reply, { tenantId: tenant.id, identifier: email });
        if (excess) throw excess;
        await deps.resendVerification(tenant, email, contextOf(request));
        return reply.code(202).send({ status: 'accepted' });
      },
    );

    server.get(
      '/auth/email/status',
      {
        config: { access: 'own' },
        schema: STATUS,
      },
      async (request) => {
        const { user } = callerOf(request);
        return { email: user.email, verified: user.emailVerified, pending_email: null };
      },
    );
  };
