import { describe, expect, it } from 'vitest';
import { email as parsed } from '../../support/parsed.ts';
import { sharedService } from '../support/http-service.ts';
import { newAddress, register, signIn } from '../support/people.ts';
import { expectFields, expectProblem } from '../support/problems.ts';

// api.md, "Fields": a password's length in code points after NFC; 422 where one is set, 401 where one is checked.
const service = sharedService();
const EMOJI = '😀';
const DECOMPOSED = 'e\u0301';
const COMPOSED = '\u00e9';

const setByRegister = (password: string) =>
  service().post('/auth/register', { email: newAddress(), password });
const login = (email: string, password: string) => service().post('/auth/login', { email, password });

async function setByInvitation(password: string) {
  const { invite, resolveTenant } = service().app.services;
  const token = await invite.byOperator(
    await resolveTenant.byName('default'),
    parsed(newAddress()),
    'member',
  );
  return service().post('/auth/invitations/accept', { token, password });
}

const SETTERS = [
  ['register', setByRegister, 201],
  ['invitations/accept', setByInvitation, 200],
] as const;

describe.each(SETTERS)('where a password is set (%s)', (_route, set, success) => {
  it.each([
    ['8 letters', `Aa1${'x'.repeat(5)}`],
    ['8 code points of 13 units', `Aa1${EMOJI.repeat(5)}`],
    ['8 code points once composed', `Aa1${DECOMPOSED.repeat(5)}`],
    ['256 letters', `Aa1${'x'.repeat(253)}`],
    ['256 code points of 509 units', `Aa1${EMOJI.repeat(253)}`],
    ['256 code points once composed', `Aa1${DECOMPOSED.repeat(253)}`],
    ['letters and digits of any script', 'Жж٣абвгд'],
    ['blanks at its ends', ' Aa1 xxx '],
  ])('takes %s', async (_what, password) => {
    expect((await set(password)).statusCode).toBe(success);
  });

  it.each([
    ['password_too_short', 'nothing', ''],
    ['password_too_short', '7 letters', 'Aa1xxxx'],
    ['password_too_short', '7 code points of 11 units', `Aa1${EMOJI.repeat(4)}`],
    ['password_too_short', '7 code points once composed', `Aa1${DECOMPOSED.repeat(4)}`],
    ['password_too_long', '257 letters', `Aa1${'x'.repeat(254)}`],
    ['password_too_long', '257 code points', `Aa1${EMOJI.repeat(254)}`],
    ['password_too_long', 'as much as a body holds', 'Aa1'.repeat(20_000)],
    ['password_too_weak', 'no upper-case letter', 'aa1xxxxx'],
    ['password_too_weak', 'no lower-case letter', 'AA1XXXXX'],
    ['password_too_weak', 'no digit', 'Aaxxxxxx'],
    ['password_too_common', 'a common one in other cases', 'pAssword1'],
  ] as const)('refuses with %s: %s', async (code, _what, password) => {
    expectProblem(await set(password), code);
  });

  it.each([
    'Aa1xxxx\0x',
    'Aa1xxxx\ud800',
  ])('refuses with 400 what nothing can store (%j)', async (password) => {
    expectFields(await set(password), '/password');
  });
});

describe('where a password is checked', () => {
  it.each([
    ['nothing', ''],
    ['257 letters', 'x'.repeat(257)],
    ['257 code points', EMOJI.repeat(257)],
    ['as much as a body holds', 'Aa1'.repeat(20_000)],
  ])('answers 401 to %s, for known and unknown addresses', async (_what, password) => {
    const { email } = await register(service());
    expectProblem(await login(email, password), 'invalid_credentials');
    expectProblem(await login(newAddress(), password), 'invalid_credentials');
  });

  it.each([
    'Aa1xxxx\0x',
    'Aa1xxxx\udc00',
  ])('answers 400 to what nothing can have stored (%j)', async (password) => {
    expectFields(await login(newAddress(), password), '/password');
  });
});

describe('a password', () => {
  it('is the same in both of its Unicode spellings', async () => {
    const [decomposed, composed] = [`Caf${DECOMPOSED}-9-Horses`, `Caf${COMPOSED}-9-Horses`];
    const one = await register(service(), { password: decomposed });
    const other = await register(service(), { password: composed });
    for (const person of [one, other]) {
      await signIn(service(), { ...person, password: composed });
      await signIn(service(), { ...person, password: decomposed });
    }
  });

  it.each([
    ['its compatible look-alike', 'Aa1-ﬁ-xyz', 'Aa1-fi-xyz'],
    ['another case', 'Correct-Horse-9', 'correct-Horse-9'],
    ['a blank less', 'Correct-Horse-9 ', 'Correct-Horse-9'],
    ['a blank more', 'Correct-Horse-9', ' Correct-Horse-9'],
    ['a longer one', 'Correct-Horse-9', 'Correct-Horse-9x'],
  ])('is not %s', async (_what, password, other) => {
    const { email } = await register(service(), { password });
    expectProblem(await login(email, other), 'invalid_credentials');
  });

  it('counts to its last character, and is never cut', async () => {
    const password = `Aa1${EMOJI.repeat(252)}x`;
    const person = await register(service(), { password });
    await signIn(service(), person);
    expectProblem(await login(person.email, `Aa1${EMOJI.repeat(252)}y`), 'invalid_credentials');
  });
});
