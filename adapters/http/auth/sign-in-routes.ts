import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Register } from '../../../core/registration/index.ts';
import { InvalidCredentials, type Login } from '../../../core/sign-in/index.ts';
import type { ResolveTenant } from '../../../core/tenants/index.ts';
import { publicTenantOf } from '../access/request-facts.ts';
import { sendSignedIn } from '../bodies/sign-in.ts';
import { userBody } from '../bodies/user.ts';
import { contextOf } from '../conventions/request-context.ts';
import { clearRefreshCookie } from '../cookies.ts';
import { emailField, identifierField, localeField, optionalField, usernameField } from '../fields.ts';
import { LOGIN, REGISTER } from './sign-in-schemas.ts';

export type SignInRoutesDeps = Readonly<{ register: Register; login: Login; resolveTenant: ResolveTenant }>;

/** Signing up and signing in by password. */
export const signInRoutes =
  ({ register, login, resolveTenant }: SignInRoutesDeps): FastifyPluginAsyncTypebox =>
  async (server) => {
    server.post(
      '/auth/register',
      {
        config: { access: 'public' },
        schema: REGISTER,
      },
      async (request, reply) => {
        const { body } = request;
        const fields = {
          email: emailField(body.email, '/email'),
          username: optionalField(body.username, '/username', usernameField),
          locale: optionalField(body.locale, '/locale', localeField),
        };
        const tenant = await publicTenantOf(request, resolveTenant);
        const { password, name = null } = body;
        const { user } = await register({ ...fields, tenant, password, name, context: contextOf(request) });
        if (user) return reply.code(201).send({ user: userBody(user) });
        return reply.code(202).send({ status: 'email_verification_required' });
      },
    );

    server.post(
      '/auth/login',
      {
        config: { access: 'public' },
        schema: LOGIN,
      },
      async (request, reply) => {
        const { email, password, transport, device_name: deviceName = null } = request.body;
        const identifier = identifierField(email, '/email');
        const tenant = await publicTenantOf(request, resolveTenant);
        const attempt = { tenant, identifier, password, deviceName, context: contextOf(request) };
        const signedIn = await login(attempt).catch((error: unknown) => {
          if (error instanceof InvalidCredentials) clearRefreshCookie(reply);
          throw error;
        });
        return sendSignedIn(reply, signedIn, transport);
      },
    );
  };
