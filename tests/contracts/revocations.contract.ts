import { describe, expect, it } from 'vitest';
import type { SessionId } from '../../core/kernel/ids.ts';
import type { Repositories } from '../../core/repositories.ts';
import type { FeedMark, Revocation } from '../../core/revocation/index.ts';
import type { SigningKey } from '../../core/tokens/index.ts';
import type { MakeHarness, StoreHarness } from './harness.ts';
import { type Begun, beginSession, idAt, newSession, race } from './samples.ts';

/** Something that is done within a unit of work of the tenant of a session that has begun. */
type Deed = (repositories: Repositories, begun: Begun) => Promise<unknown>;

/** What changes one session, by the method that does it. */
const OF_A_SESSION: Readonly<Record<string, Deed>> = {
  end: ({ sessions }, { session }) => sessions.end(session.id, 'logout'),
  endOneOf: ({ sessions }, { user, session }) => sessions.endOneOf(user.id, session.id, 'revoked'),
  endAllOf: ({ sessions }, { user }) => sessions.endAllOf(user.id, 'logout_all', null),
  endOldestOf: ({ sessions }, { user }) => sessions.endOldestOf(user.id, 0),
  freshen: ({ sessions }, { user, session }) =>
    sessions.freshen(user.id, session.id, { amr: ['pwd'], aal: 1 }),
  demandStepUp: ({ sessions }, { session }) => sessions.demandStepUp(session.id),
  noteContext: ({ sessions }, { session }) =>
    sessions.noteContext(session.id, session, { ip: '203.0.113.9', userAgent: 'another browser' }),
};

/** What changes one user, by the method that does it. */
const OF_A_USER: Readonly<Record<string, Deed>> = {
  addRole: ({ users }, { user }) => users.addRole(user.id, 'admin'),
  recordLogin: ({ users }, { user }) => users.recordLogin(user.id),
  markEmailVerified: ({ users }, { user }) => users.markEmailVerified(user.id),
  replacePasswordHash: ({ users }, { user }) => users.replacePasswordHash(user.id, 'a hash', 'another hash'),
};

/** What finds nothing to change. */
const OF_NOTHING: Readonly<Record<string, Deed>> = {
  'the end of a session that was never there': ({ sessions }) =>
    sessions.end(idAt(404) as SessionId, 'logout'),
  'a role that is held already': ({ users }, { user }) => users.addRole(user.id, 'member'),
  'a lock on a user': ({ users }, { user }) => users.lock(user.id),
};

