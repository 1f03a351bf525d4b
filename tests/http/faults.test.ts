import { beforeAll, describe, expect, it } from 'vitest';
import { expectNoCookie } from './support/cookies.ts';
import { sharedService } from './support/http-service.ts';
import { strictTenant } from './support/mails.ts';
import { goodRequests } from './support/operations.ts';
import { expectProblem } from './support/problems.ts';

// What nobody foresaw: here, a schema that has gone from under the service.
const service = sharedService();

beforeAll(async () => {
  await strictTenant(service(), 'strict');
});

describe('500 internal_error', () => {
  it('is all that any operation says of a fault, which the log tells by the id of the request', async () => {
    const { sql, send, logLines } = service();
    const requests = await goodRequests(service());
    await sql('ALTER SCHEMA gatehouse RENAME TO gone');

    for (const { name, request } of requests) {
      const response = await send({ ...request, headers: { ...request.headers, 'x-request-id': 'fault-1' } });
      expect.soft([name, response.statusCode]).toEqual([name, 500]);
      const body = expectProblem(response, 'internal_error');
      expect(body.detail).toBe('Something went wrong. The request id finds it in the log');
      expectNoCookie(response);
      expect(response.headers).not.toHaveProperty('www-authenticate');
      expect(response.headers).not.toHaveProperty('retry-after');
    }

    const told = logLines().filter((line) => line.includes('fault-1') && line.includes('request failed'));
    expect(told).toHaveLength(requests.length);
    expect(told[0]).toContain('SQLSTATE');
    await sql('ALTER SCHEMA gone RENAME TO gatehouse');
  });

  it('leaves nothing behind: what failed works once the fault is mended', async () => {
    const { sql, send } = service();
    const requests = await goodRequests(service());
    await sql('ALTER SCHEMA gatehouse RENAME TO gone');
    for (const { request } of requests) await send(request);
    await sql('ALTER SCHEMA gone RENAME TO gatehouse');

    for (const { name, request } of requests) {
      expect
        .soft([name, (await send(request)).statusCode])
        .toEqual([name, expect.toBeOneOf([200, 201, 202, 204, 401, 403])]);
    }
  });

  it('is neither what makes a process unready nor what keeps its keys back', async () => {
    const { get } = service();
    expect((await get('/ready')).statusCode).toBe(200);
    expect((await get('/.well-known/jwks.json')).statusCode).toBe(200);
  });
});
