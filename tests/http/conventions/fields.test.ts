import { beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD } from '../../support/service.ts';
import { sharedService } from '../support/http-service.ts';
import { bearer, newAddress, newSession, register, signIn } from '../support/people.ts';
import { expectFields } from '../support/problems.ts';

// api.md, section 1, "Fields": each rule on both sides of its boundary. Passwords: passwords.test.ts.
const service = sharedService();

const signUp = (fields: Record<string, unknown>) =>
  service().post('/auth/register', { email: newAddress(), password: PASSWORD, ...fields });
const stored = async (fields: Record<string, unknown>) => {
  const response = await signUp(fields);
  expect(response.statusCode, response.body).toBe(201);
  return response.json().user;
};

/** An address of exactly `length` characters, its domain as long as a domain may be made of three labels. */
function addressOf(length: number): string {
  const domain = ['d'.repeat(63), 'e'.repeat(63), 'f'.repeat(length - 64 - 1 - 128)].join('.');
  return `${newAddress().slice(0, 8).padEnd(64, 'x')}@${domain}`;
}

/** What is not one character to JavaScript, but is to a person. */
const ASTRAL = '𝒳';

describe('email', () => {
  it('takes 254 characters and not one more', async () => {
    const longest = addressOf(254);
    expect((await stored({ email: longest })).email).toBe(longest);
    expectFields(await signUp({ email: addressOf(255) }), '/email');
  });

  it('counts the address, not the blanks around it', async () => {
    const longest = addressOf(254);
    expect((await stored({ email: ` ${longest}\t` })).email).toBe(longest);
  });

  it.each([
    ['o’neil+tag@example.test', 'o’neil+tag@example.test'],
    ['ADA.Lovelace@EXAMPLE.Test', 'ada.lovelace@example.test'],
    ['münchen@bücher.example', 'münchen@bücher.example'],
    ['ada@ｅｘａｍｐｌｅ.test', 'ada@example.test'],
    ['ada@localhost', 'ada@localhost'],
    ["!#$%&'*+-/=?^_`{|}~@example.test", "!#$%&'*+-/=?^_`{|}~@example.test"],
  ])('takes %s and stores %s', async (given, kept) => {
    const { resolveTenant, createTenant } = service().app.services;
    const slug = `e${newAddress().slice(0, 8)}`;
    await createTenant(slug, slug);
    await resolveTenant.byName(slug);
    const response = await service().post(
      '/auth/register',
      { email: given, password: PASSWORD },
      { 'x-tenant': slug },
    );
    expect(response.json().user.email).toBe(kept);
  });

  it.each([
    '',
    ' ',
    'ada',
    '@example.test',
    'ada@',
    'ada@@example.test',
    'a@b@example.test',
    'ada@example.test,eve@example.test',
    'ada@example.test;eve@example.test',
    'ada@example.test eve@example.test',
    'Ada <ada@example.test>',
    '"ada"@example.test',
    'ada(comment)@example.test',
    'ada\n@example.test',
    'ada@example.test\r\nBcc: eve@example.test',
    'ada@exam\u0000ple.test',
    'ada@-example.test',
    'ada@example-.test',
    'ada@example..test',
    'ada@.example.test',
    'ada@example.test.',
    'ada@exa_mple.test',
    'ada@[127.0.0.1]',
    '.ada@example.test',
    'ada.@example.test',
    'a..da@example.test',
    'ada\u202e@example.test',
    'mailto:ada@example.test',
    `${'x'.repeat(65)}@example.test`,
    `ada@${'x'.repeat(64)}.test`,
  ])('refuses %j wherever an address is taken', async (email) => {
    const { post } = service();
    expectFields(await signUp({ email }), '/email');
    expectFields(await post('/auth/email/resend-verification', { email }), '/email');
    expectFields(await post('/auth/invitations/accept', { token: 'x', password: PASSWORD, email }), '/email');
  });

  it('is one account in each of its spellings', async () => {
    const address = newAddress();
    await stored({ email: address });
    for (const spelling of [
      address.toUpperCase(),
      ` ${address}`,
      address.replace('example', 'ＥＸＡＭＰＬＥ'),
    ]) {
      const again = await signUp({ email: spelling });
      expect([again.statusCode, again.json().code]).toEqual([409, 'email_already_registered']);
    }
  });
});

