import { describe, expect, it, onTestFinished } from 'vitest';
import { OPERATOR } from '../../../core/audit/index.ts';
import { NO_REQUEST } from '../../../core/kernel/request-context.ts';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts';
import { openService } from '../../support/service.ts';
import { proxyDatabase } from '../support/database-proxy.ts';
import { equip, type HttpService } from '../support/http-service.ts';
import { bearer, newSession } from '../support/people.ts';
import { expectProblem } from '../support/problems.ts';

const JWKS = '/.well-known/jwks.json';
const BY = { actor: OPERATOR, context: NO_REQUEST };
const AT_ONCE = { immediately: true };
/** How soon every process knows what another has changed. */
const SOON = { timeout: 1_000, interval: 10 };
const DIRECT = { REQUIRE_EMAIL_VERIFICATION: 'false' };
const OLD = 'old-secret-key-of-more-than-thirty-two-bytes';
const NEW = 'new-secret-key-of-more-than-thirty-two-bytes';

/** A process that follows what the others change. */
async function process(database: TestDatabase, env: Record<string, string> = {}): Promise<HttpService> {
  const { service, close } = equip(await openService({ ...DIRECT, ...env }, database));
  service.app.revocations.start();
  onTestFinished(close);
  return service;
}

const kidsOf = async ({ get }: HttpService): Promise<readonly string[]> =>
  (await get(JWKS)).json().keys.map(({ kid }: { kid: string }) => kid);

function kidIn(token: string): string {
  return JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid;
}

describe('a rotation of the signing key', () => {
  it('is in the JWKS of another process within a second, under another tag', async () => {
    const database = await createTestDatabase();
    const [here, there] = [await process(database), await process(database)];
    const before = (await there.get(JWKS)).headers.etag;

    const { active, next } = await here.app.services.signingKeys.rotate(AT_ONCE, BY);

    const old = { 'if-none-match': String(before) };
    await expect.poll(async () => (await there.get(JWKS, old)).statusCode, SOON).toBe(200);
    await expect.poll(() => kidsOf(here), SOON).toEqual(await kidsOf(there));
    expect(await kidsOf(there)).toEqual(expect.arrayContaining([active, next]));
    expect(await kidsOf(there)).toHaveLength(3);
  });

  it('signs nobody out: tokens of the old key are good, and new ones are of the new key', async () => {
    const database = await createTestDatabase();
    const service = await process(database);
    const person = await newSession(service);

    const { active } = await service.app.services.signingKeys.rotate(AT_ONCE, BY);

    await expect.poll(async () => kidIn((await newSession(service)).accessToken), SOON).toBe(active);
    expect((await service.get('/auth/me', bearer(person))).statusCode).toBe(200);
  });
});

describe('the end of a signing key', () => {
  it('has every process refuse within a second what the key has signed, though it was known to be good', async () => {
    const database = await createTestDatabase();
    const [here, there] = [await process(database), await process(database)];
    const person = await newSession(here);
    const look = async (service: HttpService) => (await service.get('/auth/me', bearer(person))).json().code;
    for (const service of [here, there, there]) await expect.poll(() => look(service), SOON).toBeUndefined();
    const leaked = kidIn(person.accessToken);

    await here.app.services.signingKeys.retire(leaked, BY);

    await expect.poll(() => look(there), SOON).toBe('token_invalid');
    await expect.poll(() => look(here), SOON).toBe('token_invalid');
    expect(await kidsOf(there)).not.toContain(leaked);
    expect(kidIn((await newSession(there)).accessToken)).not.toBe(leaked);
  });
});

