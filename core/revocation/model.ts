import type { SessionId, TenantId, UserId } from '../kernel/ids.ts';

/**
 * Something that was changed, so that nobody may go on by what they remember of it.
 *
 * `session`: it ended, or its user proved who they are again. `user`: status,
 * roles, credential or profile. `tenant`: status, name or settings, which
 * concerns all of its users. `signing_keys`: the set of keys. A new thing of
 * the kind counts as a change of it.
 */
export type Revocation =
  | Readonly<{ kind: 'session'; tenantId: TenantId; sessionId: SessionId }>
  | Readonly<{ kind: 'user'; tenantId: TenantId; userId: UserId }>
  | Readonly<{ kind: 'tenant'; tenantId: TenantId }>
  | Readonly<{ kind: 'signing_keys' }>;

export type RevocationKind = Revocation['kind'];
