import { describe, expect, it } from 'vitest';
import type { Session } from '../../core/sessions/index.ts';
import type { MakeHarness, StoreHarness } from './harness.ts';
import { type Begun, beginSession, makeUser, newSession } from './samples.ts';

type Owner = Pick<Begun, 'tenant' | 'user'>;

/** What {@link SessionRepository.recentOf} tells of the sessions that a user has had. */
export function recentSessionsContract(makeHarness: MakeHarness): void {
  describe('the recent sessions of a user', () => {
    it('are the newest, newest first, with where they came from', async () => {
      const harness = await makeHarness();
      const { session: _oldest, ...owner } = await beginSession(harness);
      await begin(harness, owner, 'Phone', '192.0.2.1');
      const last = await begin(harness, owner, 'Laptop', '192.0.2.2');

      const recent = await recentOf(harness, owner, 2);

      expect(recent.map(withoutTimes)).toEqual([
        { deviceName: 'Laptop', ip: '192.0.2.2', userAgent: 'program on Laptop' },
        { deviceName: 'Phone', ip: '192.0.2.1', userAgent: 'program on Phone' },
      ]);
      expect(recent[0]).toMatchObject({ createdAt: last.createdAt, lastSeenAt: last.lastSeenAt });
    });

    it('are told when they have ended, too', async () => {
      const harness = await makeHarness();
      const { session, ...owner } = await beginSession(harness);
      await harness.unitOfWork.run(owner.tenant.id, ({ sessions }) => sessions.end(session.id, 'logout'));

      expect(await recentOf(harness, owner, 20)).toHaveLength(1);
    });

    it('are none of another user, and none in another tenant', async () => {
      const harness = await makeHarness();
      const { session: _session, ...owner } = await beginSession(harness);
      const other = { ...owner, user: await makeUser(harness, owner.tenant.id) };
      const stranger = { ...owner, tenant: await harness.makeTenant() };

      expect(await recentOf(harness, other, 20)).toEqual([]);
      expect(await recentOf(harness, stranger, 20)).toEqual([]);
      expect(await recentOf(harness, owner, 20)).toHaveLength(1);
    });
  });
}

/** Begins a session a second after all that went before it. */
async function begin(
  harness: StoreHarness,
  { tenant, user }: Owner,
  deviceName: string,
  ip: string,
): Promise<Session> {
  await harness.passTime(1);
  const context = { ip, userAgent: `program on ${deviceName}`, requestId: null };
  return harness.unitOfWork.run(tenant.id, ({ sessions }) =>
    sessions.insert(newSession(harness, user.id, { deviceName, context })),
  );
}

function recentOf({ unitOfWork }: StoreHarness, { tenant, user }: Owner, limit: number) {
  return unitOfWork.run(tenant.id, ({ sessions }) => sessions.recentOf(user.id, limit));
}

function withoutTimes({ deviceName, ip, userAgent }: Pick<Session, 'deviceName' | 'ip' | 'userAgent'>) {
  return { deviceName, ip, userAgent };
}
