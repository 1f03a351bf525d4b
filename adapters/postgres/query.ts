import type pg from 'pg';
import { lend } from './loan.ts';

/** One statement on a connection of the pool, outside any transaction of ours. */
export type Query = <Row extends pg.QueryResultRow>(
  statement: string | pg.QueryConfig,
  values?: readonly unknown[],
) => Promise<pg.QueryResult<Row>>;

/** @returns a query whose failures are those that may leave this adapter, and which ends within the pool's patience */
export function createQuery(pool: pg.Pool): Query {
  return <Row extends pg.QueryResultRow>(statement: string | pg.QueryConfig, values?: readonly unknown[]) =>
    lend<pg.QueryResult<Row>>(pool, (asked) => asked.query(statement, values && [...values]));
}