describe('username', () => {
  it.each([
    ['three', 'abc', 'abc'],
    ['thirty-two', `a${'b'.repeat(31)}`, `a${'b'.repeat(31)}`],
    ['every sign', 'a0._-', 'a0._-'],
    ['capitals', 'ADA.Lovelace', 'ada.lovelace'],
    ['full width', 'Ｇｒａｃｅ', 'grace'],
    ['a ligature', 'ﬁnch', 'finch'],
    ['a sign of its own for K', 'Kelvin', 'kelvin'],
  ])('takes %s and stores it NFKC and lower-cased', async (_what, username, kept) => {
    expect((await stored({ username })).username).toBe(kept);
  });

  it.each([
    '',
    'ab',
    `a${'b'.repeat(32)}`,
    '1abc',
    '.abc',
    '-abc',
    '_abc',
    'a b',
    ' abc',
    'abc ',
    'a@b',
    'ada@example.test',
    'äda',
    'ada!',
    'a/b/c',
    'ада',
    'a\nbc',
    'İda',
    'x'.repeat(5000),
  ])('refuses %j', async (username) => {
    expectFields(await signUp({ username }), '/username');
  });

  it('is one name in each of its spellings, for signing up and in', async () => {
    const person = await register(service(), { username: 'one.name' });
    for (const spelling of ['One.Name', 'ｏｎｅ.name']) {
      expect((await signUp({ username: spelling })).json().code).toBe('username_taken');
      const { response } = await signIn(service(), { ...person, email: spelling });
      expect(response.json().user.id).toBe(person.userId);
    }
  });

  it('is asked for at sign-in only where no @ is typed', async () => {
    expectFields(await service().post('/auth/login', { email: 'ada@', password: PASSWORD }), '/email');
    expectFields(
      await service().post('/auth/login', { email: 'x'.repeat(255), password: PASSWORD }),
      '/email',
    );
  });
});

describe('name', () => {
  it.each([
    ['200 letters', 'x'.repeat(200)],
    ['200 characters beyond the first plane', ASTRAL.repeat(200)],
    ['nothing', ''],
    ['markup, which is not ours to judge', '<b>Ada</b> & "Co"'],
    ['lines', 'Ada\nLovelace'],
  ])('takes %s as it is', async (_what, name) => {
    expect((await stored({ name })).name).toBe(name);
  });

  it.each([
    ['x'.repeat(201)],
    [ASTRAL.repeat(201)],
  ])('refuses 201 characters wherever a name is taken', async (name) => {
    expectFields(await signUp({ name }), '/name');
    const body = { token: 'x', password: PASSWORD, name };
    expectFields(await service().post('/auth/invitations/accept', body), '/name');
  });
});

describe('device_name', () => {
  it.each([
    ['x'.repeat(100)],
    [ASTRAL.repeat(100)],
  ])('takes 100 characters as they are', async (deviceName) => {
    const signedIn = await newSession(service(), { device_name: deviceName });
    const { session } = (await service().get('/auth/me', bearer(signedIn))).json();
    expect(session.device).toBe(deviceName);
  });

  it.each([
    ['x'.repeat(101)],
    [ASTRAL.repeat(101)],
  ])('refuses 101 wherever one is taken', async (deviceName) => {
    const { post } = service();
    const login = { email: newAddress(), password: PASSWORD, device_name: deviceName };
    expectFields(await post('/auth/login', login), '/device_name');
    const accept = { token: 'x', password: PASSWORD, device_name: deviceName };
    expectFields(await post('/auth/invitations/accept', accept), '/device_name');
  });
});

describe('locale', () => {
  it.each([
    ['en', 'en'],
    ['de-at', 'de-AT'],
    ['ZH-hant-tw', 'zh-Hant-TW'],
    ['sr-Latn-RS', 'sr-Latn-RS'],
    ['es-419', 'es-419'],
    ['en-US-u-hc-h23', 'en-US-u-hc-h23'],
  ])('takes %s and stores %s', async (given, kept) => {
    expect((await stored({ locale: given })).locale).toBe(kept);
  });

  it.each([
    '',
    'e',
    'en_US',
    'english-',
    'en--US',
    '123',
    'en-US-',
    'de AT',
    '*',
    'en;q=0.5',
    'x'.repeat(36),
  ])('refuses %j', async (locale) => {
    expectFields(await signUp({ locale }), '/locale');
  });
});

describe('several wrong fields', () => {
  let pointers: readonly string[];
  beforeAll(async () => {
    const response = await signUp({ email: 1, name: 'x'.repeat(201), username: 2, nonsense: true });
    pointers = response.json().errors.map(({ pointer }: { pointer: string }) => pointer);
  });

  it('are all told at once', () => {
    expect([...pointers].sort()).toEqual(['/email', '/name', '/nonsense', '/username']);
  });
});
