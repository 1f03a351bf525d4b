import type { Variable } from '../variable.ts';
import { DATABASE } from './database.ts';
import { MAIL } from './mail.ts';
import { PROTECTION } from './protection.ts';
import { REDIS } from './redis.ts';
import { SERVICE } from './service.ts';
import { SIGN_IN } from './sign-in.ts';
import { USERS } from './users.ts';

/** Every variable that this release reads. */
export const VARIABLES = { ...SERVICE, ...DATABASE, ...REDIS, ...SIGN_IN, ...MAIL, ...PROTECTION, ...USERS };

/** The same, in the order of the reference. */
export const ALL_VARIABLES: readonly Variable<unknown>[] = Object.values(VARIABLES);
