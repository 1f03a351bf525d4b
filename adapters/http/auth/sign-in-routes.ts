import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Register } from '../../../core/registration/index.ts';
import { InvalidCredentials, type Login } from '../../../core/sign-in/index.ts';
import type { ResolveTenant } from '../../../core/tenants/index.ts';
import { identifierText } from '../../../core/users/index.ts';
import { type CountCredential, groupOf } from '../access/limits.ts';
import { publicTenantOf } from '../access/request-facts.ts';
import { type CountSignIn, counted } from '../access/sign-in-outcome.ts';
import { presentedDevice, sendNewSignIn } from '../bodies/sign-in.ts';
import { userBody } from '../bodies/user.ts';
import { contextOf } from '../conventions/request-context.ts';
import { clearTokenCookies } from '../cookies.ts';
import { emailField, identifierField, localeField, optionalField, usernameField } from '../fields.ts';
import { LOGIN, REGISTER } from './sign-in-schemas.ts';

export type SignInRoutesDeps = Readonly<{
  register: Register;
  login: Login;
  resolveTenant: ResolveTenant;
  countCredential: CountCredential;
  countSignIn: CountSignIn;
}>;

/** Signing up and signing in by password. */
export const signInRoutes =
  ({
    register,
    login,
    resolveTenant,
    countCredential,
    countSignIn,
  }: SignInRoutesDeps): FastifyPluginAsyncTypebox =>
  async (server) => {
    server.post(
      '/auth/register',
      {
        config: { access: 'public', limit: 'credential' },
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
        const excess = await countCredential(request, reply, {
          tenantId: tenant.id,
          identifier: fields.email,
        });
        if (excess) throw excess;
        const { password, name = null } = body;
        const { user } = await register({ ...fields, tenant, password, name, context: contextOf(request) });
        if (user) return reply.code(201).send({ user: userBody(user) });
        return reply.code(202).send({ status: 'email_verification_required' });
      },
    );

    server.post(
      '/auth/login',
      {
        config: { access: 'public', limit: 'credential' },
        schema: LOGIN,
      },
      async (request, reply) => {
        const { email, password, transport, device_name: deviceName = null } = request.body;
        const identifier = identifierField(email, '/email');
        const tenant = await publicTenantOf(request, resolveTenant);
        const excess = await countCredential(request, reply, {
          tenantId: tenant.id,
          identifier: identifierText(identifier),
        });
        const attempt = login({
          ...{ tenant, identifier, password, deviceName, excess },
          device: presentedDevice(request, transport),
          addressGroup: groupOf(request),
          context: contextOf(request),
        });
        const signedIn = await counted(countSignIn, 'password', attempt).catch((error: unknown) => {
          if (error instanceof InvalidCredentials) clearTokenCookies(reply);
          throw error;
        });
        return sendNewSignIn(reply, signedIn, transport);
      },
    );
  };
