import { createLocalJWKSet, decodeProtectedHeader, type JWTPayload, jwtVerify } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { sharedService } from '../support/http-service.ts';
import { newSession, register, type SignedIn, signIn, UUID_V7 } from '../support/people.ts';

/** What a tenant's own server does: nothing but the issuer, the tenant's id and the published keys. */
const service = sharedService({ PUBLIC_URL: 'http://auth.localhost:8080', ACCESS_TOKEN_EXPIRE_MINUTES: '7' });
let acmeId: string;

beforeAll(async () => {
  acmeId = (await service().app.services.createTenant('acme', 'Acme')).id;
});

async function verify({ accessToken }: Pick<SignedIn, 'accessToken'>, audience: string): Promise<JWTPayload> {
  const jwks = (await service().get('/.well-known/jwks.json')).json();
  const { payload } = await jwtVerify(accessToken, createLocalJWKSet(jwks), {
    issuer: 'http://auth.localhost:8080',
    audience,
    typ: 'at+jwt',
    algorithms: ['ES256'],
  });
  return payload;
}

async function defaultTenantId(): Promise<string> {
  return (await service().get('/auth/config')).json().tenant.id;
}

describe('an access token', () => {
  it('names algorithm, key and type in its header, and the key is one of the JWKS', async () => {
    const { accessToken } = await newSession(service());

    const header = decodeProtectedHeader(accessToken);

    expect(Object.keys(header).sort()).toEqual(['alg', 'kid', 'typ']);
    const { keys } = (await service().get('/.well-known/jwks.json')).json();
    expect(keys).toContainEqual(expect.objectContaining({ kid: header.kid, alg: 'ES256', use: 'sig' }));
    expect(header).toMatchObject({ alg: 'ES256', typ: 'at+jwt' });
  });

  it('says who, where, how and until when, and nothing else', async () => {
    const tenantId = await defaultTenantId();
    const signedIn = await newSession(service());

    const claims = await verify(signedIn, tenantId);

    expect(claims).toEqual({
      iss: 'http://auth.localhost:8080',
      aud: tenantId,
      sub: signedIn.userId,
      uid: signedIn.userId,
      tid: tenantId,
      sid: signedIn.sessionId,
      email: signedIn.email,
      email_verified: false,
      roles: ['member'],
      amr: ['pwd'],
      aal: 1,
      auth_time: expect.any(Number),
      iat: expect.any(Number),
      exp: (claims.iat ?? 0) + 7 * 60,
      jti: expect.stringMatching(UUID_V7),
    });
    expect(signedIn.response.json().expires_in).toBe(7 * 60);
  });

  it('tells its times in whole seconds, the sign-in not after the token', async () => {
    const {
      auth_time: authTime,
      iat,
      exp,
    } = await verify(await newSession(service()), await defaultTenantId());
    for (const time of [authTime, iat, exp]) expect(Number.isInteger(time)).toBe(true);
    expect(Number(authTime)).toBeLessThanOrEqual(Number(iat) + 1);
  });

  it('is another each time', async () => {
    const person = await register(service());
    const tenantId = await defaultTenantId();
    const first = await verify(await signIn(service(), person), tenantId);
    const second = await verify(await signIn(service(), person), tenantId);
    expect(second.jti).not.toBe(first.jti);
  });

  it('is for the tenant of its user alone', async () => {
    const signedIn = await newSession(service(), {}, { 'x-tenant': 'acme' });

    const claims = await verify(signedIn, acmeId);

    expect([claims.aud, claims['tid']]).toEqual([acmeId, acmeId]);
    await expect(verify(signedIn, await defaultTenantId())).rejects.toMatchObject({
      code: 'ERR_JWT_CLAIM_VALIDATION_FAILED',
    });
  });

  it('tells of the address and the roles as they are when it is made', async () => {
    const { sql, post, mailedToken } = service();
    const person = await register(service());
    await post('/auth/email/verify', { token: await mailedToken(person.email) });
    await sql(
      `INSERT INTO gatehouse.user_roles (tenant_id, user_id, role) SELECT tenant_id, id, 'admin' FROM gatehouse.users WHERE id = $1`,
      [person.userId],
    );

    const claims = await verify(await signIn(service(), person), await defaultTenantId());

    expect(claims).toMatchObject({ email_verified: true, roles: ['admin', 'member'] });
  });

  it('keeps the time of the sign-in over refreshes', async () => {
    const { sql, post } = service();
    const signedIn = await newSession(service(), { transport: 'token' });
    await sql(`UPDATE gatehouse.sessions SET auth_time = auth_time - interval '1 hour' WHERE id = $1`, [
      signedIn.sessionId,
    ]);
    const first = await verify(signedIn, await defaultTenantId());

    const refreshed = (await post('/auth/refresh', { refresh_token: signedIn.refreshToken })).json();

    const second = await verify({ accessToken: refreshed.access_token }, await defaultTenantId());
    expect(second['auth_time']).toBe(Number(first['auth_time']) - 3600);
    expect(second.jti).not.toBe(first.jti);
    expect([second['sid'], second['amr'], second['aal']]).toEqual([signedIn.sessionId, ['pwd'], 1]);
  });
});
