import { type Static, Type } from 'typebox';
import type { User } from '../../../core/users/index.ts';
import { Id, nullable, Timestamp } from './shared.ts';

export const UserBody = Type.Object(
  {
    id: Id,
    email: Type.String({ format: 'email', examples: ['ada@example.test'] }),
    email_verified: Type.Boolean(),
    username: nullable(Type.String()),
    name: nullable(Type.String()),
    locale: nullable(Type.String()),
    picture: nullable(Type.String()),
    metadata: Type.Record(Type.String(), Type.Unknown()),
    status: Type.Union([
      Type.Literal('active'),
      Type.Literal('suspended'),
      Type.Literal('deleted'),
      Type.Literal('invited'),
    ]),
    mfa_enabled: Type.Boolean({ description: 'Whether a second factor is on' }),
    roles: Type.Array(Type.String()),
    created_at: Timestamp,
    updated_at: Timestamp,
    last_login_at: nullable(Timestamp),
  },
  { $id: 'User' },
);

/** A user as the API tells of them. A whitelist: nothing new leaks by being added to the domain. */
export function userBody(user: User): Static<typeof UserBody> {
  return {
    id: user.id,
    email: user.email,
    email_verified: user.emailVerified,
    username: user.username,
    name: user.name,
    locale: user.locale,
    picture: user.picture,
    metadata: { ...user.metadata },
    status: user.status,
    mfa_enabled: false,
    roles: [...user.roles],
    created_at: user.createdAt.toISOString(),
    updated_at: user.updatedAt.toISOString(),
    last_login_at: user.lastLoginAt?.toISOString() ?? null,
  };
}
