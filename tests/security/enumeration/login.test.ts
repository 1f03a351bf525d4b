import { beforeAll } from 'vitest';
import { type HttpService, sharedService } from '../../http/support/http-service.ts';
import { openRegistration, strictTenant } from '../../http/support/mails.ts';
import { newAddress } from '../../http/support/people.ts';
import { PASSWORD } from '../../support/service.ts';
import {
  account,
  lockAddress,
  newUsername,
  request,
  STRICT,
  tryAddress,
  usernameOf,
  WRONG,
} from './support/accounts.ts';
import { describeAlike, type Kind, MEASURED } from './support/kinds.ts';

// Rule 11. Who is in one tenant alone tries every kind of account that does not let him in.
const service = sharedService(MEASURED);
const TOO_LONG = `Aa1-${'x'.repeat(300)}`;

beforeAll(async () => {
  await strictTenant(service(), STRICT);
});

const login = (name: string, email: string, password: string): Kind => ({
  name,
  make: () => request('/auth/login', { email, password }),
});

describeAlike('accounts that do not let one in', {
  service,
  status: 401,
  async kinds(at: HttpService) {
    return [
      login('known', await account(at), WRONG),
      login('unknown', newAddress(), WRONG),
      login('suspended, with the right password', await account(at, `status = 'suspended'`), PASSWORD),
      login('deleted, with the right password', await account(at, `status = 'deleted'`), PASSWORD),
      login('without a password', await account(at, 'password_hash = NULL'), PASSWORD),
      login('only an open registration', (await openRegistration(at, STRICT)).email, PASSWORD),
    ];
  },
});

describeAlike('passwords that cannot be right', {
  service,
  status: 401,
  async kinds(at) {
    return [
      login('known', await account(at), WRONG),
      login('known, an empty one', await account(at), ''),
      login('unknown, an empty one', newAddress(), ''),
      login('known, one too long', await account(at), TOO_LONG),
      login('unknown, one too long', newAddress(), TOO_LONG),
    ];
  },
});

describeAlike('usernames', {
  service,
  status: 401,
  async kinds(at) {
    return [
      login('known', await usernameOf(at, await account(at)), WRONG),
      login('unknown', newUsername(), WRONG),
    ];
  },
});

// That two names belong together is told by nothing either: not by the lock that the other one has.
describeAlike('usernames of accounts whose address was tried', {
  service,
  status: 401,
  async kinds(at) {
    const [tried, locked, right] = [await account(at), await account(at), await account(at)];
    await tryAddress(at, tried);
    await lockAddress(at, locked);
    await lockAddress(at, right);
    return [
      login('not locked', await usernameOf(at, tried), WRONG),
      login('locked, with a wrong password', await usernameOf(at, locked), WRONG),
      login('locked, with the right password', await usernameOf(at, right), PASSWORD),
    ];
  },
});
