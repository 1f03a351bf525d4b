import { describe, expect, it } from 'vitest';
import { cookiesSetBy, expectNoCookie } from '../support/cookies.ts';
import { sharedService } from '../support/http-service.ts';
import { newAddress, register, signIn } from '../support/people.ts';

const NAME = '__Host-gh_device';
const SECRET = /^[\w-]{22}$/;
const service = sharedService();

function deviceOf(response: Parameters<typeof cookiesSetBy>[0]): string {
  return cookiesSetBy(response).find(({ name }) => name === NAME)?.value ?? '';
}

function bring(value: string): Record<string, string> {
  return { cookie: `${NAME}=${value}` };
}

function knownDevices(userId: string) {
  return service().sql('SELECT * FROM gatehouse.known_devices WHERE user_id = $1 ORDER BY id', [userId]);
}

describe('the cookie of a known device', () => {
  it('is set at sign-in, for a year, as api.md has it', async () => {
    const { response } = await signIn(service(), await register(service()));

    expect(cookiesSetBy(response).find(({ name }) => name === NAME)).toEqual({
      name: NAME,
      value: expect.stringMatching(SECRET),
      attributes: { path: '/', httponly: true, secure: true, samesite: 'Lax', 'max-age': '31536000' },
    });
  });

  it('is stored as a digest alone', async () => {
    const person = await register(service());
    const { response } = await signIn(service(), person);

    const [row] = await knownDevices(person.userId);

    expect(JSON.stringify(row)).not.toContain(Buffer.from(deviceOf(response), 'base64url').toString('hex'));
    expect(row).toMatchObject({ secret_hash: expect.objectContaining({ length: 32 }) });
  });

  it('stays what it is at the next sign-in of the same user', async () => {
    const person = await register(service());
    const first = deviceOf((await signIn(service(), person)).response);

    const second = deviceOf((await signIn(service(), person, {}, bring(first))).response);

    expect(second).toBe(first);
    expect(await knownDevices(person.userId)).toHaveLength(1);
  });

  it('carries several users of one browser, each by a secret of their own', async () => {
    const [ada, bob] = [await register(service()), await register(service())];
    const first = deviceOf((await signIn(service(), ada)).response);

    const both = deviceOf((await signIn(service(), bob, {}, bring(first))).response);

    expect(both).toMatch(new RegExp(`^[\\w-]{22}\\.${first}$`));
    expect(deviceOf((await signIn(service(), ada, {}, bring(both))).response)).toBe(both);
    expect(
      [await knownDevices(ada.userId), await knownDevices(bob.userId)].map(({ length }) => length),
    ).toEqual([1, 1]);
  });

  it('forgets the first of six users', async () => {
    let value = '';
    for (let count = 0; count < 6; count += 1) {
      value = deviceOf((await signIn(service(), await register(service()), {}, bring(value))).response);
    }

    expect(value.split('.')).toHaveLength(5);
  });

  it.each([
    ['garbage', 'no secret at all'],
    ['a secret that is too short', 'A'.repeat(21)],
    ['too many secrets', Array(6).fill('A'.repeat(22)).join('.')],
    ['nothing', ''],
  ])('is replaced where it holds %s', async (_what, value) => {
    const { response } = await signIn(service(), await register(service()), {}, bring(value));

    expect(deviceOf(response)).toMatch(SECRET);
  });

  it('is nobody’s where it comes twice', async () => {
    const person = await register(service());
    const known = deviceOf((await signIn(service(), person)).response);
    const headers = { cookie: `${NAME}=${known}; ${NAME}=${known}` };

    const { response } = await signIn(service(), person, {}, headers);

    expect(deviceOf(response)).toMatch(SECRET);
    expect(deviceOf(response)).not.toBe(known);
  });

  it('is not set where the client keeps no cookies, nor by a failure', async () => {
    const person = await register(service());

    const { response } = await signIn(service(), person, { transport: 'token' });

    expectNoCookie(response);
    expect(await knownDevices(person.userId)).toEqual([]);
    const failed = await service().post('/auth/login', { email: person.email, password: 'Wrong-Password-1' });
    expect(deviceOf(failed)).toBe('');
  });

  it('is set by an accepted invitation too', async () => {
    const { app, post } = service();
    const tenant = await app.services.createTenant(`t${newAddress().slice(0, 8)}`, 'New');
    const token = await app.services.invite.firstOwner(tenant);

    const response = await post('/auth/invitations/accept', {
      ...{ token, email: newAddress(), password: 'Correct-Horse-9-Battery' },
    });

    expect(response.statusCode).toBe(200);
    expect(deviceOf(response)).toMatch(SECRET);
  });
});

it('keeps the ten devices of a user that were seen last', async () => {
  const person = await register(service());

  for (let count = 0; count < 12; count += 1) await signIn(service(), person);

  expect(await knownDevices(person.userId)).toHaveLength(10);
});
