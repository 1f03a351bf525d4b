import { describe, expect, it } from 'vitest';
import type { SessionId } from '../../core/kernel/ids.ts';
import type { FreshProof, Session, SessionAge } from '../../core/sessions/index.ts';
import type { MakeHarness, StoreHarness } from './harness.ts';
import { type Begun, beginSession, makeUser, race } from './samples.ts';

const PASSWORD_AGAIN: FreshProof = { amr: ['pwd'], aal: 1 };

/** How every store of sessions keeps how fresh a sign-in is. */
export function sessionFreshnessContract(makeHarness: MakeHarness): void {
  describe('SessionRepository.freshen', () => {
    it('moves the time of the sign-in to now, and no limit of the session', async () => {
      const harness = await makeHarness();
      const begun = await beginSession(harness);
      await harness.passTime(1_000);
      const before = await look(harness, begun);

      const session = await freshen(harness, begun);

      const after = await look(harness, begun);
      expect(before.age.authAgeMs).toBeGreaterThanOrEqual(1_000_000);
      expect(after.age.authAgeMs).toBeLessThan(harness.marginSeconds * 1_000);
      expect(session).toEqual(after.session);
      const { authTime: _before, ...rest } = before.session;
      expect(after.session).toMatchObject(rest);
    });

    it('adds what was proved to what was, each of it once', async () => {
      const harness = await makeHarness();
      const begun = await beginSession(harness);

      await freshen(harness, begun);
      const session = await freshen(harness, begun);

      expect(session?.amr).toEqual(['pwd']);
    });

    it('raises the number of factors, and never lowers it', async () => {
      const harness = await makeHarness();
      const begun = await beginSession(harness);

      const raised = await freshen(harness, begun, { amr: ['pwd'], aal: 2 });
      const kept = await freshen(harness, begun, { amr: ['pwd'], aal: 1 });

      expect([begun.session.aal, raised?.aal, kept?.aal]).toEqual([1, 2, 2]);
    });

    it('asks no more for what was demanded', async () => {
      const harness = await makeHarness();
      const begun = await beginSession(harness);
      await demand(harness, begun);

      await freshen(harness, begun);

      expect((await look(harness, begun)).age.isStepUpDue).toBe(false);
    });

    it('changes nothing of a session that has ended, expired, is of another user or tenant, or never was', async () => {
      const harness = await makeHarness();
      const [ended, expired, begun] = [
        await beginSession(harness),
        await beginSession(harness, { lifetimes: { idleSeconds: 100 } }),
        await beginSession(harness),
      ];
      const stranger = { ...begun, user: await makeUser(harness, begun.tenant.id) };
      const elsewhere = { ...begun, tenant: await harness.makeTenant() };
      const never = { ...begun, session: { ...begun.session, id: harness.crypto.newId() as SessionId } };
      await end(harness, ended);
      await harness.passTime(100);
      const before = await look(harness, begun);

      const answers: unknown[] = [];
      for (const one of [ended, expired, stranger, elsewhere, never])
        answers.push(await freshen(harness, one));

      expect(answers).toEqual([null, null, null, null, null]);
      expect((await look(harness, begun)).session).toEqual(before.session);
    });

    it('never brings back a session that ends at the same moment', async () => {
      const harness = await makeHarness();
      const begun = await beginSession(harness);

      await race<unknown>((index) => (index % 2 === 0 ? freshen(harness, begun) : end(harness, begun)));

      const { tenant, session, user } = begun;
      expect(await harness.sessionStore.look(tenant.id, session.id, user.id)).toEqual({ kind: 'ended' });
      expect(await freshen(harness, begun)).toBeNull();
    });
  });

  describe('SessionRepository.demandStepUp', () => {
    it('demands it once, of that session alone, through time and refreshes', async () => {
      const harness = await makeHarness();
      const [begun, other] = [await beginSession(harness), await beginSession(harness)];

      const answers = [await demand(harness, begun), await demand(harness, begun)];
      await harness.passTime(100);
      const { tenant, session, secretHash } = begun;
      await harness.sessionStore.rotate({
        tenantId: tenant.id,
        sessionId: session.id,
        number: 0,
        secretHash,
      });

      expect(answers).toEqual([true, false]);
      expect((await look(harness, begun)).age.isStepUpDue).toBe(true);
      expect((await look(harness, other)).age.isStepUpDue).toBe(false);
    });

    it('can be demanded again once it was met', async () => {
      const harness = await makeHarness();
      const begun = await beginSession(harness);
      await demand(harness, begun);
      await freshen(harness, begun);

      expect(await demand(harness, begun)).toBe(true);

      expect((await look(harness, begun)).age.isStepUpDue).toBe(true);
    });

    it('leaves the time of the sign-in as it was', async () => {
      const harness = await makeHarness();
      const begun = await beginSession(harness);
      const before = await look(harness, begun);

      await demand(harness, begun);

      expect((await look(harness, begun)).session).toEqual(before.session);
    });

    it('finds nothing to demand of a session that has ended, expired, is of another tenant or never was', async () => {
      const harness = await makeHarness();
      const [ended, expired] = [
        await beginSession(harness),
        await beginSession(harness, { lifetimes: { idleSeconds: 100 } }),
      ];
      const live = await beginSession(harness);
      const elsewhere = { ...live, tenant: await harness.makeTenant() };
      const never = { ...live, session: { ...live.session, id: harness.crypto.newId() as SessionId } };
      await end(harness, ended);
      await harness.passTime(100);

      const answers: boolean[] = [];
      for (const one of [ended, expired, elsewhere, never]) answers.push(await demand(harness, one));

      expect(answers).toEqual([false, false, false, false]);
      expect((await look(harness, live)).age.isStepUpDue).toBe(false);
    });
  });
}

function freshen(
  { unitOfWork }: StoreHarness,
  { tenant, user, session }: Begun,
  proof: FreshProof = PASSWORD_AGAIN,
): Promise<Session | null> {
  return unitOfWork.run(tenant.id, ({ sessions }) => sessions.freshen(user.id, session.id, proof));
}

function demand({ unitOfWork }: StoreHarness, { tenant, session }: Begun): Promise<boolean> {
  return unitOfWork.run(tenant.id, ({ sessions }) => sessions.demandStepUp(session.id));
}

function end({ unitOfWork }: StoreHarness, { tenant, session }: Begun): Promise<boolean> {
  return unitOfWork.run(tenant.id, ({ sessions }) => sessions.end(session.id, 'logout'));
}

async function look(
  { sessionStore }: StoreHarness,
  { tenant, session, user }: Begun,
): Promise<Readonly<{ session: Session; age: SessionAge }>> {
  const answer = await sessionStore.look(tenant.id, session.id, user.id);
  if (answer.kind !== 'live') throw new Error('The session is not live');
  return { session: answer.session, age: answer };
}
