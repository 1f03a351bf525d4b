import { describe, expect, it } from 'vitest';
import type { SessionId, TenantId } from '../../../core/kernel/ids.ts';
import type { RefreshToken } from '../../../core/sessions/index.ts';
import { auditTypes } from '../../support/requests.ts';
import { addTenant, CONTEXT, REFRESH_TOKEN_SECONDS } from '../../support/service-fixture.ts';
import { type SignedInFixture, signedInFixture } from '../../support/signed-in-fixture.ts';

// api.md: every refusal of a genuine token is audited.
describe('a genuine token that is worth nothing', () => {
  const CASES: readonly (readonly [string, (fixture: SignedInFixture) => Promise<RefreshToken>])[] = [
    [
      'ended',
      async (fixture) => {
        const { tenant, user, first } = fixture;
        const owner = { tenantId: tenant.id, userId: user.id, sessionId: first.session.id };
        await fixture.logOut(owner, { presented: null, context: CONTEXT });
        return fixture.read(first.refreshToken);
      },
    ],
    [
      'expired',
      async (fixture) => {
        fixture.clock.advance(REFRESH_TOKEN_SECONDS);
        return fixture.read(fixture.first.refreshToken);
      },
    ],
    [
      'user_inactive',
      async (fixture) => {
        await fixture.store.tamper.setUserStatus(fixture.tenant.id, fixture.user.id, 'suspended');
        return fixture.read(fixture.first.refreshToken);
      },
    ],
    ['ahead', async (fixture) => ({ ...fixture.read(fixture.first.refreshToken), number: 1 })],
  ];

  it.each(CASES)('is refused and told: %s', async (reason, arrange) => {
    const fixture = await signedInFixture();
    const token = await arrange(fixture);

    await expect(fixture.refresh(token, { named: null, context: CONTEXT })).rejects.toMatchObject({
      code: 'refresh_token_invalid',
    });

    expect(fixture.store.auditOf(fixture.tenant.id).at(-1)).toMatchObject({
      ...{
        type: 'session.refresh_token_rejected',
        outcome: 'failure',
        actor: { type: 'anonymous', id: null },
      },
      ...{
        target: { type: 'session', id: fixture.first.session.id },
        data: { reason, user_id: fixture.user.id, at: 'refresh' },
      },
    });
  });

  it('works until the second before it expires', async () => {
    const fixture = await signedInFixture();
    fixture.clock.advance(REFRESH_TOKEN_SECONDS - 1);

    expect((await fixture.refreshBy(fixture.first.refreshToken)).session.id).toBe(fixture.first.session.id);
  });

  it('ends nothing when its number is ahead, as after a restored backup', async () => {
    const fixture = await signedInFixture();
    const token = { ...fixture.read(fixture.first.refreshToken), number: 1 };

    await expect(fixture.refresh(token, { named: null, context: CONTEXT })).rejects.toThrow();

    expect((await fixture.refreshBy(fixture.first.refreshToken)).user.id).toBe(fixture.user.id);
  });
});

describe('a token that names no session of its tenant', () => {
  it.each([
    [
      'another secret',
      async ({ read, first }) => ({ ...read(first.refreshToken), secret: new Uint8Array(16) }),
    ],
    [
      'another session',
      async ({ read, first, crypto }) => ({
        ...read(first.refreshToken),
        sessionId: crypto.newId() as SessionId,
      }),
    ],
    [
      'another tenant',
      async (fixture) => {
        const other = await addTenant(fixture, 'other');
        return { ...fixture.read(fixture.first.refreshToken), tenantId: other.id };
      },
    ],
    [
      'a tenant that does not exist',
      async ({ read, first, crypto }) => ({
        ...read(first.refreshToken),
        tenantId: crypto.newId() as TenantId,
      }),
    ],
  ] as readonly (readonly [
    string,
    (fixture: SignedInFixture) => Promise<RefreshToken>,
  ])[])('is refused, told to nobody, and ends nothing: %s', async (_what, forge) => {
    const fixture = await signedInFixture();
    const token = await forge(fixture);

    await expect(fixture.refresh(token, { named: null, context: CONTEXT })).rejects.toMatchObject({
      code: 'refresh_token_invalid',
    });

    expect(auditTypes(fixture)).toEqual(['login.succeeded']);
    expect(fixture.store.auditOf(token.tenantId).length).toBe(token.tenantId === fixture.tenant.id ? 1 : 0);
    expect((await fixture.refreshBy(fixture.first.refreshToken)).user.id).toBe(fixture.user.id);
  });
});
