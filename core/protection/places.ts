/** Where a network address is, as far as a table of networks can tell. A hint: nobody's whereabouts. */
export type Place = Readonly<{
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** In English. `null` where only the country is known. */
  city: string | null;
  /** Degrees, north positive. `null`, as is the longitude, where only the country is known. */
  latitude: number | null;
  /** Degrees, east positive. */
  longitude: number | null;
}>;

/** Knows which country, and perhaps which city, a network address belongs to. */
export interface PlaceFinder {
  /**
   * Where a network address is, or `null`: unknown, private, malformed.
   *
   * Answers from memory in microseconds and never throws. An IPv4 address may
   * also be written as IPv6 has it, `::ffff:192.0.2.1`.
   */
  find(ip: string): Place | null;
}
