import { Unavailable } from '../../../core/kernel/errors.ts';
import { AccountLocked, RateLimited } from '../../../core/protection/index.ts';
import { EmailNotVerified, InvalidCredentials } from '../../../core/sign-in/index.ts';

/** `refused`: for a wrong secret, or for the state of the account. */
export type SignInOutcome = 'complete' | 'refused' | 'locked' | 'rate_limited' | 'unavailable';

/** Told of every sign-in that was tried, for the metrics. */
export type CountSignIn = (method: 'password' | 'invitation', outcome: SignInOutcome) => void;

const OUTCOMES = [
  [InvalidCredentials, 'refused'],
  [EmailNotVerified, 'refused'],
  [AccountLocked, 'locked'],
  [RateLimited, 'rate_limited'],
  [Unavailable, 'unavailable'],
] as const;

/** Counts how a sign-in ends, and passes that on. What is no answer to who somebody is counts as nothing. */
export async function counted<T>(
  count: CountSignIn,
  method: Parameters<CountSignIn>[0],
  signIn: Promise<T>,
): Promise<T> {
  try {
    const result = await signIn;
    count(method, 'complete');
    return result;
  } catch (error) {
    const [, outcome] = OUTCOMES.find(([kind]) => error instanceof kind) ?? [];
    if (outcome) count(method, outcome);
    throw error;
  }
}
