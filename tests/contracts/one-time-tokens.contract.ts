import { describe, expect, it } from 'vitest';
import type { TenantId } from '../../core/kernel/ids.ts';
import type { NewOneTimeToken } from '../../core/one-time-tokens/index.ts';
import { email } from '../support/parsed.ts';
import type { MakeHarness, StoreHarness } from './harness.ts';
import { newToken, race } from './samples.ts';

/** What every store of one-time secrets does (rule 1). */
export function oneTimeTokensContract(makeHarness: MakeHarness): void {
  /** A stored secret of a fresh tenant, and what its holder can do there. */
  async function withToken(change: Partial<NewOneTimeToken> = {}) {
    const harness = await makeHarness();
    const tenant = await harness.makeTenant();
    const token = newToken(harness, change);
    await insert(harness, tenant.id, token);
    return { harness, tenant, token };
  }

  describe('OneTimeTokenRepository', () => {
    it('answers what a secret is about, live until it is used', async () => {
      const { harness, tenant, token } = await withToken();
      const { kind, subjectId, email } = token;

      const before = await find(harness, tenant.id, token);
      const consumed = await consume(harness, tenant.id, token);
      const after = await find(harness, tenant.id, token);

      expect(before).toEqual({ id: expect.any(String), kind, subjectId, email, state: 'live' });
      expect(consumed).toMatchObject({ id: before?.id, kind, subjectId, email });
      expect(after).toEqual({ ...before, state: 'used' });
    });

    it('keeps a secret that was mailed to nobody', async () => {
      const { harness, tenant, token } = await withToken({ kind: 'first_owner', email: null });

      expect(await find(harness, tenant.id, token)).toMatchObject({ kind: 'first_owner', email: null });
    });

    // Rule 1, and the race that ended in kratos commit 6ce2bd861.
    it('gives a secret to exactly one of many concurrent callers', async () => {
      const { harness, tenant, token } = await withToken();

      const answers = await race(() => consume(harness, tenant.id, token));

      expect(answers.filter((answer) => answer !== null)).toHaveLength(1);
    });

    it('gives a secret to nobody a second time', async () => {
      const { harness, tenant, token } = await withToken();
      await consume(harness, tenant.id, token);

      expect(await consume(harness, tenant.id, token)).toBeNull();
    });

    it('gives back what was consumed in work that rejected', async () => {
      const { harness, tenant, token } = await withToken();
      const attempt = harness.unitOfWork.run(tenant.id, async ({ oneTimeTokens }) => {
        await oneTimeTokens.consume(token.kind, token.hash);
        throw new Error('the effect failed');
      });
      await expect(attempt).rejects.toThrow('the effect failed');

      expect(await consume(harness, tenant.id, token)).toMatchObject({ subjectId: token.subjectId });
    });

    it('knows no secret by another hash', async () => {
      const { harness, tenant, token } = await withToken();
      const other = { ...token, hash: harness.crypto.randomBytes(32) };

      expect(await find(harness, tenant.id, other)).toBeNull();
      expect(await consume(harness, tenant.id, other)).toBeNull();
    });

    // Rule 2: a verification link must never work as an invitation.
    it('knows no secret under another kind', async () => {
      const { harness, tenant, token } = await withToken({ kind: 'verify_registration' });
      const other = { ...token, kind: 'invitation' } as const;

      expect(await find(harness, tenant.id, other)).toBeNull();
      expect(await consume(harness, tenant.id, other)).toBeNull();
      expect(await find(harness, tenant.id, token)).toMatchObject({ state: 'live' });
    });

    it('shows no secret to another tenant, and lets it spend and kill none', async () => {
      const { harness, tenant, token } = await withToken();
      const stranger = await harness.makeTenant();

      expect(await find(harness, stranger.id, token)).toBeNull();
      expect(await consume(harness, stranger.id, token)).toBeNull();
      await harness.unitOfWork.run(stranger.id, async ({ oneTimeTokens }) => {
        await oneTimeTokens.killAll(token.kind, { subjectId: token.subjectId });
        await oneTimeTokens.killAll(token.kind, { email: email('ada@example.com') });
      });

      expect(await find(harness, tenant.id, token)).toMatchObject({ state: 'live' });
    });

    it('gives a secret just before its time is over', async () => {
      const { harness, tenant, token } = await withToken({ lifetimeSeconds: 100 });
      await harness.passTime(100 - harness.marginSeconds);

      expect(await consume(harness, tenant.id, token)).not.toBeNull();
    });

    it('gives no secret at the second when its time is over', async () => {
      const { harness, tenant, token } = await withToken({ lifetimeSeconds: 100 });
      await harness.passTime(100);

      expect(await consume(harness, tenant.id, token)).toBeNull();
      expect(await find(harness, tenant.id, token)).toMatchObject({ state: 'expired' });
    });

    // Written for nobody, so that an unknown address costs what a known one does (rule 11).
    it('has a secret for no time at all expired from the start', async () => {
      const { harness, tenant, token } = await withToken({ lifetimeSeconds: 0 });

      expect(await consume(harness, tenant.id, token)).toBeNull();
      expect(await find(harness, tenant.id, token)).toMatchObject({ state: 'expired' });
    });

    it('tells a used secret as used, however long ago it would have expired', async () => {
      const { harness, tenant, token } = await withToken({ lifetimeSeconds: 100 });
      await consume(harness, tenant.id, token);
      await harness.passTime(100);

      expect(await find(harness, tenant.id, token)).toMatchObject({ state: 'used' });
    });

    describe('killAll', () => {
      it('makes every secret about a subject worthless, and tells it as used', async () => {
        const { harness, tenant, token } = await withToken();
        const { kind, subjectId } = token;
        const sibling = newToken(harness, { kind, subjectId });
        const others = [
          newToken(harness, { kind }),
          newToken(harness, { kind: 'verify_account', subjectId }),
        ];
        for (const each of [sibling, ...others]) await insert(harness, tenant.id, each);

        await harness.unitOfWork.run(tenant.id, ({ oneTimeTokens }) =>
          oneTimeTokens.killAll(kind, { subjectId }),
        );

        expect(await consume(harness, tenant.id, token)).toBeNull();
        expect(await statesOf(harness, tenant.id, [token, sibling, ...others])).toEqual([
          'used',
          'used',
          'live',
          'live',
        ]);
      });

      it('makes every secret that went to an address worthless', async () => {
        const { harness, tenant, token } = await withToken({ email: email('ada@example.com') });
        const { kind } = token;
        const sibling = newToken(harness, { kind, email: email('ada@example.com') });
        const others = [
          newToken(harness, { kind, email: email('grace@example.com') }),
          newToken(harness, { kind, email: null }),
          newToken(harness, { kind: 'invitation', email: email('ada@example.com') }),
        ];
        for (const each of [sibling, ...others]) await insert(harness, tenant.id, each);

        await harness.unitOfWork.run(tenant.id, ({ oneTimeTokens }) =>
          oneTimeTokens.killAll(kind, { email: email('ada@example.com') }),
        );

        expect(await statesOf(harness, tenant.id, [token, sibling, ...others])).toEqual([
          'used',
          'used',
          'live',
          'live',
          'live',
        ]);
      });

      it('leaves an expired secret what it is', async () => {
        const { harness, tenant, token } = await withToken({ lifetimeSeconds: 100 });
        await harness.passTime(100);

        await harness.unitOfWork.run(tenant.id, ({ oneTimeTokens }) =>
          oneTimeTokens.killAll(token.kind, { subjectId: token.subjectId }),
        );

        expect(await find(harness, tenant.id, token)).toMatchObject({ state: 'expired' });
      });

      it('kills nothing in work that rejected', async () => {
        const { harness, tenant, token } = await withToken();
        const attempt = harness.unitOfWork.run(tenant.id, async ({ oneTimeTokens }) => {
          await oneTimeTokens.killAll(token.kind, { subjectId: token.subjectId });
          throw new Error('changed my mind');
        });
        await expect(attempt).rejects.toThrow('changed my mind');

        expect(await consume(harness, tenant.id, token)).not.toBeNull();
      });
    });
  });
}

type Key = Pick<NewOneTimeToken, 'kind' | 'hash'>;

function insert({ unitOfWork }: StoreHarness, tenantId: TenantId, token: NewOneTimeToken) {
  return unitOfWork.run(tenantId, ({ oneTimeTokens }) => oneTimeTokens.insert(token));
}

function find({ unitOfWork }: StoreHarness, tenantId: TenantId, { kind, hash }: Key) {
  return unitOfWork.run(tenantId, ({ oneTimeTokens }) => oneTimeTokens.find(kind, hash));
}

function consume({ unitOfWork }: StoreHarness, tenantId: TenantId, { kind, hash }: Key) {
  return unitOfWork.run(tenantId, ({ oneTimeTokens }) => oneTimeTokens.consume(kind, hash));
}

async function statesOf(harness: StoreHarness, tenantId: TenantId, keys: readonly Key[]) {
  const tokens = await Promise.all(keys.map((key) => find(harness, tenantId, key)));
  return tokens.map((token) => token?.state);
}
