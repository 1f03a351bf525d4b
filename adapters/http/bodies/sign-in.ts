import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import type { IssuedAccess, SignedIn } from '../../../core/sessions/index.ts';
import type { PresentedDevice, SignInCompleted } from '../../../core/sign-in/index.ts';
import { actsByAccessCookie } from '../access/bearer.ts';
import { noteTenant, noteUser } from '../access/request-facts.ts';
import { deviceSecretsOf, setAccessCookie, setDeviceCookie, setTokenCookies } from '../cookies.ts';
import { AssuranceLevel, Id, Methods, oneOf } from './shared.ts';
import { userBody } from './user.ts';

/** Where the tokens of a sign-in go: into cookies, or into the body alone for clients without them. */
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
  signedIn: SignedIn,
  transport: TransportChoice = 'cookie',
): FastifyReply {
  noteTenant(reply.request, signedIn.tenant);
  noteUser(reply.request, signedIn.user.id);
  if (transport === 'cookie') setTokenCookies(reply, signedIn);
  return reply.code(200).send({
    ...completeBody(signedIn),
    ...(transport === 'token' && { refresh_token: signedIn.refreshToken }),
  });
}

/** Answers that a session is fresh. It goes on with the refresh token that it has, wherever that is. */
export function sendFresh(reply: FastifyReply, access: IssuedAccess): FastifyReply {
  renewAccessCookie(reply, access);
  return reply.code(200).send(completeBody(access));
}

function completeBody({ user, session, accessToken, accessTokenSeconds }: IssuedAccess) {
  return {
    status: 'complete',
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: accessTokenSeconds,
    user: userBody(user),
    session: { id: session.id, aal: session.aal, amr: session.amr },
  };
}

/**
 * Puts a new access token in the place of the one that the request came with in its cookie.
 *
 * Does nothing where it came by the header: a page that holds its token itself
 * takes the new one from the body, and the cookie may be another person's.
 */
function renewAccessCookie(
  reply: FastifyReply,
  tokens: Pick<SignedIn, 'accessToken' | 'accessTokenSeconds'>,
): void {
  if (actsByAccessCookie(reply.request)) setAccessCookie(reply, tokens);
}
