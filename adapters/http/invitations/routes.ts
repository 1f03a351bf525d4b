import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { AcceptInvitation } from '../../../core/invitations/index.ts';
import type { FindLink } from '../../../core/one-time-tokens/index.ts';
import type { CountCredential } from '../access/limits.ts';
import { namedTenantOf } from '../access/named-tenant.ts';
import { noteTenant } from '../access/request-facts.ts';
import { type CountSignIn, counted } from '../access/sign-in-outcome.ts';
import { Email, Name, Password } from '../auth/schemas.ts';
import { nullable } from '../bodies/shared.ts';
import { DeviceName, presentedDevice, sendNewSignIn, Transport } from '../bodies/sign-in.ts';
import { contextOf } from '../conventions/request-context.ts';
import { emailField, optionalField } from '../fields.ts';
import { refusals } from '../problems/problem.ts';
import {
  BODY_REFUSALS,
  FAULTS,
  LIMIT_REFUSALS,
  LINK_REFUSALS,
  NEW_PASSWORD_REFUSALS,
} from '../problems/refusal-lists.ts';
import { ACCEPT_SHOWN } from './shown.ts';

export type InvitationRoutesDeps = Readonly<{
  acceptInvitation: AcceptInvitation;
  findLink: FindLink;
  countCredential: CountCredential;
  countSignIn: CountSignIn;
}>;

const AcceptBody = Type.Object(
  {
    token: Type.String({ description: 'What stands behind `#token=` in the link' }),
    password: Type.Optional(Password),
    name: Type.Optional(nullable(Name)),
    email: Type.Optional(Email),
    transport: Type.Optional(Transport),
    device_name: Type.Optional(nullable(DeviceName)),
  },
  { additionalProperties: false },
);

/** Accepting an invitation, the first owner's among them. */
export const invitationRoutes =
  ({
    acceptInvitation,
    findLink,
    countCredential,
    countSignIn,
  }: InvitationRoutesDeps): FastifyPluginAsyncTypebox =>
  async (server) => {
    server.post(
      '/auth/invitations/accept',
      {
        config: { access: 'public', limit: 'credential' },
        schema: {
          operationId: 'acceptInvitation',
          summary: 'Accept an invitation and sign in',
          description:
            'Makes the account and its first session in one step; the address counts as verified. The first owner’s link names no address, so `email` is wanted with it. A refusal spends nothing.',
          tags: ['Invitations'],
          body: AcceptBody,
          shown: ACCEPT_SHOWN,
          response: {
            200: Type.Ref('SignIn', { description: 'The account was made and is signed in' }),
            ...refusals(
              ...BODY_REFUSALS,
              ...LINK_REFUSALS,
              'email_already_registered',
              ...LIMIT_REFUSALS,
              ...NEW_PASSWORD_REFUSALS,
              ...FAULTS,
            ),
          },
        },
      },
      async (request, reply) => {
        const {
          token,
          password = null,
          name = null,
          transport,
          device_name: deviceName = null,
          email,
        } = request.body;
        const address = optionalField(email, '/email', emailField);
        const opened = await findLink(token, namedTenantOf(request), (tenant) => noteTenant(request, tenant));
        const excess = await countCredential(request, reply, {
          tenantId: opened.tenant.id,
          identifier: token,
        });
        if (excess) throw excess;
        const context = contextOf(request);
        const acceptance = acceptInvitation({
          ...opened,
          password,
          name,
          email: address,
          deviceName,
          device: presentedDevice(request, transport),
          context,
        });
        const signedIn = await counted(countSignIn, 'invitation', acceptance);
        return sendNewSignIn(reply, signedIn, transport);
      },
    );
  };
