import { describe, expect, it } from 'vitest';
import { Unavailable } from '../../../core/kernel/errors.ts';
import { NOTE_IN_TIME_MS, noteInTime } from '../../../core/sessions/index.ts';
import { beginSession } from '../../contracts/samples.ts';
import { memoryHarness } from '../../support/memory-harness.ts';

const LIMIT_SECONDS = 3_600;
const IN_TIME_SECONDS = NOTE_IN_TIME_MS / 1000;

/** A session that ends an hour after it was seen last. */
async function begun() {
  const harness = await memoryHarness();
  const { tenant, session, user } = await beginSession(harness, {
    lifetimes: { inactivitySeconds: LIMIT_SECONDS, idleSeconds: 10 * LIMIT_SECONDS },
  });
  return { ...harness, ids: [tenant.id, session.id, user.id] as const };
}

describe('a look at a session', () => {
  it('keeps alive the one whose inactivity limit is near, without waiting for others', async () => {
    const { ids, passTime, sessionStore } = await begun();
    await passTime(LIMIT_SECONDS - 1);

    await noteInTime(sessionStore).look(...ids);
    await passTime(1);

    expect(await sessionStore.look(...ids)).toMatchObject({ kind: 'live' });
  });

  it('writes nothing while the limit is further away', async () => {
    const { ids, passTime, sessionStore } = await begun();
    await passTime(LIMIT_SECONDS - IN_TIME_SECONDS);

    await noteInTime(sessionStore).look(...ids);
    await passTime(IN_TIME_SECONDS);

    expect(await sessionStore.look(...ids)).toEqual({ kind: 'ended' });
  });

  it('brings nobody back who came too late', async () => {
    const { ids, passTime, sessionStore } = await begun();
    await passTime(LIMIT_SECONDS);

    expect(await noteInTime(sessionStore).look(...ids)).toEqual({ kind: 'ended' });
    expect(await sessionStore.look(...ids)).toEqual({ kind: 'ended' });
  });

  it('answers although nothing can be written', async () => {
    const { ids, passTime, sessionStore } = await begun();
    await passTime(LIMIT_SECONDS - 1);
    const noteSeen = async () => {
      throw new Unavailable();
    };

    expect(await noteInTime({ ...sessionStore, noteSeen }).look(...ids)).toMatchObject({ kind: 'live' });
  });
});