describe('the worker', () => {
  it('publishes the next key, lets it sign when it is due, and forgets the old one when that verifies no more', async () => {
    const database = await createTestDatabase();
    const service = await process(database);
    const keep = () => service.app.worker?.runOnce('signing keys');
    const age = (seconds: number) =>
      service.sql(
        `UPDATE gatehouse.signing_keys SET created_at = created_at - make_interval(secs => $1),
           activated_at = activated_at - make_interval(secs => $1), expires_at = expires_at - make_interval(secs => $1)`,
        [seconds],
      );
    const [first = ''] = await kidsOf(service);

    await keep();
    await expect.poll(() => kidsOf(service), SOON).toEqual([expect.any(String), first]);
    const [second = ''] = await kidsOf(service);
    await age(90 * 86_400);
    await keep();
    await expect.poll(() => kidsOf(service), SOON).toEqual([expect.any(String), second, first]);
    await age(15 * 60 + 60);
    await keep();

    await expect.poll(() => kidsOf(service), SOON).toEqual([expect.any(String), second]);
    expect(kidIn((await newSession(service)).accessToken)).toBe(second);
  });

  it('seals keys and mails anew under a new SECRET_KEY, after which nobody needs the old one', async () => {
    const database = await createTestDatabase();
    const old = await process(database, { SECRET_KEY: OLD, REQUIRE_EMAIL_VERIFICATION: 'true' });
    await old.post('/auth/register', { email: 'ada@example.test', password: 'Correct-Horse-9-Battery' });
    const both = await process(database, { SECRET_KEY: `${NEW},${OLD}` });

    await both.app.worker?.runOnce('re-encryption');

    const alone = await process(database, { SECRET_KEY: NEW, REQUIRE_EMAIL_VERIFICATION: 'true' });
    const token = await alone.mailedToken('ada@example.test');
    expect((await alone.post('/auth/email/verify', { token })).statusCode).toBe(200);
    const told = await alone.audit('secrets', 'platform');
    expect(told.map(({ actor_type: actor, data }) => [actor, data])).toEqual([
      ['system', { kind: 'signing_keys', count: 1 }],
      ['system', { kind: 'mails', count: 1 }],
    ]);
  });
});

describe('a process whose SECRET_KEY does not open the active key', () => {
  it('goes on with every session and with JWKS, signs nothing, and says so once', async () => {
    const database = await createTestDatabase();
    const behind = await process(database, { SECRET_KEY: OLD });
    const person = await newSession(behind);
    const ahead = await process(database, { SECRET_KEY: `${NEW},${OLD}` });

    const { active } = await ahead.app.services.signingKeys.rotate(AT_ONCE, BY);
    await expect.poll(() => kidsOf(behind), SOON).toContain(active);
    const theirs = await newSession(ahead);

    const refused = await behind.post('/auth/login', { email: person.email, password: person.password });
    expectProblem(refused, 'unavailable');
    await expect.poll(async () => (await behind.get('/auth/me', bearer(theirs))).statusCode, SOON).toBe(200);
    expect((await behind.get('/auth/me', bearer(person))).statusCode).toBe(200);
    const warnings = behind
      .logLines()
      .filter((line) => line.includes('the active signing key cannot be opened'));
    expect(warnings).toHaveLength(1);
  });

  it('goes on signing with a key that it has opened before it was sealed anew', async () => {
    const database = await createTestDatabase();
    const behind = await process(database, { SECRET_KEY: OLD });
    const [before] = await kidsOf(behind);
    const ahead = await process(database, { SECRET_KEY: `${NEW},${OLD}` });

    await ahead.app.worker?.runOnce('re-encryption');
    await behind.app.services.feed.read();

    const { accessToken } = await newSession(behind);
    expect(kidIn(accessToken)).toBe(before);
    expect((await ahead.get('/auth/me', { authorization: `Bearer ${accessToken}` })).statusCode).toBe(200);
  });
});

// Rule 33.
describe('while the database is away', () => {
  it.each(['refuse', 'hang'] as const)('JWKS goes on from memory, whole and by its tag (%s)', async (how) => {
    const own = await createTestDatabase();
    const proxy = await proxyDatabase(own);
    onTestFinished(proxy.close);
    const { service, close } = equip(await openService(DIRECT, proxy.database), own);
    service.app.revocations.start();
    onTestFinished(close);
    const before = await service.get(JWKS);
    await proxy[how]();
    await expect.poll(async () => (await service.get('/ready')).statusCode, { timeout: 10_000 }).toBe(503);

    const away = await service.get(JWKS);
    const known = await service.get(JWKS, { 'if-none-match': String(before.headers.etag) });

    expect([away.statusCode, away.body, away.headers.etag]).toEqual([200, before.body, before.headers.etag]);
    expect([known.statusCode, known.body]).toEqual([304, '']);
    expect(away.headers['cache-control']).toBe('public, max-age=300');
  });
});
