import { scopesOf } from '../roles/index.ts';
import { type EffectiveSettings, effectiveSettings, type TenantDefaults } from '../tenants/index.ts';
import { ReauthenticationRequired } from './errors.ts';
import type { LiveSession, SessionAge } from './ports.ts';

/** How long ago the user of a fresh session proved who they are, at most, in seconds. */
export const FRESH_SECONDS = 600;

/** What a fresh sign-in is judged by. All of it is read from the rows, and by the store's clock. */
export type FreshnessFacts = Pick<SessionAge, 'authAgeMs' | 'isStepUpDue'> &
  Readonly<{
    /** How many factors were proved. */
    aal: 1 | 2;
    /** Whether one factor is not enough: see {@link wantsTwoFactors}. */
    wantsTwoFactors: boolean;
  }>;

/** Whether a sign-in is recent and strong enough for what is sensitive (api.md, "Fresh sign-in"). */
export function isFresh({ authAgeMs, isStepUpDue, ...facts }: FreshnessFacts): boolean {
  return authAgeMs <= FRESH_SECONDS * 1000 && !isStepUpDue && !lacksFactor(facts);
}

/** Whether it lacks a second factor, however recent it is. */
export function lacksFactor({ aal, wantsTwoFactors }: Pick<FreshnessFacts, 'aal' | 'wantsTwoFactors'>) {
  return wantsTwoFactors && aal < 2;
}

/** What decides whether one factor is enough. */
export type FactorFacts = Readonly<{
  /** Whether the account itself has a second factor on. */
  isMfaOn: boolean;
  roles: readonly string[];
  /** What the tenant demands; `admins` are those who may do more than act on what is their own. */
  mfa: EffectiveSettings['mfa'];
}>;

/** Whether a sign-in of such an account is fresh with two factors alone (rule 18). */
export function wantsTwoFactors({ isMfaOn, roles, mfa }: FactorFacts): boolean {
  return isMfaOn || mfa === 'required' || (mfa === 'admins' && administers(roles));
}

function administers(roles: readonly string[]): boolean {
  return roles.includes('platform_admin') || scopesOf(roles).some((scope) => scope.includes(':admin.'));
}

/**
 * Refuses a live session whose sign-in is not fresh.
 *
 * @throws {ReauthenticationRequired}
 */
export function requireFresh(
  { session, user, tenant, authAgeMs, isStepUpDue }: LiveSession & SessionAge,
  defaults: TenantDefaults,
): void {
  const { mfa } = effectiveSettings(tenant, defaults);
  const { aal } = session;
  // No account of this release can have a second factor.
  const facts = { aal, wantsTwoFactors: wantsTwoFactors({ isMfaOn: false, roles: user.roles, mfa }) };
  if (!isFresh({ authAgeMs, isStepUpDue, ...facts })) throw new ReauthenticationRequired(lacksFactor(facts));
}
