/** What every occurrence of a code has in common. The texts are whole sentences, with codes between backticks. */
export type ProblemKind = Readonly<{
  status: 400 | 401 | 403 | 404 | 405 | 408 | 409 | 410 | 413 | 415 | 422 | 429 | 431 | 500 | 503;
  /** The same for every occurrence (RFC 9457, section 3.1.4). */
  title: string;
  /** What it means to the caller. */
  meaning: string;
  /** What the caller can do. */
  remedy: string;
  /**
   * Whether the very same request may fare better. `later`: yes, and the
   * answer says in `Retry-After` when. `perhaps`: nobody can tell.
   */
  retry: 'no' | 'later' | 'perhaps';
}>;

/** What a reader is told of `retry`. */
export const RETRY_TEXTS = {
  no: 'The same request is refused again.',
  later: 'The same request may be made again once the seconds in `Retry-After` are over.',
  perhaps:
    'The same request may fare better; wait a second before the next try, and longer each time after that.',
} as const satisfies Record<ProblemKind['retry'], string>;
