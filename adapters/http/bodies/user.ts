import { type Static, Type } from 'typebox';
import type { User } from '../../../core/users/index.ts';
import { Id, nullable, oneOf, Timestamp } from './shared.ts';

export const UserBody = Type.Object(
  {
    id: Id,
    email: Type.String({ format: 'email', examples: ['ada@example.test'] }),
    email_verified: Type.Boolean({ description: 'Whether the address was shown to be the user’s own' }),
    username: nullable(Type.String({ examples: ['ada'] })),
    name: nullable(Type.String({ examples: ['Ada Lovelace'] })),
    locale: nullable(Type.String({ description: 'A BCP 47 language tag', examples: ['en'] })),
    picture: nullable(Type.String({ description: 'The https address of a picture' })),
    metadata: Type.Record(Type.String(), Type.Unknown(), { description: 'Whatever the tenant keeps there' }),
    status: oneOf(['active', 'suspended', 'deleted', 'invited']),
    mfa_enabled: Type.Boolean({ description: 'Whether a second factor is on' }),
    roles: Type.Array(Type.String({ examples: ['member'] })),
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