/** What every log of revocations tells of the store that it belongs to. */
export function revocationsContract(makeHarness: MakeHarness): void {
  describe('RevocationLog', () => {
    it.each(Object.keys(OF_A_SESSION))('tells once of the session that %s changes', async (method) => {
      const harness = await makeHarness();
      const begun = await beginSession(harness);
      const reader = await readFrom(harness);

      await doOne(harness, begun, OF_A_SESSION[method]);

      expect(await reader.next()).toEqual([revocationOf(begun)]);
      expect(await reader.next()).toEqual([]);
    });

    it.each(Object.keys(OF_A_USER))('tells once of the user whom %s changes', async (method) => {
      const harness = await makeHarness();
      const begun = await beginSession(harness);
      const { tenant, user } = begun;
      const reader = await readFrom(harness);

      await doOne(harness, begun, OF_A_USER[method]);

      expect(await reader.next()).toEqual([{ kind: 'user', tenantId: tenant.id, userId: user.id }]);
      expect(await reader.next()).toEqual([]);
    });

    it('tells of a user whose status changes', async () => {
      const harness = await makeHarness();
      const { tenant, user } = await beginSession(harness);
      const reader = await readFrom(harness);

      await harness.setUserStatus(tenant.id, user.id, 'suspended');

      expect(await reader.next()).toEqual([{ kind: 'user', tenantId: tenant.id, userId: user.id }]);
    });

    it('tells of a tenant whose status or settings change', async () => {
      const harness = await makeHarness();
      const { id } = await harness.makeTenant();
      const reader = await readFrom(harness);

      await harness.setTenantStatus(id, 'suspended');
      const ofStatus = await reader.next();
      await harness.unitOfWork.run(id, ({ tenants }) => tenants.replaceSettings({ session_max_devices: 3 }));

      expect([ofStatus, await reader.next()]).toEqual([
        [{ kind: 'tenant', tenantId: id }],
        [{ kind: 'tenant', tenantId: id }],
      ]);
    });

    it('tells of a new signing key', async () => {
      const harness = await makeHarness();
      const { id } = await harness.makeTenant();
      const reader = await readFrom(harness);

      await harness.unitOfWork.run(id, ({ signingKeys }) => signingKeys.insert(KEY));

      expect(await reader.next()).toEqual([{ kind: 'signing_keys' }]);
      expect(await reader.next()).toEqual([]);
    });

    it('tells of each of many that one unit of work changes, whatever their kind', async () => {
      const harness = await makeHarness();
      const begun = await beginSession(harness);
      const { tenant, user, session } = begun;
      const second = await harness.unitOfWork.run(tenant.id, ({ sessions }) =>
        sessions.insert(newSession(harness, user.id)),
      );
      const reader = await readFrom(harness);

      await harness.unitOfWork.run(tenant.id, async ({ sessions, users, tenants }) => {
        await sessions.endAllOf(user.id, 'logout_all', null);
        await users.addRole(user.id, 'admin');
        await tenants.replaceSettings({ session_max_devices: 3 });
      });

      expect(sorted(await reader.next())).toEqual(
        sorted([
          { kind: 'session', tenantId: tenant.id, sessionId: session.id },
          { kind: 'session', tenantId: tenant.id, sessionId: second.id },
          { kind: 'user', tenantId: tenant.id, userId: user.id },
          { kind: 'tenant', tenantId: tenant.id },
        ]),
      );
    });

    it.each(Object.keys(OF_NOTHING))('tells nothing of %s', async (what) => {
      const harness = await makeHarness();
      const begun = await beginSession(harness);
      const reader = await readFrom(harness);

      await doOne(harness, begun, OF_NOTHING[what]);

      expect(await reader.next()).toEqual([]);
    });

    // Each of these comes with every use of a session: nobody may forget anything because of them.
    it('tells nothing of a refresh, and of when a session was seen', async () => {
      const harness = await makeHarness();
      const { tenant, session, secretHash } = await beginSession(harness);
      const [tenantId, sessionId] = [tenant.id, session.id];
      const rotate = () => harness.sessionStore.rotate({ tenantId, sessionId, number: 0, secretHash });
      await harness.passTime(5);
      const reader = await readFrom(harness);

      await harness.sessionStore.noteSeen([{ tenantId, sessionId, ageMs: 0 }]);
      const rotated = [(await rotate()).kind, (await rotate()).kind];

      expect(rotated).toEqual(['rotated', 'repeated']);
      expect(await reader.next()).toEqual([]);
    });

    it('tells nothing of a session that begins', async () => {
      const harness = await makeHarness();
      const { tenant, user } = await beginSession(harness);
      const reader = await readFrom(harness);

      await harness.unitOfWork.run(tenant.id, ({ sessions }) =>
        sessions.insert(newSession(harness, user.id)),
      );

      expect(await reader.next()).toEqual([]);
    });

    it('tells nothing of what was undone', async () => {
      const harness = await makeHarness();
      const { tenant, user, session } = await beginSession(harness);
      const reader = await readFrom(harness);

      const attempt = harness.unitOfWork.run(tenant.id, async ({ sessions, users }) => {
        await sessions.end(session.id, 'logout');
        await users.addRole(user.id, 'admin');
        throw new Error('changed my mind');
      });
      await expect(attempt).rejects.toThrow('changed my mind');

      expect(await reader.next()).toEqual([]);
    });

    it('tells a new reader nothing of what was before', async () => {
      const harness = await makeHarness();
      const begun = await beginSession(harness);
      await harness.unitOfWork.run(begun.tenant.id, ({ sessions }) =>
        sessions.end(begun.session.id, 'logout'),
      );

      const first = await harness.revocationLog.since(null);
      const second = await harness.revocationLog.since(first.mark);

      expect([first, second]).toMatchObject([
        { isReset: false, revocations: [] },
        { isReset: false, revocations: [] },
      ]);
    });

    it('tells every reader from its own mark on, as often as it is asked from there', async () => {
      const harness = await makeHarness();
      const [one, two] = [await beginSession(harness), await beginSession(harness)];
      const early = await harness.revocationLog.since(null);
      await endOf(harness, one);
      const late = await harness.revocationLog.since(null);
      await endOf(harness, two);

      const read = async (mark: FeedMark) => (await harness.revocationLog.since(mark)).revocations;
      const answers = [await read(early.mark), await read(late.mark), await read(early.mark)];

      expect(answers.map(sorted)).toEqual([
        sorted([revocationOf(one), revocationOf(two)]),
        sorted([revocationOf(two)]),
        sorted([revocationOf(one), revocationOf(two)]),
      ]);
    });

    it('loses none to a reader who reads while many are told at once', async () => {
      const harness = await makeHarness();
      const all = await Promise.all(Array.from({ length: 16 }, () => beginSession(harness)));
      const reader = await readFrom(harness);
      const told: Revocation[] = [];
      let isOver = false;

      const reading = (async () => {
        while (!isOver) told.push(...(await reader.next()));
      })();
      await race((index) => endOf(harness, at(all, index)));
      isOver = true;
      await reading;
      told.push(...(await reader.next()));

      expect(sorted(told)).toEqual(sorted(all.map(revocationOf)));
    });
  });
}

const KEY: SigningKey = {
  kid: 'k1',
  algorithm: 'ES256',
  state: 'active',
  publicJwk: { kid: 'k1', kty: 'EC', alg: 'ES256', use: 'sig', crv: 'P-256', x: 'x', y: 'y' },
  sealedPrivateKey: Uint8Array.of(0, 1, 2, 254, 255),
};

/** Reads on from wherever it has read to. */
async function readFrom({ revocationLog }: StoreHarness) {
  let { mark } = await revocationLog.since(null);
  return {
    async next(): Promise<readonly Revocation[]> {
      const reading = await revocationLog.since(mark);
      expect(reading.isReset).toBe(false);
      mark = reading.mark;
      return reading.revocations;
    },
  };
}

async function doOne({ unitOfWork }: StoreHarness, begun: Begun, deed: Deed | undefined): Promise<void> {
  if (!deed) throw new Error('There is no such deed');
  await unitOfWork.run(begun.tenant.id, (repositories) => deed(repositories, begun));
}

function endOf({ unitOfWork }: StoreHarness, { tenant, session }: Begun): Promise<boolean> {
  return unitOfWork.run(tenant.id, ({ sessions }) => sessions.end(session.id, 'logout'));
}

function revocationOf({ tenant, session }: Begun): Revocation {
  return { kind: 'session', tenantId: tenant.id, sessionId: session.id };
}

function sorted(revocations: readonly Revocation[]): readonly string[] {
  return revocations.map((each) => JSON.stringify(each, Object.keys(each).sort())).sort();
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new Error(`There is no number ${index}`);
  return item;
}
