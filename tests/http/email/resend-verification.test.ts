import { beforeAll, describe, expect, it } from 'vitest';
import { itSawEveryAnswerOf } from '../support/all-answers.ts';
import { sharedService } from '../support/http-service.ts';
import { expireLinks, mailsTo, openRegistration, strictTenant } from '../support/mails.ts';
import { newAddress, register } from '../support/people.ts';
import { expectFields, expectProblem, toldTo } from '../support/problems.ts';

const service = sharedService();
const atStrict = { 'x-tenant': 'strict' };

beforeAll(async () => {
  const { app, sql } = service();
  await strictTenant(service(), 'strict');
  const { id } = await app.services.createTenant('sleeping', 'Sleeping');
  await sql(`UPDATE gatehouse.tenants SET status = 'suspended' WHERE id = $1`, [id]);
});

const resend = (email: string, headers: Record<string, string> = atStrict) =>
  service().post('/auth/email/resend-verification', { email }, headers);
const verify = async (token: string | null | undefined) =>
  (await service().post('/auth/email/verify', { token })).statusCode;

describe('202', () => {
  it('says one thing, byte for byte, of every address', async () => {
    const waiting = (await openRegistration(service(), 'strict')).email;
    const known = await openRegistration(service(), 'strict');
    await verify(known.token);

    const answers = [];
    for (const email of [newAddress(), waiting, known.email, waiting])
      answers.push(toldTo(await resend(email)));

    expect(answers[0]).toMatchObject({ status: 202 });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  it('mails the newest open registration a further link, and both work until one is used', async () => {
    const { email, token } = await openRegistration(service(), 'strict');

    await resend(` ${email.toUpperCase()} `);

    const mails = await mailsTo(service(), email);
    expect(mails.map(({ template }) => template)).toEqual(['verify_email', 'verify_email']);
    expect(mails[0]?.token).not.toBe(token);
    expect(await verify(token)).toBe(200);
    expect(await verify(mails[0]?.token)).toBe(410);
  });

  it('lets the new link be used as well as the old one', async () => {
    const { email } = await openRegistration(service(), 'strict');
    await resend(email);
    const [newest] = await mailsTo(service(), email);
    expect(await verify(newest?.token)).toBe(200);
  });

  it('goes to the newest of several registrations', async () => {
    const older = await openRegistration(service(), 'strict');
    const newer = await openRegistration(service(), 'strict', {
      email: older.email,
      password: 'Newer-Horse-7-Stable',
    });

    await resend(older.email);

    const [newest] = await mailsTo(service(), older.email);
    const body = { token: newest?.token, password: newer.password };
    expect((await service().post('/auth/email/verify', body)).statusCode).toBe(200);
  });

  it('mails an account that is not verified', async () => {
    const { email } = await register(service());
    const first = await service().mailedToken(email);

    await resend(email, {});

    const second = await service().mailedToken(email);
    expect(second).not.toBe(first);
    expect(await verify(second)).toBe(200);
    expect(await verify(first)).toBe(410);
  });

  it('mails nobody who is unknown, verified, suspended or deleted, and no registration that expired', async () => {
    const verified = await openRegistration(service(), 'strict');
    await verify(verified.token);
    const gone = await openRegistration(service(), 'strict');
    await expireLinks(service(), gone.email);
    const addresses = [newAddress(), verified.email, gone.email];
    for (const status of ['suspended', 'deleted']) {
      const { email, userId } = await register(service());
      await service().sql('UPDATE gatehouse.users SET status = $2 WHERE id = $1', [userId, status]);
      addresses.push(email);
    }
    const count = async (email: string) => (await mailsTo(service(), email)).length;

    for (const email of addresses) {
      const before = await count(email);
      await resend(email, email === addresses[3] || email === addresses[4] ? {} : atStrict);
      expect(await count(email)).toBe(before);
    }
  });

  it('knows no registration of another tenant', async () => {
    const { email } = await openRegistration(service(), 'strict');
    await resend(email, {});
    expect(await mailsTo(service(), email)).toHaveLength(1);
  });

  it('is told in the audit log either way, the address apart from the event', async () => {
    const response = await resend(newAddress());
    expect(await service().audit('email.verification_requested', 'strict')).toContainEqual(
      expect.objectContaining({ outcome: 'failure', request_id: response.headers['x-request-id'], data: {} }),
    );
  });
});

describe('400, 413 and 415', () => {
  it('refuses what is missing, unknown, mistyped or no address', async () => {
    const { post } = service();
    const url = '/auth/email/resend-verification';
    expectFields(await post(url, {}), '/email');
    expectFields(await post(url, { email: 1 }), '/email');
    expectFields(await post(url, { email: 'ada' }), '/email');
    expectFields(await post(url, { email: newAddress(), token: 'x' }), '/token');
  });

  it('refuses a body that is none', async () => {
    const raw = (payload: string, type = 'application/json') =>
      service().send({
        method: 'POST',
        url: '/auth/email/resend-verification',
        headers: { 'content-type': type },
        payload,
      });
    expectProblem(await raw('email'), 'json_invalid');
    expectProblem(await raw(JSON.stringify({ email: 'x'.repeat(65_536) })), 'body_too_large');
    expectProblem(await raw('a', 'text/plain'), 'media_type_unsupported');
  });
});

describe('403 and 404', () => {
  it('refuses at a suspended tenant and at none', async () => {
    expectProblem(await resend(newAddress(), { 'x-tenant': 'sleeping' }), 'tenant_suspended');
    expectProblem(await resend(newAddress(), { 'x-tenant': 'nobody' }), 'tenant_not_found');
  });
});

itSawEveryAnswerOf(service, 'POST', '/auth/email/resend-verification');
