/** Where a deed comes from, as far as it is known. For audit and sessions; never trusted for a decision. */
export type RequestContext = Readonly<{
  /** The client's address as text, or `null` when there is none (a command line). */
  ip: string | null;
  /** At most 512 characters. */
  userAgent: string | null;
  requestId: string | null;
}>;

/** The context of a deed that no request asked for. */
export const NO_REQUEST: RequestContext = { ip: null, userAgent: null, requestId: null };
