import { describe, expect, it } from 'vitest';
import type { SessionId } from '../../core/kernel/ids.ts';
import type { Position, Stretch } from '../../core/kernel/paging.ts';
import type { Session } from '../../core/sessions/index.ts';
import type { MakeHarness, StoreHarness } from './harness.ts';
import { type Begun, beginSession, makeUser, newSession } from './samples.ts';

const ALL: Stretch<Position> = { limit: 100, after: null };

/** How every store of sessions lists those of a user. */
export function sessionListsContract(makeHarness: MakeHarness): void {
  describe('SessionRepository.listLiveOf', () => {
    it('lists the live sessions of a user with all that is known of them, the newest first', async () => {
      const harness = await makeHarness();
      const begun = await beginSession(harness, { deviceName: 'Laptop' });
      await harness.passTime(1);
      const newer = await beginAnother(harness, begun);
      await harness.passTime(1);
      const newest = await beginAnother(harness, begun);

      const listed = await list(harness, begun);

      expect(idsOf(listed)).toEqual([newest.id, newer.id, begun.session.id]);
      expect(listed[0]).toEqual(newest);
    });

    it('lists those of one moment by their ids, the greatest first', async () => {
      const harness = await makeHarness();
      const begun = await beginSession(harness);
      const ids = ['1', '3', '2'].map(
        (digit) => digit.repeat(8).concat(begun.session.id.slice(8)) as SessionId,
      );
      const atOnce = await harness.unitOfWork.run(begun.tenant.id, async ({ sessions }) => {
        const made: Session[] = [];
        for (const id of ids) made.push(await sessions.insert({ ...newSession(harness, begun.user.id), id }));
        return made;
      });
      const sorted = [...atOnce].sort(
        (left, right) =>
          right.createdAt.getTime() - left.createdAt.getTime() || (left.id < right.id ? 1 : -1),
      );

      const listed = await list(harness, begun);

      expect(idsOf(listed).slice(0, -1)).toEqual(idsOf(sorted));
    });

    it('leaves out what has ended, expired, is of another user or of another tenant', async () => {
      const harness = await makeHarness();
      const begun = await beginSession(harness);
      const ended = await beginAnother(harness, begun);
      await beginAnother(harness, begun, { lifetimes: { inactivitySeconds: 100 } });
      await beginAnother(harness, { ...begun, user: await makeUser(harness, begun.tenant.id) });
      await beginSession(harness);
      await harness.unitOfWork.run(begun.tenant.id, ({ sessions }) => sessions.end(ended.id, 'logout'));
      await harness.passTime(100);

      expect(idsOf(await list(harness, begun))).toEqual([begun.session.id]);
    });

    it('lists nothing of a user of another tenant', async () => {
      const harness = await makeHarness();
      const begun = await beginSession(harness);
      const elsewhere = { ...begun, tenant: await harness.makeTenant() };

      expect(await list(harness, elsewhere)).toEqual([]);
    });

    it('goes on behind a place, whether or not its row is still there, and is not moved by what begins', async () => {
      const harness = await makeHarness();
      const begun = await beginSession(harness);
      const all = [begun.session];
      for (let count = 0; count < 4; count += 1) {
        await harness.passTime(1);
        all.unshift(await beginAnother(harness, begun));
      }

      // Rows are aged where no clock can be moved on, so the places are read from the list itself.
      const first = await list(harness, begun, { limit: 2, after: null });
      const [, last] = first;
      if (!last) throw new Error('A page of two has no second row');
      const after = { at: last.createdAt, id: last.id };
      await harness.unitOfWork.run(begun.tenant.id, ({ sessions }) => sessions.end(last.id, 'logout'));
      await beginAnother(harness, begun);
      const second = await list(harness, begun, { limit: 2, after });
      const third = await list(harness, begun, { limit: 2, after: placeOf(second.at(-1)) });

      expect([first, second, third].map(idsOf)).toEqual([
        idsOf(all.slice(0, 2)),
        idsOf(all.slice(2, 4)),
        idsOf(all.slice(4)),
      ]);
    });

    it('has nothing before the beginning and all of it after the end', async () => {
      const harness = await makeHarness();
      const begun = await beginSession(harness);
      const { id } = begun.session;

      expect(await list(harness, begun, { limit: 9, after: { at: new Date(0), id } })).toEqual([]);
      const late = { at: new Date(9_999_999_999_999), id };
      expect(idsOf(await list(harness, begun, { limit: 9, after: late }))).toEqual([id]);
    });
  });
}

type Owner = Pick<Begun, 'tenant' | 'user'>;

function list(
  { unitOfWork }: StoreHarness,
  { tenant, user }: Owner,
  stretch: Stretch<Position> = ALL,
): Promise<readonly Session[]> {
  return unitOfWork.run(tenant.id, ({ sessions }) => sessions.listLiveOf(user.id, stretch));
}

function beginAnother(
  harness: StoreHarness,
  { tenant, user }: Owner,
  change: Parameters<typeof newSession>[2] = {},
): Promise<Session> {
  return harness.unitOfWork.run(tenant.id, ({ sessions }) =>
    sessions.insert(newSession(harness, user.id, change)),
  );
}

function placeOf(session: Session | undefined): Position | null {
  return session ? { at: session.createdAt, id: session.id } : null;
}

function idsOf(sessions: readonly Session[]): readonly SessionId[] {
  return sessions.map(({ id }) => id);
}
