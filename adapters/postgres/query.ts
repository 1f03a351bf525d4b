import type pg from 'pg';
import { translateError } from './errors.ts';

/** One statement on a connection of the pool, outside any transaction of ours. */
export type Query = <Row extends pg.QueryResultRow>(
  statement: string | pg.QueryConfig,
  values?: readonly unknown[],
) => Promise<pg.QueryResult<Row>>;

/** @returns a query whose failures are those that may leave this adapter */
export function createQuery(pool: Pick<pg.Pool | pg.Client, 'query'>): Query {
  return async <Row extends pg.QueryResultRow>(
    statement: string | pg.QueryConfig,
    values?: readonly unknown[],
  ) => {
    try {
      return await pool.query<Row>(statement, values && [...values]);
    } catch (error) {
      throw translateError(error);
    }
  };
}
