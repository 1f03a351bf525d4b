import { describe, expect, it } from 'vitest';
import { createSignInTurns, inTurn } from '../../../app/sign-in-turns.ts';
import { Unavailable } from '../../../core/kernel/errors.ts';
import { RateLimited } from '../../../core/protection/index.ts';
import { InvalidCredentials, type Login, type LoginRequest } from '../../../core/sign-in/index.ts';
import { loginRequest } from '../../support/requests.ts';
import { addTenant, serviceFixture } from '../../support/service-fixture.ts';

/** Sign-ins that come to their end, a wrong password, when the test says so. */
function slowLogin() {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const login: Login = ({ tenant }: LoginRequest) => {
    begun.push(tenant.slug);
    return new Promise((_, reject) => ends.push(() => reject(new InvalidCredentials())));
  };
  const endFirst = () => ends.shift()?.();
  /** Ends those that run, and those that begin then, until nobody is left. */
  const endAll = async () => {
    while (ends.length > 0) {
      endFirst();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { login, begun, endFirst, endAll };
}

async function fixture() {
  const service = await serviceFixture();
  const other = await addTenant(service, 'umbrella');
  const { login, ...slow } = slowLogin();
  const turns = createSignInTurns(1);
  const inItsTurn = inTurn(turns, login);
  const signIn = (change: Partial<LoginRequest> = {}) =>
    inItsTurn(loginRequest(service, change)).catch((error: unknown) => error);
  return { ...slow, other, turns, signIn };
}

describe('sign-ins in their turn', () => {
  it('begin as many at once as are at the database and compared, and no more', async () => {
    const { turns, begun, endFirst, signIn } = await fixture();

    const answers = Array.from({ length: 3 }, () => signIn());

    expect(turns.figures()).toMatchObject({ running: 2, waiting: 1 });
    await expect.poll(() => begun).toHaveLength(2);
    endFirst();
    await expect.poll(() => begun).toHaveLength(3);
    endFirst();
    endFirst();
    for (const answer of await Promise.all(answers)) expect(answer).toBeInstanceOf(InvalidCredentials);
  });

  it("give another tenant's its turn before the rest of a storm, even where the queue is full", async () => {
    const { other, begun, endFirst, endAll, turns, signIn } = await fixture();
    const storm = Array.from({ length: 67 }, () => signIn());
    expect(turns.figures()).toMatchObject({ running: 2, waiting: 64, turnedAway: 1 });

    await expect.poll(() => begun).toHaveLength(2);

    const late = signIn({ tenant: other });
    endFirst();
    endFirst();
    await expect.poll(() => begun).toHaveLength(4);

    expect(begun).toEqual(['acme', 'acme', 'acme', 'umbrella']);
    expect(turns.figures()).toMatchObject({ running: 2, waiting: 62, turnedAway: 2 });
    await endAll();
    expect(await late).toBeInstanceOf(InvalidCredentials);
    const away = (await Promise.all(storm)).filter((answer) => answer instanceof Unavailable);
    expect(away).toHaveLength(2);
  });

  it('are told of a rate limit at once, with a full queue too', async () => {
    const { begun, endAll, signIn } = await fixture();
    const storm = Array.from({ length: 66 }, () => signIn());
    await expect.poll(() => begun).toHaveLength(2);

    const refused = signIn({ excess: new RateLimited(30) });

    expect(begun).toHaveLength(3);
    await endAll();
    expect(await refused).toBeInstanceOf(InvalidCredentials);
    for (const answer of await Promise.all(storm)) expect(answer).toBeInstanceOf(InvalidCredentials);
  });
});
