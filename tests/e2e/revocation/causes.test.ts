import { afterAll, describe, expect, it } from 'vitest';
import {
  REVOCATION_CAUSES,
  type RevocationCause,
  type RevocationCauseName,
} from '../../../app/docs/revocation-causes.ts';
import { HAS_REDIS_SERVER } from '../../support/redis.ts';
import {
  ask,
  type Held,
  type Person,
  readOn,
  refresh,
  type Seen,
  sharedWorld,
  signIn,
  untilKnown,
  untilServed,
  WITHIN_MS,
  type World,
  warm,
  writeOn,
} from '../../support/revocation-world.ts';

/** What is about to be revoked, and how. */
type Scene = Readonly<{
  held: Held;
  act(): Promise<unknown>;
  /** Puts back what others need. */
  undo?(): Promise<unknown>;
}>;

/** How each cause is brought about, on process A or in the database. */
const SCENES: Readonly<Record<RevocationCauseName, (world: World) => Promise<Scene>>> = {
  async logout(world) {
    const { held } = await signedIn(world);
    return { held, act: () => untilServed(() => ask(world.a.url, held, 'POST', '/auth/logout')) };
  },
  async logoutAll(world) {
    const { person, held } = await signedIn(world);
    const other = await signIn(world.b.url, person);
    return { held, act: () => untilServed(() => ask(world.a.url, other, 'POST', '/auth/logout-all')) };
  },
  async byId(world) {
    const { person, held } = await signedIn(world);
    const other = await signIn(world.b.url, person);
    return {
      held,
      act: () => untilServed(() => ask(world.a.url, other, 'DELETE', `/auth/sessions/${held.sessionId}`)),
    };
  },
  async deviceLimit(world) {
    const { person, held } = await signedIn(world);
    await signIn(world.b.url, person);
    await signIn(world.b.url, person);
    return { held, act: () => signIn(world.a.url, person) };
  },
  async theft(world) {
    const { held } = await signedIn(world);
    await refresh(world.b.url, held);
    return { held, act: () => refresh(world.a.url, held) };
  },
  async userSuspended(world) {
    return byStatement(world, ({ userId }) => `UPDATE users SET status = 'suspended' WHERE id = '${userId}'`);
  },
  async userDeleted(world) {
    return byStatement(world, ({ userId }) => `UPDATE users SET status = 'deleted' WHERE id = '${userId}'`);
  },
  async roleTaken(world) {
    const { person, held } = await signedIn(world);
    await world.sql(
      person.tenantId,
      `INSERT INTO user_roles VALUES ('${person.tenantId}', '${person.userId}', 'admin')`,
    );
    await untilKnown(world.b.url, held, performance.now(), hasRole);
    const taken = `DELETE FROM user_roles WHERE user_id = '${person.userId}' AND role = 'admin'`;
    return { held, act: () => world.sql(person.tenantId, taken) };
  },
  async tenantSuspended(world) {
    return byStatement(
      world,
      ({ tenantId }) => `UPDATE tenants SET status = 'suspended' WHERE id = '${tenantId}'`,
    );
  },
  async audienceChanged(world) {
    return byStatement(
      world,
      ({ tenantId }) => `UPDATE tenants SET settings = '{"audience": "another"}' WHERE id = '${tenantId}'`,
    );
  },
  async limitsShortened(world) {
    return byStatement(
      world,
      ({ userId }) => `UPDATE sessions SET inactive_at = now() WHERE user_id = '${userId}'`,
    );
  },
  async sessionsEmptied(world) {
    const { person, held } = await signedIn(world);
    return { held, act: () => world.sql(person.tenantId, 'TRUNCATE sessions', 'gatehouse_owner') };
  },
  async keyRetired(world) {
    const { person, held } = await signedIn(world);
    const sql = (statement: string) => world.sql(person.tenantId, statement, 'gatehouse_owner');
    // Where there is no key at all nothing can be judged: another one stays, as after a rotation.
    await sql(`INSERT INTO signing_keys (kid, algorithm, state, public_jwk, sealed_private_key)
      SELECT 'another', algorithm, 'retired', public_jwk, sealed_private_key FROM signing_keys WHERE state = 'active'`);
    const expire = (at: string) => sql(`UPDATE signing_keys SET expires_at = ${at} WHERE state = 'active'`);
    return { held, act: () => expire('now()'), undo: () => expire('NULL') };
  },
};

const CAUSES = Object.keys(SCENES) as readonly RevocationCauseName[];
const measured: string[] = [];

afterAll(() => {
  process.stderr.write(
    `\nKnown on the other process, by milliseconds after the change:\n${measured.join('\n')}\n\n`,
  );
});

describe.each([
  ['without Redis', false],
  ['with Redis', true],
] as const)('over two processes %s', (mode, hasRedis) => {
  describe.skipIf(hasRedis && !HAS_REDIS_SERVER)('what ends on one', () => {
    const world = sharedWorld(hasRedis);

    it.each(CAUSES)('is known on the other as fast as the documents say: %s', async (name) => {
      const cause: RevocationCause = REVOCATION_CAUSES[name];
      const { undo, ...scene } = await SCENES[name](world());

      const { early, late, own, ms } = await revoke(world(), cause, scene);
      measured.push(`${ms.toFixed(0).padStart(5)} ${name} ${mode}`);
      await undo?.();
      if (undo) await warm(world().b.url, scene.held);

      const told = cause.told ?? { status: 404, code: 'not_found' };
      expect(ms).toBeLessThanOrEqual(WITHIN_MS);
      expect(toldBy(cause.writes ? late : early)).toEqual(told);
      if (cause.by === 'request') expect(toldBy(own)).toEqual(told);
    });
  });
});

/** Does it, and asks both processes: A to read and B to write, at once; then B to read, until it knows. */
async function revoke({ a, b }: World, cause: RevocationCause, { held, act }: Scene) {
  await warm(a.url, held);
  await warm(b.url, held);
  await act();
  const since = performance.now();
  const [early, own] = [await writeOn(b.url, held), await untilServed(() => readOn(a.url, held))];
  const ms = await untilKnown(b.url, held, since, (seen) => isTold(cause, seen));
  return { early, late: await writeOn(b.url, held), own, ms };
}

function toldBy({ status, code }: Seen) {
  return { status, code };
}

function isTold({ told }: RevocationCause, seen: Seen): boolean {
  if (!told) return seen.status === 200 && !hasRole(seen);
  return seen.status === told.status && seen.code === told.code;
}

function hasRole({ roles }: Seen): boolean {
  return Array.isArray(roles) && roles.includes('admin');
}

type SignedIn = Readonly<{ person: Person; held: Held }>;

/** Somebody new, who has signed in on A. */
async function signedIn({ a, register }: World, ofOwnTenant = false): Promise<SignedIn> {
  const person = await register({ ofOwnTenant });
  return { person, held: await signIn(a.url, person) };
}

/** A change that an operator makes, to somebody of a tenant of their own. */
async function byStatement(world: World, statement: (person: Person) => string): Promise<Scene> {
  const { person, held } = await signedIn(world, true);
  return { held, act: () => world.sql(person.tenantId, statement(person)) };
}
