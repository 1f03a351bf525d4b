import { describe, expect, it } from 'vitest';
import { judgeClaims } from '../../../core/tokens/index.ts';

const ISSUER = 'https://auth.example.com';
const NOW = new Date('2026-01-01T00:00:00Z');
const NOW_SECONDS = NOW.getTime() / 1000;
const TOLERANCE_SECONDS = 30;
const [TENANT, USER, SESSION] = [1, 2, 3].map((digit) => `01900000-0000-7000-8000-00000000000${digit}`);

const GOOD = {
  iss: ISSUER,
  aud: TENANT,
  sub: USER,
  uid: USER,
  tid: TENANT,
  sid: SESSION,
  iat: NOW_SECONDS,
  exp: NOW_SECONDS + 900,
};
const SUBJECT = { tenantId: TENANT, userId: USER, sessionId: SESSION, audience: TENANT };

const judge = (change: Readonly<Record<string, unknown>>) => judgeClaims({ ...GOOD, ...change }, ISSUER, NOW);

describe('judgeClaims', () => {
  it('tells who a good token is for, and hands its audience on', () => {
    expect(judge({})).toEqual({ kind: 'valid', subject: SUBJECT });
    expect(judge({ aud: 'https://api.example.com' })).toEqual({
      kind: 'valid',
      subject: { ...SUBJECT, audience: 'https://api.example.com' },
    });
  });

  it.each([
    ['long before its end', 900, 'valid'],
    ['at its end', 0, 'valid'],
    ['just within the tolerance', 1 - TOLERANCE_SECONDS, 'valid'],
    ['at the second when the tolerance is over', -TOLERANCE_SECONDS, 'expired'],
    ['long after', -900, 'expired'],
  ])('judges a token %s', (_when, secondsLeft, kind) => {
    expect(judge({ iat: NOW_SECONDS - 2000, exp: NOW_SECONDS + secondsLeft })).toEqual({
      kind,
      subject: SUBJECT,
    });
  });

  it.each([
    ['iat', TOLERANCE_SECONDS, 'valid'],
    ['iat', TOLERANCE_SECONDS + 1, 'invalid'],
    ['nbf', TOLERANCE_SECONDS, 'valid'],
    ['nbf', TOLERANCE_SECONDS + 1, 'invalid'],
  ])('judges an %s that is %i seconds ahead', (claim, secondsAhead, kind) => {
    expect(judge({ [claim]: NOW_SECONDS + secondsAhead }).kind).toBe(kind);
  });

  // An expired token may still say which session a log-out ends; one that was never ours may not.
  it('tells an early token as invalid even if it has expired', () => {
    expect(judge({ nbf: NOW_SECONDS + 900, exp: NOW_SECONDS - 900 })).toEqual({ kind: 'invalid' });
  });

  it.each([
    ['another issuer', { iss: 'https://evil.example.com' }],
    ['an issuer that ours is the beginning of', { iss: `${ISSUER}/` }],
    ['no issuer', { iss: undefined }],
    ['no audience', { aud: undefined }],
    ['several audiences', { aud: [TENANT] }],
    ['no sub', { sub: undefined }],
    ['no uid', { uid: undefined }],
    ['a uid unlike sub', { uid: SESSION }],
    ['neither sub nor uid', { sub: undefined, uid: undefined }],
    ['a sub that is no id', { sub: 'ada', uid: 'ada' }],
    [
      'a sub in upper case',
      { sub: 'AB900000-0000-7000-8000-000000000002', uid: 'AB900000-0000-7000-8000-000000000002' },
    ],
    ['no tid', { tid: undefined }],
    ['a tid that is no id', { tid: 'acme' }],
    ['no sid', { sid: undefined }],
    ['no iat', { iat: undefined }],
    ['an iat in words', { iat: String(NOW_SECONDS) }],
    ['no exp', { exp: undefined }],
    ['an exp in words', { exp: String(NOW_SECONDS + 900) }],
    ['an endless exp', { exp: Number.POSITIVE_INFINITY }],
    ['an exp that is no number', { exp: Number.NaN }],
    ['an nbf in words', { nbf: String(NOW_SECONDS) }],
  ])('refuses %s', (_what, change) => {
    expect(judge(change)).toEqual({ kind: 'invalid' });
  });
});
