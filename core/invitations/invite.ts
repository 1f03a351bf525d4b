import { type AuditActor, type AuditLog, OPERATOR, SYSTEM } from '../audit/index.ts';
import type { EmailAddress } from '../kernel/email-address.ts';
import { mintOneTimeText } from '../kernel/one-time-text.ts';
import type { CryptoPrimitives, UnitOfWork } from '../kernel/ports.ts';
import { NO_REQUEST } from '../kernel/request-context.ts';
import type { Outbox } from '../notifications/index.ts';
import type { OneTimeTokenRepository } from '../one-time-tokens/index.ts';
import type { Tenant, TenantRepository } from '../tenants/index.ts';
import type { UserRepository } from '../users/index.ts';
import type { InvitationRepository } from './ports.ts';

export type InviteRepositories = Readonly<{
  tenants: TenantRepository;
  users: UserRepository;
  invitations: InvitationRepository;
  oneTimeTokens: OneTimeTokenRepository;
  outbox: Outbox;
  audit: AuditLog;
}>;

export type InviteDeps = Readonly<{
  unitOfWork: UnitOfWork<InviteRepositories>;
  crypto: CryptoPrimitives;
}>;

/** How long the link to the first owner is good for. */
export const FIRST_OWNER_LIFETIME_SECONDS = 24 * 60 * 60; // a day
/** How long the link of an invitation is good for. */
export const INVITATION_LIFETIME_SECONDS = 7 * 24 * 60 * 60; // a week

/** Offers accounts. Both answer the text of a link that works once. */
export interface Invite {
  /** A link, good for a day, that makes the first owner of a tenant; `null` when it has one already. */
  firstOwner(tenant: Tenant): Promise<string | null>;
  /** A link, good for a week, for one address and one role. It is mailed there, too. */
  byOperator(tenant: Tenant, email: EmailAddress, role: string): Promise<string>;
}

export function createInvite(deps: InviteDeps): Invite {
  return {
    firstOwner(tenant) {
      return deps.unitOfWork.run(tenant.id, async (repos) => {
        if (await repos.users.hasUserWithRole('owner')) return null;
        const offer = {
          email: null,
          roles: ['owner'],
          actor: SYSTEM,
          lifetimeSeconds: FIRST_OWNER_LIFETIME_SECONDS,
        };
        return makeInvitation(deps, repos, tenant, offer);
      });
    },

    byOperator(tenant, email, role) {
      return deps.unitOfWork.run(tenant.id, async (repos) => {
        const lifetimeSeconds = INVITATION_LIFETIME_SECONDS;
        const token = await makeInvitation(deps, repos, tenant, {
          email,
          roles: [role],
          actor: OPERATOR,
          lifetimeSeconds,
        });
        await repos.outbox.add({
          template: 'invitation',
          to: email,
          facts: { role },
          token,
          lifetimeSeconds,
        });
        return token;
      });
    },
  };
}

type Offer = Readonly<{
  email: EmailAddress | null;
  roles: readonly string[];
  actor: AuditActor;
  lifetimeSeconds: number;
}>;

async function makeInvitation(
  { crypto }: InviteDeps,
  repos: InviteRepositories,
  tenant: Tenant,
  { email, roles, actor, lifetimeSeconds }: Offer,
): Promise<string> {
  const id = crypto.newId();
  const kind = email === null ? 'first_owner' : 'invitation';
  const { hash, text } = mintOneTimeText(crypto, kind, tenant.id);
  await repos.invitations.insert({ id, email, roles }, lifetimeSeconds);
  await repos.oneTimeTokens.insert({ kind, hash, subjectId: id, email, lifetimeSeconds });
  await repos.audit.record({
    type: 'invitation.created',
    outcome: 'success',
    actor,
    target: { type: 'invitation', id },
    context: NO_REQUEST,
    data: { roles },
    ...(email && { addresses: { email } }),
  });
  return text;
}
