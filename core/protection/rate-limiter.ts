/** One count: at most `limit` requests within `windowSeconds` of the first. */
export type RateBucket = Readonly<{
  /** What is counted. Never a secret or an address in the clear. */
  key: string;
  limit: number;
  windowSeconds: number;
}>;

/** Where a request stands with the tightest of its buckets: the refusing one, else the one with the least left. */
export type RateDecision = Readonly<{
  isAllowed: boolean;
  limit: number;
  remaining: number;
  /** Whole seconds, at least 1, until that bucket is empty again. */
  resetSeconds: number;
}>;

/** Counts requests over all processes that share it. */
export interface RateLimiter {
  /**
   * Counts one request in every bucket, or in none of them where one is full.
   *
   * Atomic: of any number of concurrent calls exactly `limit` pass within a
   * window. A window begins with its first request and ends by itself; a
   * bucket that nobody knows is an empty one.
   *
   * Never throws and answers within 200 ms: an adapter whose backend is away
   * decides by itself, more strictly.
   *
   * @param group buckets of one call belong to it; buckets of two groups are never counted together
   * @param buckets at least one, and no two with one key
   */
  hit(group: string, buckets: readonly RateBucket[]): Promise<RateDecision>;
}
