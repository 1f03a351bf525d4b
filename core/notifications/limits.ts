/**
 * How many of the mails that a stranger can bring about one recipient of a
 * tenant is sent within an hour; and, counted apart, how many of those that tell
 * of sign-ins, and of those that tell of theft. What is beyond that is
 * suppressed: nobody floods a mailbox through our routes, and no flood of the
 * one suppresses the other.
 */
export const CAPPED_MAILS_PER_HOUR = 20;

/** How long a claim lasts. Longer than any attempt to send may take, so that nobody overtakes it. */
export const CLAIM_SECONDS = 60;

/** How long after its claim an attempt may begin: what is left of the claim is then enough to end it. */
export const BEGIN_WITHIN_SECONDS = 30;

const SPAN_SECONDS = 5;
/** The longest wait between two attempts at one mail. */
export const MAIL_RETRY_SECONDS_MAX = 2 * 60 * 60; // 2 hours
/** A mail is tried so often at least before it is given up. */
export const MAIL_ATTEMPTS_MIN = 15;
/** A mail is tried for so long at least before it is given up. */
export const MAIL_PATIENCE_SECONDS = 24 * 60 * 60; // a day

/**
 * How long to wait after the attempt of this number, counted from 1: between a
 * second and a span that doubles from 5 seconds up to 2 hours. It is drawn from
 * the whole span, so that mails that failed together do not return together.
 *
 * @param random from 0 up to 1
 */
export function retryDelaySeconds(attempts: number, random: number): number {
  const span = Math.min(SPAN_SECONDS * 2 ** (attempts - 1), MAIL_RETRY_SECONDS_MAX);
  return 1 + random * (span - 1);
}

/**
 * Whether a mail is given up after so many attempts: only once it was tried both
 * often and for a day. Fresh mails to the same recipient bring an older one
 * forward, and what waited for a worker that was off has hardly been tried.
 */
export function isGivenUp(attempts: number, ageSeconds: number): boolean {
  return attempts >= MAIL_ATTEMPTS_MIN && ageSeconds >= MAIL_PATIENCE_SECONDS;
}
