import type { SessionId, TenantId, UserId } from '../kernel/ids.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import type { Tenant } from '../tenants/index.ts';
import type { User } from '../users/index.ts';
import type { AuthenticationMethod, Session, SessionEndReason, SessionLifetimes } from './model.ts';

export type NewSession = Readonly<{
  id: SessionId;
  userId: UserId;
  /** SHA-256 of the secret that every refresh token of the session carries. */
  secretHash: Uint8Array;
  amr: readonly AuthenticationMethod[];
  aal: 1 | 2;
  deviceName: string | null;
  context: RequestContext;
  lifetimes: SessionLifetimes;
}>;

/** Sessions of the tenant that the unit of work was opened for. */
export interface SessionRepository {
  /** Begins a session whose first refresh token has number 0. Its times are the store's. */
  insert(session: NewSession): Promise<Session>;

  /** Ends a session, whatever its user's status; `false` when it was not live any more. It never comes back. */
  end(id: SessionId, reason: SessionEndReason): Promise<boolean>;

  /**
   * Ends a live session if it is that user's; `false` when it is not, or not live any more.
   *
   * Atomic, one guarded statement: of any number of concurrent calls exactly one is told `true`.
   */
  endOneOf(userId: UserId, id: SessionId, reason: SessionEndReason): Promise<boolean>;

  /** Ends every live session of a user but `except`. Answers which. */
  endAllOf(userId: UserId, reason: SessionEndReason, except: SessionId | null): Promise<readonly SessionId[]>;

  /** Ends a user's oldest live sessions until `keep` are left. Answers which. */
  endOldestOf(userId: UserId, keep: number): Promise<readonly SessionId[]>;
}

/** A live session with whom and what it stands for, as they are at this moment. */
export type LiveSession = Readonly<{ session: Session; user: User; tenant: Tenant }>;

export type SessionCheck =
  | (Readonly<{ kind: 'live' }> & LiveSession)
  /** Ended, expired, of a user who is not active, or never there. */
  | Readonly<{ kind: 'ended' }>
  /** There is no such tenant. */
  | Readonly<{ kind: 'no_tenant' }>;

export type Rotation = Readonly<{
  tenantId: TenantId;
  sessionId: SessionId;
  /** The number of the presented token. */
  number: number;
  secretHash: Uint8Array;
}>;

export type RotationOutcome =
  /** The number is spent now. */
  | (Readonly<{ kind: 'rotated' }> & LiveSession)
  /** The number was first spent less than the grace ago, and its successor is unused. Nothing was changed. */
  | (Readonly<{ kind: 'repeated' }> & LiveSession)
  /** A spent number of a live session, out of turn. Nothing was changed. */
  | Readonly<{ kind: 'reused'; userId: UserId }>
  /** The tenant is suspended. Nothing was changed. */
  | Readonly<{ kind: 'tenant_suspended' }>
  /** A genuine token that is worth nothing any more. Nothing was changed. */
  | Readonly<{ kind: 'rejected'; reason: RotationRejection; userId: UserId }>
  /** No such tenant or session, or another secret. Nothing was changed. */
  | Readonly<{ kind: 'unknown' }>;

export type RotationRejection = 'ended' | 'expired' | 'user_inactive' | 'ahead';

/** The statements that every request with a credential runs: one round trip each, outside a unit of work. */
export interface SessionStore {
  /**
   * Looks up a session with its user and tenant, and notes at most once a
   * minute that it was seen. A suspended tenant's session is `live`, for the
   * caller to refuse by its own name.
   */
  check(tenantId: TenantId, sessionId: SessionId, userId: UserId): Promise<SessionCheck>;

  /**
   * Spends the number of a presented refresh token.
   *
   * Atomic, one guarded statement: of any number of concurrent calls for one
   * number exactly one is told `rotated`. Whoever comes within the grace of
   * that first use, while the successor is unused, is told `repeated`.
   */
  rotate(rotation: Rotation): Promise<RotationOutcome>;
}
