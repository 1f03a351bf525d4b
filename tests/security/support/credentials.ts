import type { ProblemCode } from '../../../adapters/http/problems/catalogue.ts';
import { bearer, newSession, type SignedIn } from '../../http/support/people.ts';
import { changeSession } from '../../http/support/sessions.ts';
import { expired, forged } from '../../http/support/tokens.ts';
import { email } from '../../support/parsed.ts';
import type { Slug, World } from './world.ts';

type Headers = Readonly<Record<string, string>>;

/** One way to call a route: who it is that calls, and what becomes of it where a credential is wanted. */
export type Credential = Readonly<{
  who: string;
  /** The tenant that the credential names in its own text; `null` where there is none or it says nothing. */
  tenant: 'home' | 'rival' | null;
  /** With what every route that wants a live session refuses it; `null` where it is good. */
  refusal: ProblemCode | null;
  /** Whether a route for ended sessions takes it. */
  passesEnded: boolean;
  /** Makes one that nobody has used. */
  make(world: World): Promise<Headers>;
}>;

/** Well-formed by its looks, without a scope, and never issued. */
const KEY = { 'x-api-key': `ask_${'0Aa1'.repeat(16)}` };

const good = { refusal: null, passesEnded: true } as const;

/** Everybody whom a route may meet (rule 22). Keys with scopes join when keys can be made. */
export const CREDENTIALS: readonly Credential[] = [
  { who: 'nobody', tenant: null, refusal: 'token_missing', passesEnded: false, make: async () => ({}) },
  { who: 'a user', tenant: 'home', ...good, make: async (world) => bearer(await member(world, 'home')) },
  {
    who: 'a user of another tenant',
    tenant: 'rival',
    ...good,
    make: async (world) => bearer(await member(world, 'rival')),
  },
  { who: 'an owner of another tenant', tenant: 'rival', ...good, make: rivalOwner },
  {
    who: 'an ended session',
    tenant: 'home',
    refusal: 'session_revoked',
    passesEnded: true,
    make: endedSession,
  },
  {
    who: 'an expired token',
    tenant: 'home',
    refusal: 'token_expired',
    passesEnded: true,
    make: async (world) => bearer({ accessToken: expired(world, (await member(world, 'home')).accessToken) }),
  },
  {
    who: 'a forged token',
    tenant: null,
    refusal: 'token_invalid',
    passesEnded: false,
    make: async (world) => bearer({ accessToken: await forged((await member(world, 'home')).accessToken) }),
  },
  {
    who: 'a key without scopes',
    tenant: null,
    refusal: 'api_key_invalid',
    passesEnded: false,
    make: async () => KEY,
  },
  {
    who: 'a user with a key beside the token',
    tenant: null,
    refusal: 'credentials_ambiguous',
    passesEnded: false,
    make: async (world) => ({ ...bearer(await member(world, 'home')), ...KEY }),
  },
];

function member(world: World, slug: Slug): Promise<SignedIn> {
  return newSession(world, {}, { 'x-tenant': slug });
}

async function rivalOwner(world: World): Promise<Headers> {
  const owner = await member(world, 'rival');
  await world.app.services.createAdmin(world.tenants.rival, email(owner.email), 'owner', null);
  return bearer(owner);
}

async function endedSession(world: World): Promise<Headers> {
  const signedIn = await member(world, 'home');
  await changeSession(world, signedIn, 'ended_at = clock_timestamp()');
  return bearer(signedIn);
}
