import type { SessionId, TenantId, UserId } from '../kernel/ids.ts';
import type { Position, Stretch } from '../kernel/paging.ts';
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

/** Where a session came from, live or ended. */
export type RecentSession = Pick<Session, 'ip' | 'userAgent' | 'deviceName' | 'createdAt' | 'lastSeenAt'>;

/** What the user of a live session has just proved once more. */
export type FreshProof = Readonly<{ amr: readonly AuthenticationMethod[]; aal: 1 | 2 }>;

/** Where a session is used from. */
export type SessionContext = Pick<RequestContext, 'ip' | 'userAgent'>;

/** A session as its row has it, live or not. */
export type StoredSession = Readonly<{
  session: Session;
  /** Whatever the status of its user. `expired`: nobody ended it, and the earliest of its limits is reached. */
  state: 'live' | 'ended' | 'expired';
  /** SHA-256 of the secret that every refresh token of the session carries. */
  secretHash: Uint8Array;
  /** The number of the one refresh token that is good. */
  number: number;
  /** How long ago the number before it was first spent, in milliseconds; `null`: there is none. */
  spentAgeMs: number | null;
}>;

/** Sessions of the tenant that the unit of work was opened for. */
export interface SessionRepository {
  /** Begins a session whose first refresh token has number 0. Its times are the store's. */
  insert(session: NewSession): Promise<Session>;

  /** Looks at a session, and changes nothing. `null`: it never was, or is forgotten. */
  find(id: SessionId): Promise<StoredSession | null>;

  /**
   * Notes that a live session is used from `to`, where its row still says `from`.
   *
   * Atomic, one guarded statement: of any number of concurrent calls with the
   * same `from` exactly one is told `true`. `false` where the row says anything
   * else, says `to` already, or is not live any more: nothing was changed.
   */
  noteContext(id: SessionId, from: SessionContext, to: SessionContext): Promise<boolean>;

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

  /**
   * The live sessions of a user, the newest first; those that began at the same
   * millisecond by id, the greatest first. The store judges no status of the user.
   */
  listLiveOf(userId: UserId, stretch: Stretch<Position>): Promise<readonly Session[]>;

  /**
   * Makes the sign-in of a live session fresh: moves `authTime` to now, adds
   * what was proved to `amr`, raises `aal`, and asks for nothing more.
   *
   * Atomic, one guarded statement. Answers with the session as it is then, or
   * `null` where it is not that user's, or not live any more: nothing was changed.
   */
  freshen(userId: UserId, id: SessionId, proof: FreshProof): Promise<Session | null>;

  /**
   * Demands that the user of a live session proves who they are again before
   * anything sensitive. Lasts until they have, through refreshes too.
   *
   * `false` where that is demanded already, or the session is not live any more.
   */
  demandStepUp(id: SessionId): Promise<boolean>;

  /** The newest sessions of a user, at most `limit`, newest first: live ones, and ended ones that are still kept. */
  recentOf(userId: UserId, limit: number): Promise<readonly RecentSession[]>;

  /** Ends a user's oldest live sessions until `keep` are left. Answers which. */
  endOldestOf(userId: UserId, keep: number): Promise<readonly SessionId[]>;
}

/** A live session with whom and what it stands for, as they are at this moment. */
export type LiveSession = Readonly<{ session: Session; user: User; tenant: Tenant }>;

/** What the store's clock says of a live session. */
export type SessionAge = Readonly<{
  /** Until the earliest of its limits, in milliseconds. */
  remainingMs: number;
  /** Since its user last proved who they are, in milliseconds. */
  authAgeMs: number;
  /** Whether its user is to prove who they are again before anything sensitive, however lately they did. */
  isStepUpDue: boolean;
}>;

export type SessionCheck =
  | (Readonly<{ kind: 'live' }> & LiveSession & SessionAge)
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

/** That a session was seen, and how many milliseconds ago. */
export type SeenSession = Readonly<{ tenantId: TenantId; sessionId: SessionId; ageMs: number }>;

/** The statements that requests with a credential run: one round trip each, outside a unit of work. */
export interface SessionStore {
  /**
   * Looks up a session with its user and tenant, and changes nothing. A
   * suspended tenant's session is `live`, for the caller to refuse by its own name.
   */
  look(tenantId: TenantId, sessionId: SessionId, userId: UserId): Promise<SessionCheck>;

  /**
   * Notes when sessions were last seen, which moves their inactivity limits.
   *
   * Of any tenants, many at once. One that has ended, was seen later or is
   * being changed at this moment is passed over: nobody waits for this.
   */
  noteSeen(seen: readonly SeenSession[]): Promise<void>;

  /**
   * Spends the number of a presented refresh token.
   *
   * Atomic, one guarded statement: of any number of concurrent calls for one
   * number exactly one is told `rotated`. Whoever comes within the grace of
   * that first use, while the successor is unused, is told `repeated`.
   */
  rotate(rotation: Rotation): Promise<RotationOutcome>;
}
