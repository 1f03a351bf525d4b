import { describe, expect, it } from 'vitest';
import { RateLimited } from '../../../core/protection/index.ts';
import type { Repositories } from '../../../core/repositories.ts';
import { accept, findUser, invited, registered, verify } from '../../support/requests.ts';
import { PASSWORD, type ServiceFixture, serviceFixture } from '../../support/service-fixture.ts';
import type { Around } from '../../support/unit-of-work.ts';

const OTHER_PASSWORD = 'Another password 9';

/** A unit of work in which some repositories are not what they were. */
function changed(change: (repos: Repositories) => Partial<Repositories>): Around {
  return ({ run }) => ({
    run: (tenantId, work) => run(tenantId, (repos) => work({ ...repos, ...change(repos) })),
  });
}

async function contested() {
  const fixture = await serviceFixture();
  const owners = await registered(fixture);
  await registered(fixture, { password: OTHER_PASSWORD });
  return { fixture, owners };
}

async function lock({ fixture, owners }: Awaited<ReturnType<typeof contested>>): Promise<void> {
  for (let count = 0; count < 5; count += 1) {
    await expect(verify(fixture, owners, 'Wrong-Password-1')).rejects.toMatchObject({
      code: 'invalid_credentials',
    });
  }
}

describe('a contested registration that is locked', () => {
  it('is told to be locked, with a password, without, and beyond the rate limit', async () => {
    const both = await contested();
    await lock(both);

    for (const [password, excess] of [
      [PASSWORD, null],
      [null, null],
      [PASSWORD, new RateLimited(9)],
    ] as const) {
      await expect(verify(both.fixture, both.owners, password, { excess })).rejects.toMatchObject({
        code: 'account_locked',
      });
    }
    expect(both.fixture.locked).toEqual(['registration']);
  });

  it('is open again when its time is over', async () => {
    const both = await contested();
    await lock(both);
    both.fixture.clock.advance(1800);

    await verify(both.fixture, both.owners, PASSWORD);

    expect(await findUser(both.fixture)).not.toBeNull();
  });
});

describe('beyond the rate limit', () => {
  const excess = new RateLimited(9);
  const links: readonly (readonly [string, (fixture: ServiceFixture) => ReturnType<typeof registered>])[] = [
    ['of the only registration', (fixture) => registered(fixture)],
    [
      'that is used',
      async (fixture) => {
        const link = await registered(fixture);
        await verify(fixture, link);
        return link;
      },
    ],
    ['that nobody made', async (fixture) => ({ ...(await registered(fixture)), hash: new Uint8Array(32) })],
    [
      'of a contested registration',
      async (fixture) => {
        const link = await registered(fixture);
        await registered(fixture, { password: OTHER_PASSWORD });
        return link;
      },
    ],
  ];

  it.each(
    links,
  )('a link %s is refused for the limit alone, and nothing is spent', async (_which, makeLink) => {
    const fixture = await serviceFixture();
    const link = await makeLink(fixture);
    const before = await findUser(fixture);

    await expect(verify(fixture, link, null, { excess })).rejects.toBe(excess);

    expect(await findUser(fixture)).toEqual(before);
  });
});

describe('what cannot happen as long as the store keeps its promises', () => {
  it('makes no account when its username is taken even without one', async () => {
    const around = changed(({ users }) => ({
      users: { ...users, insert: async () => ({ kind: 'username_taken' }) },
    }));
    const fixture = await serviceFixture({ around });
    const link = await registered(fixture);

    await expect(verify(fixture, link)).rejects.toMatchObject({ code: 'link_used' });
  });

  it('spends no invitation whose account may not sign in', async () => {
    const around = changed(({ users }) => ({ users: { ...users, lock: async () => null } }));
    const fixture = await serviceFixture({ around });
    const link = await invited(fixture);

    await expect(accept(fixture, { link })).rejects.toMatchObject({ code: 'link_used' });
  });

  it('knows no link whose invitation is gone', async () => {
    const around = changed(({ invitations }) => ({
      invitations: { ...invitations, findById: async () => null },
    }));
    const fixture = await serviceFixture({ around });
    const link = await invited(fixture);

    await expect(accept(fixture, { link })).rejects.toMatchObject({ code: 'link_invalid' });
  });
});
