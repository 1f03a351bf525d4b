import type { Variable } from '../variable.ts';
import { DATABASE } from './database.ts';
import { SERVICE } from './service.ts';
import { SIGN_IN } from './sign-in.ts';

/** Every variable that this release reads. */
export const VARIABLES = { ...SERVICE, ...DATABASE, ...SIGN_IN };

/** The same, in the order of the reference. */
export const ALL_VARIABLES: readonly Variable<unknown>[] = Object.values(VARIABLES);
