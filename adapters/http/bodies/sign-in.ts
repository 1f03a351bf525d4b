import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import type { SignedIn } from '../../../core/sessions/index.ts';
import type { PresentedDevice, SignInCompleted } from '../../../core/sign-in/index.ts';
import { noteTenant, noteUser } from '../access/request-facts.ts';
import { deviceSecretsOf, setDeviceCookie, setRefreshCookie } from '../cookies.ts';
import { AssuranceLevel, Id, Methods, oneOf } from './shared.ts';
import { userBody } from './user.ts';

/** Where the refresh token goes: into a cookie, or into the body for clients without one. */
export const Transport = oneOf(['cookie', 'token'], {
  description: '`cookie` (default): an HttpOnly cookie. `token`: in the body, and no cookie is set',
});

export const DeviceName = Type.String({
  maxLength: 100,
  description: 'What the user shall find this device by in the list of their sessions',
  examples: ['Laptop'],
});

export const SignInBody = Type.Object(
  {
    status: Type.Literal('complete'),
    access_token: Type.String({ description: 'A JWT (RFC 9068), to be sent as `Authorization: Bearer …`' }),
    token_type: Type.Literal('Bearer'),
    expires_in: Type.Integer({ description: 'Seconds until the access token expires', examples: [900] }),
    user: Type.Ref('User'),
    session: Type.Object({ id: Id, aal: AssuranceLevel, amr: Methods }),
    refresh_token: Type.Optional(
      Type.String({ description: 'Where it was asked for in the body: `"transport":"token"`' }),
    ),
  },
  { $id: 'SignIn' },
);

type TransportChoice = Static<typeof Transport>;

/** What the browser shows for its device. A client that takes its tokens in the body keeps no cookies. */
export function presentedDevice(
  request: FastifyRequest,
  transport: TransportChoice = 'cookie',
): PresentedDevice {
  return { secrets: deviceSecretsOf(request), isKept: transport === 'cookie' };
}

/** Answers a sign-in that is new, and makes its device known where it can be. */
export function sendNewSignIn(
  reply: FastifyReply,
  signedIn: SignInCompleted,
  transport: TransportChoice = 'cookie',
): FastifyReply {
  if (transport === 'cookie') setDeviceCookie(reply, signedIn.newDeviceSecret);
  return sendSignedIn(reply, signedIn, transport);
}

/** Answers a sign-in, its refresh token by the way that the client chose. */
export function sendSignedIn(
  reply: FastifyReply,
  { tenant, user, session, ...tokens }: SignedIn,
  transport: TransportChoice = 'cookie',
): FastifyReply {
  noteTenant(reply.request, tenant);
  noteUser(reply.request, user.id);
  if (transport === 'cookie') setRefreshCookie(reply, tokens.refreshToken, tokens.refreshTokenSeconds);
  return reply.code(200).send({
    status: 'complete',
    access_token: tokens.accessToken,
    token_type: 'Bearer',
    expires_in: tokens.accessTokenSeconds,
    user: userBody(user),
    session: { id: session.id, aal: session.aal, amr: session.amr },
    ...(transport === 'token' && { refresh_token: tokens.refreshToken }),
  });
}
