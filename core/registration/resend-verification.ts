import { ANONYMOUS, type AuditTarget } from '../audit/index.ts';
import type { EmailAddress } from '../kernel/email-address.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import type { Tenant } from '../tenants/index.ts';
import type { RegistrationDeps, RegistrationRepositories } from './register.ts';
import { mailVerification } from './verification-mail.ts';

/**
 * Mails a further verification link to the newest open registration of an
 * address, or to its account if that is not verified. Older links go on
 * working until one is used. For any other address nothing is sent; what is
 * written then is dead from the start, so that it takes no less time.
 */
export type ResendVerification = (
  tenant: Tenant,
  email: EmailAddress,
  context: RequestContext,
) => Promise<void>;

type Subject = Readonly<{
  kind: 'verify_account' | 'verify_registration';
  subjectId: string;
}>;

export function createResendVerification(deps: RegistrationDeps): ResendVerification {
  const { crypto, unitOfWork, verificationLifetimeSeconds } = deps;
  return async (tenant, email, context) => {
    await unitOfWork.run(tenant.id, async (repos) => {
      const found = await findSubject(repos, email);
      const lifetimeSeconds = found ? verificationLifetimeSeconds : 0;
      const subject = found ?? { kind: 'verify_registration', subjectId: crypto.newId() };
      await repos.registrations.extend(subject.subjectId, lifetimeSeconds);
      await mailVerification(deps, repos, { tenant, email, ...subject, lifetimeSeconds });
      await repos.audit.record({
        type: 'email.verification_requested',
        outcome: found ? 'success' : 'failure',
        actor: ANONYMOUS,
        target: targetOf(found),
        context,
        addresses: { email },
      });
    });
  };
}

function targetOf(found: Subject | null): AuditTarget {
  const type = found?.kind === 'verify_account' ? 'user' : 'registration';
  return { type, id: found?.subjectId ?? null };
}

async function findSubject(repos: RegistrationRepositories, email: EmailAddress): Promise<Subject | null> {
  const user = await repos.users.findByEmail(email);
  const [newest] = await repos.registrations.listOpen(email);
  if (user) {
    const isWaiting = user.status === 'active' && !user.emailVerified;
    return isWaiting ? { kind: 'verify_account', subjectId: user.id } : null;
  }
  return newest ? { kind: 'verify_registration', subjectId: newest.id } : null;
}
