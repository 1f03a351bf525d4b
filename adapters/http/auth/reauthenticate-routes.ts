import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Static } from 'typebox';
import { type FieldProblem, ValidationFailed } from '../../../core/kernel/errors.ts';
import type { RateLimited } from '../../../core/protection/index.ts';
import type { FreshSignIn, Reauthenticate, ReauthenticationMethods } from '../../../core/sign-in/index.ts';
import { callerOf } from '../access/guard.ts';
import { type CountCredential, groupOf } from '../access/limits.ts';
import { sendFresh } from '../bodies/sign-in.ts';
import { contextOf } from '../conventions/request-context.ts';
import { deviceSecretsOf } from '../cookies.ts';
import { REAUTHENTICATE, REAUTHENTICATE_OPTIONS, type ReauthenticateBody } from './reauthenticate-schemas.ts';

export type ReauthenticateRoutesDeps = Readonly<{
  reauthenticate: Reauthenticate;
  reauthenticationMethods: ReauthenticationMethods;
  countCredential: CountCredential;
}>;

/** Making the sign-in of a session fresh. */
export const reauthenticateRoutes =
  ({
    reauthenticate,
    reauthenticationMethods,
    countCredential,
  }: ReauthenticateRoutesDeps): FastifyPluginAsyncTypebox =>
  async (server) => {
    /** Of one user, whichever session asks: they share the guesses as well. */
    const excessOf = (request: FastifyRequest, reply: FastifyReply): Promise<RateLimited | null> => {
      const { tenant, user } = callerOf(request);
      return countCredential(request, reply, { tenantId: tenant.id, identifier: user.id });
    };

    server.post(
      '/auth/reauthenticate/options',
      { config: { access: 'session', limit: 'credential' }, schema: REAUTHENTICATE_OPTIONS },
      async (request, reply) => {
        const excess = await excessOf(request, reply);
        if (excess) throw excess;
        return { methods: [...(await reauthenticationMethods(callerOf(request)))] };
      },
    );

    server.post(
      '/auth/reauthenticate',
      { config: { access: 'session', limit: 'credential' }, schema: REAUTHENTICATE },
      async (request, reply) => {
        const { tenant, user, session } = callerOf(request);
        const proof = proofOf(request.body);
        const access = await reauthenticate({
          ...{ tenant, user, session, proof },
          excess: await excessOf(request, reply),
          deviceSecrets: deviceSecretsOf(request),
          addressGroup: groupOf(request),
          context: contextOf(request),
        });
        return sendFresh(reply, access);
      },
    );
  };

type Body = Static<typeof ReauthenticateBody>;

/** The fields of each proof, and no others beside them. */
const FORMS: readonly Readonly<{ method: FreshSignIn['method']; fields: readonly (keyof Body)[] }>[] = [
  { method: 'password', fields: ['password'] },
  { method: 'code', fields: ['code'] },
  { method: 'webauthn', fields: ['flow_id', 'credential'] },
  { method: 'email', fields: ['flow_id', 'code'] },
];

/** @throws {ValidationFailed} the fields that came are none of the forms */
function proofOf(body: Body): FreshSignIn {
  const given = Object.keys(body);
  const form = FORMS.find(
    ({ fields }) => fields.length === given.length && fields.every((field) => given.includes(field)),
  );
  if (!form) throw new ValidationFailed(problemsOf(body));
  return form.method === 'password'
    ? { method: form.method, password: body.password ?? '' }
    : { method: form.method };
}

function problemsOf({ password, ...others }: Body): readonly FieldProblem[] {
  const named = Object.keys(others);
  if (password !== undefined) {
    return named.map((name) => problem(name, 'not_allowed', 'This is not sent beside a password'));
  }
  if (named.length === 0) return [problem('password', 'required', 'This field is required')];
  if (others.flow_id === undefined)
    return [problem('flow_id', 'required', 'A credential wants the flow that it is of')];
  if (named.length === 1) return [problem('credential', 'required', 'A flow wants a credential or a code')];
  return [problem('code', 'not_allowed', 'This is not sent beside a credential')];
}

function problem(name: string, code: string, detail: string): FieldProblem {
  return { pointer: `/${name}`, code, detail };
}
