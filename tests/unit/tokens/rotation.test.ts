import { describe, expect, it } from 'vitest';
import {
  activatesAt,
  decideRotation,
  keysInForce,
  PUBLISHED_FIRST_SECONDS,
  ROTATE_AFTER_SECONDS,
  type SigningKeyRecord,
  verifiesForSeconds,
} from '../../../core/tokens/index.ts';

const MADE = new Date('2026-01-01T00:00:00Z');
const later = (seconds: number) => new Date(MADE.getTime() + seconds * 1000);

function record(
  state: SigningKeyRecord['key']['state'],
  change: Partial<SigningKeyRecord> = {},
): SigningKeyRecord {
  const kid = `the ${state} one`;
  const publicJwk = { kid, kty: 'EC', alg: 'ES256', use: 'sig' } as const;
  return {
    key: { kid, algorithm: 'ES256', state, publicJwk, sealedPrivateKey: Uint8Array.of(1) },
    ...{ createdAt: MADE, activatedAt: state === 'next' ? null : MADE, retiredAt: null, expiresAt: null },
    ...{ isExpired: false, isAskedFor: false },
    ...{ publishedSeconds: PUBLISHED_FIRST_SECONDS, signingSeconds: state === 'next' ? null : 0 },
    ...change,
  };
}

const ACTIVE = record('active');
const OLD = record('active', { signingSeconds: ROTATE_AFTER_SECONDS });
const ALMOST = record('active', { signingSeconds: ROTATE_AFTER_SECONDS - 0.001 });
const NEXT = record('next');
const ASKED = record('next', { isAskedFor: true });
const FIT = () => true;
const UNFIT = () => false;
const fresh = (next: SigningKeyRecord) => ({ ...next, publishedSeconds: PUBLISHED_FIRST_SECONDS - 0.001 });

// Rule 14: published for one JWKS cache lifetime, and the minute by which a cached answer may be late.
it('wants a key to be published for longer than anybody keeps an answer of JWKS', () => {
  expect(PUBLISHED_FIRST_SECONDS).toBe(300 + 60);
  expect(ROTATE_AFTER_SECONDS).toBe(90 * 24 * 60 * 60);
});

it('lets a key that signs no more verify for the life of a token and a minute', () => {
  expect(verifiesForSeconds(900)).toBe(960);
});

describe('the schedule', () => {
  it.each([
    ['makes the next key where there is none', { active: ACTIVE, next: null }, FIT, 'make_next'],
    ['makes one, too, where the active one is old', { active: OLD, next: null }, FIT, 'make_next'],
    ['makes one where there is no key at all', { active: null, next: null }, FIT, 'make_next'],
    ['leaves it published while the active one is young', { active: ACTIVE, next: NEXT }, FIT, null],
    ['leaves it to the last moment before the active one is old', { active: ALMOST, next: NEXT }, FIT, null],
    ['lets it sign once the active one is old', { active: OLD, next: NEXT }, FIT, 'activate_next'],
    ['lets it sign once somebody asked', { active: ACTIVE, next: ASKED }, FIT, 'activate_next'],
    ['lets it sign no sooner than it is published for long', { active: OLD, next: fresh(NEXT) }, FIT, null],
    ['does not, either, where somebody asked', { active: ACTIVE, next: fresh(ASKED) }, FIT, null],
    ['lets it sign at once where nobody does', { active: null, next: fresh(NEXT) }, FIT, 'activate_next'],
    ['replaces one that is not fit', { active: ACTIVE, next: NEXT }, UNFIT, 'replace_next'],
    ['replaces it rather than let it sign', { active: OLD, next: ASKED }, UNFIT, 'replace_next'],
    ['does not before it could have signed', { active: ACTIVE, next: fresh(NEXT) }, UNFIT, null],
    ['replaces it at once where nobody signs', { active: null, next: fresh(NEXT) }, UNFIT, 'replace_next'],
  ] as const)('%s', (_what, keys, isFit, step) => {
    expect(decideRotation(keys, isFit)).toBe(step);
  });

  it('looks at keys in force alone, wherever they stand', () => {
    const retired = record('retired');

    expect(keysInForce([retired, NEXT, retired, ACTIVE])).toEqual({ active: ACTIVE, next: NEXT });
    expect(keysInForce([retired])).toEqual({ active: null, next: null });
  });
});

describe('the moment when the next key signs', () => {
  it.each([
    ['once the active one is old', ACTIVE, NEXT, later(ROTATE_AFTER_SECONDS)],
    ['once it is published for long enough, where somebody asked', ACTIVE, ASKED, later(360)],
    ['once it is published for long enough, where nobody signs', null, NEXT, later(360)],
    [
      'not before it is published, however old the active one is',
      record('active', { activatedAt: later(-ROTATE_AFTER_SECONDS) }),
      ...([NEXT, later(360)] as const),
    ],
    [
      'by when the active one was made, where nobody noted since when it signs',
      record('active', { activatedAt: null, createdAt: later(7) }),
      ...([NEXT, later(ROTATE_AFTER_SECONDS + 7)] as const),
    ],
  ])('is %s', (_what, active, next, moment) => {
    expect(activatesAt({ active, next })).toEqual(moment);
  });

  it('is none where there is no next key', () => {
    expect(activatesAt({ active: ACTIVE, next: null })).toBeNull();
  });
});
