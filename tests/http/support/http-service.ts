import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { beforeAll, onTestFinished } from 'vitest';
import { openPool } from '../../../adapters/postgres/pools.ts';
import type { TestDatabase } from '../../support/postgres.ts';
import { type OpenService, openService, type TestService } from '../../support/service.ts';
import { createAnswerBook } from './answer-book.ts';
import { refuseUntoldData } from './audit-data.ts';
import { refuseUnknownCookies } from './cookie-table.ts';

/** One row of a tenant's audit log. */
export type AuditRow = Readonly<{
  type: string;
  severity: string;
  outcome: string;
  actor_type: string;
  actor_id: string | null;
  target_id: string | null;
  request_id: string | null;
  data: Record<string, unknown>;
}>;

export type HttpService = TestService &
  Readonly<{
    /** Any request. Fails where the OpenAPI document does not declare the answer, or api.md a cookie of it. */
    send(request: InjectOptions): Promise<LightMyRequestResponse>;
    /** Whatever each operation answered so far, as `status code` or `status`. */
    answers(method: string, path: string): ReadonlySet<string>;
    /** Asks the database as its superuser, whom row-level security does not bind. */
    sql<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
    /** A tenant's audit events whose type begins with `prefix`, the oldest first. Fails where the catalogue tells nothing of their data. */
    audit(prefix: string, slug?: string): Promise<readonly AuditRow[]>;
  }>;

/** One service for all tests of a file. */
export function sharedService(env: Record<string, string> = {}): () => HttpService {
  let shared: HttpService | null = null;
  beforeAll(async () => {
    const { service, close } = equip(await openService(env));
    shared = service;
    return close;
  });
  return () => {
    if (!shared) throw new Error('The shared service is there from the first test on');
    return shared;
  };
}

/** A service of one test's own, closed when it is over. */
export async function ownService(env: Record<string, string> = {}): Promise<HttpService> {
  const { service, close } = equip(await openService(env));
  onTestFinished(close);
  return service;
}

/**
 * Puts what the tests over HTTP need around a service.
 *
 * @param database where `sql` asks, if the service's own way there may be closed
 */
export function equip(
  opened: OpenService,
  database: TestDatabase = opened.database,
): { service: HttpService; close(): Promise<void> } {
  const book = createAnswerBook(opened.http);
  const admin = openPool({
    address: database.address(null),
    sizeMax: 2,
    onIdleError: () => undefined,
  });
  const sql: HttpService['sql'] = async (text, values = []) => (await admin.query(text, [...values])).rows;
  const send = sender(opened.http, book.write);

  const service: HttpService = {
    ...opened,
    send,
    sql,
    answers: book.read,
    post: (url, body = {}, headers = {}) =>
      send({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/json', ...headers },
        payload: JSON.stringify(body),
      }),
    get: (url, headers = {}) => send({ method: 'GET', url, headers }),
    async audit(prefix, slug = 'default') {
      const events = await sql<AuditRow>(
        `SELECT e.type, e.severity, e.outcome, e.actor_type, e.actor_id, e.target_id, e.request_id, e.data
         FROM gatehouse.audit_events e JOIN gatehouse.tenants t ON t.id = e.tenant_id
         WHERE t.slug = $1 AND starts_with(e.type, $2) ORDER BY e.created_at, e.id`,
        [slug, prefix],
      );
      for (const event of events) refuseUntoldData(event);
      return events;
    },
  };
  return {
    service,
    async close() {
      await admin.end();
      await opened.close();
    },
  };
}

type Write = ReturnType<typeof createAnswerBook>['write'];

function sender(http: FastifyInstance, write: Write): HttpService['send'] {
  return async (request) => {
    const response = await http.inject(request);
    write(request, response);
    refuseUnknownCookies(response);
    return response;
  };
}
