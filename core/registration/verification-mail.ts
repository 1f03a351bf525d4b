import type { EmailAddress } from '../kernel/email-address.ts';
import { mintOneTimeText } from '../kernel/one-time-text.ts';
import type { CryptoPrimitives } from '../kernel/ports.ts';
import type { NewMail, Outbox } from '../notifications/index.ts';
import type { OneTimeTokenRepository } from '../one-time-tokens/index.ts';
import type { Tenant } from '../tenants/index.ts';

type Verification = Readonly<{
  tenant: Tenant;
  kind: 'verify_registration' | 'verify_account';
  subjectId: string;
  email: EmailAddress;
  /** 0 for a decoy: link and mail are dead from the start, and cost what a real one costs. */
  lifetimeSeconds: number;
}>;

/** Makes a verification link and queues the mail that carries it, in the caller's transaction. */
export async function mailVerification(
  { crypto }: Readonly<{ crypto: CryptoPrimitives }>,
  repos: Readonly<{ oneTimeTokens: OneTimeTokenRepository; outbox: Outbox }>,
  verification: Verification,
): Promise<void> {
  const { email, lifetimeSeconds } = verification;
  const token = await makeVerificationLink(crypto, repos.oneTimeTokens, verification);
  await repos.outbox.add(verificationMail(email, token, lifetimeSeconds));
}

/** The mail that carries a verification link. */
export function verificationMail(to: EmailAddress, token: string, lifetimeSeconds: number): NewMail {
  const facts = { valid_hours: String(Math.max(1, Math.round(lifetimeSeconds / 3600))) };
  return { template: 'verify_email', to, facts, token, lifetimeSeconds };
}

/** Stores a verification link and answers its text. */
export async function makeVerificationLink(
  crypto: CryptoPrimitives,
  oneTimeTokens: OneTimeTokenRepository,
  { tenant, kind, subjectId, email, lifetimeSeconds }: Verification,
): Promise<string> {
  const { hash, text } = mintOneTimeText(crypto, kind, tenant.id);
  await oneTimeTokens.insert({ kind, hash, subjectId, email, lifetimeSeconds });
  return text;
}
