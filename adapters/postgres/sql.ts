import { type SQL, sql } from 'drizzle-orm';

/** The database's own clock: the only one that judges whether something has expired. */
export const now: SQL<Date> = sql`clock_timestamp()`;

/** `seconds` from now, by the database's clock. */
export function inSeconds(seconds: number): SQL<Date> {
  return sql`clock_timestamp() + make_interval(secs => ${seconds}::double precision)`;
}
