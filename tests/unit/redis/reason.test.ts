import { expect, it } from 'vitest';
import { DeadlinePassed } from '../../../adapters/redis/deadline.ts';
import { reasonOf } from '../../../adapters/redis/reason.ts';

const SECRET = 'hunter2hunter2';

it.each([
  [Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:6379'), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
  [
    Object.assign(new Error(`Host: ${SECRET}.`), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }),
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ],
  [new Error('WRONGPASS invalid username-password pair or user is disabled.'), 'WRONGPASS'],
  [new Error(`NOPERM User ${SECRET} has no permissions to run the 'evalsha' command`), 'NOPERM'],
  [new Error("OOM command not allowed when used memory > 'maxmemory'."), 'OOM'],
  [new Error('Command timed out'), 'TIMEOUT'],
  [new Error("Socket timeout. Expecting data, but didn't receive any in 1000ms."), 'TIMEOUT'],
  [new DeadlinePassed(), 'TIMEOUT'],
  [new Error("Stream isn't writeable and enableOfflineQueue options is false"), 'UNREACHABLE'],
  [new Error(SECRET), 'UNREACHABLE'],
  [Object.assign(new Error('a'), { code: SECRET }), 'UNREACHABLE'],
  [Object.assign(new Error('a'), { code: 7 }), 'UNREACHABLE'],
  [SECRET, 'UNREACHABLE'],
  [undefined, 'UNREACHABLE'],
])('tells %s in one word that holds no secret', (error, reason) => {
  expect(reasonOf(error)).toBe(reason);
});
