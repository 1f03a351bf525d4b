import { describe, expect, it } from 'vitest';
import { type SettledTenant, tenantWith } from '../settings/tenant-settings.ts';
import { type AuditRow, sharedService } from '../support/http-service.ts';
import { bearer, cookie, newAddress, type Person, register, sessionIn, signIn } from '../support/people.ts';

// Two universities, by addresses that have been theirs since the eighties: the bundled data tells their countries.
const ZURICH = '129.132.19.216';
const TOKYO = '133.11.0.1';
const PRIVATE = '192.168.7.7';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';
const SAFARI =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15';

const service = sharedService({ TRUST_PROXY: '127.0.0.1' });

/** A person whose address is verified, at a tenant of their own. */
async function person(settings: unknown = {}) {
  const tenant = await tenantWith(service(), settings);
  const somebody = await register(service(), {}, tenant.headers);
  await service().post('/auth/email/verify', { token: await service().mailedToken(somebody.email) });
  return { tenant, somebody };
}

const from = (ip: string, userAgent = FIREFOX) => ({ 'x-forwarded-for': ip, 'user-agent': userAgent });

function signInFrom({ headers }: SettledTenant, somebody: Person, ip: string, userAgent = FIREFOX) {
  return signIn(service(), somebody, {}, { ...headers, ...from(ip, userAgent) });
}

async function raised({ slug }: SettledTenant): Promise<readonly AuditRow[]> {
  const events = await service().audit('', slug);
  // Those of one sign-in may be of one millisecond, which says nothing of their order.
  return events
    .filter(({ type }) => ORDER.includes(type))
    .toSorted((left, right) => rankOf(left) - rankOf(right));
}

const ORDER: readonly unknown[] = ['device.added', 'new_country', 'impossible_travel', 'suspicion.raised'];
const rankOf = ({ type, data }: AuditRow) =>
  ORDER.indexOf(ORDER.includes(data['kind']) ? data['kind'] : type);

/** As the development mailbox shows them: what came after the verification. */
async function mailbox({ email }: Pick<Person, 'email'>) {
  await service().app.worker?.runOnce('mail');
  const { body } = await service().get(`/dev/mailbox?to=${email}`, { host: 'localhost:8080' });
  const mails: readonly (Record<string, unknown> & { text: string; html: string })[] = JSON.parse(body).data;
  return mails.filter((mail) => mail['template'] !== 'verify_email');
}

async function isStepUpDue(sessionId: string): Promise<boolean> {
  const rows = await service().sql<{ due: boolean }>(
    'SELECT step_up_at IS NOT NULL AS due FROM gatehouse.sessions WHERE id = $1',
    [sessionId],
  );
  return rows[0]?.due ?? false;
}

describe('a sign-in from the other side of the world a moment later', () => {
  it('is audited with both countries and mailed, once, with what it was', async () => {
    const { tenant, somebody } = await person();
    await signInFrom(tenant, somebody, ZURICH);

    const { sessionId } = await signInFrom(tenant, somebody, TOKYO, SAFARI);

    expect(await raised(tenant)).toEqual([
      expect.objectContaining({
        type: 'device.added',
        severity: 'notice',
        data: { browser: 'Safari', os: 'macOS', response: 'mail' },
      }),
      expect.objectContaining({
        ...{ type: 'suspicion.raised', severity: 'warning', actor_id: somebody.userId, target_id: sessionId },
        data: { kind: 'new_country', country: 'JP', response: 'mail' },
      }),
      expect.objectContaining({
        ...{ type: 'suspicion.raised', target_id: sessionId },
        data: {
          ...{ kind: 'impossible_travel', from_country: 'CH', country: 'JP', response: 'mail' },
          ...{ distance_km: expect.any(Number), minutes: expect.any(Number) },
        },
      }),
    ]);
    const [mail, ...others] = await mailbox(somebody);
    expect(others).toEqual([]);
    expect(mail).toMatchObject({
      template: 'suspicious_activity',
      to: somebody.email,
      links: [],
      token: null,
    });
    expect(mail?.text).toContain('UTC, Safari on macOS, Japan.');
    expect(`${mail?.text}${mail?.html}`).not.toMatch(/Mozilla|133\.11/);
    expect(await isStepUpDue(sessionId)).toBe(false);
  });

  it('has its user prove again who they are where the tenant wants that; one from nowhere raises nothing', async () => {
    const { tenant, somebody } = await person({ alerts: { suspicious: 'step_up' } });
    await signInFrom(tenant, somebody, ZURICH);
    const nowhere = await signInFrom(tenant, somebody, PRIVATE);
    expect([await raised(tenant), await isStepUpDue(nowhere.sessionId)]).toEqual([[], false]);

    const suspicious = await signInFrom(tenant, somebody, TOKYO);

    expect(await isStepUpDue(suspicious.sessionId)).toBe(true);
    expect((await service().get('/auth/me', bearer(suspicious))).statusCode).toBe(200);
    expect(await mailbox(somebody)).toHaveLength(1);
    const before = (await raised(tenant)).length;
    const second = await signInFrom(tenant, somebody, PRIVATE);
    expect([(await raised(tenant)).length, await isStepUpDue(second.sessionId)]).toEqual([before, false]);
  });

  it('is only audited where the tenant has turned alerts off', async () => {
    const { tenant, somebody } = await person({ alerts: { new_device: 'off', suspicious: 'off' } });
    await signInFrom(tenant, somebody, ZURICH);

    const { sessionId } = await signInFrom(tenant, somebody, TOKYO, SAFARI);

    expect((await raised(tenant)).map(({ data }) => data['response'])).toEqual(['off', 'off', 'off']);
    expect([await mailbox(somebody), await isStepUpDue(sessionId)]).toEqual([[], false]);
  });
});

it('raises nothing for the first sign-in of an account, nor for the same client again', async () => {
  const { tenant, somebody } = await person();

  for (let count = 0; count < 3; count += 1) await signInFrom(tenant, somebody, ZURICH);

  expect([await raised(tenant), await mailbox(somebody)]).toEqual([[], []]);
});

it('tells of a right password after many wrong ones', async () => {
  const { tenant, somebody } = await person();
  const guess = { email: somebody.email, password: 'Wrong-Password-1' };
  for (let count = 0; count < 3; count += 1) {
    await service().post('/auth/login', guess, { ...tenant.headers, ...from(TOKYO) });
  }

  await signInFrom(tenant, somebody, TOKYO);

  expect((await raised(tenant)).map(({ data }) => data)).toEqual([
    { kind: 'failures_then_success', failures: 3, response: 'mail' },
  ]);
  const [mail] = await mailbox(somebody);
  expect(mail?.text).toContain('Wrong passwords were tried before the right one.');
});

it('tells of a refresh from another country, and lets it go on', async () => {
  const { tenant, somebody } = await person({ alerts: { suspicious: 'step_up' } });
  const session = await signInFrom(tenant, somebody, ZURICH);

  const response = await service().post('/auth/refresh', {}, { ...cookie(session), ...from(TOKYO) });

  expect(response.statusCode, response.body).toBe(200);
  expect(sessionIn(response).sessionId).toBe(session.sessionId);
  expect((await raised(tenant)).map(({ data }) => data)).toEqual([
    expect.objectContaining({ kind: 'refresh_elsewhere', from_country: 'CH', country: 'JP' }),
  ]);
  expect(await isStepUpDue(session.sessionId)).toBe(true);
  expect(await mailbox(somebody)).toMatchObject([{ template: 'suspicious_activity' }]);
});

it('mails the owner of a session that was ended because its refresh token came back', async () => {
  const { tenant, somebody } = await person();
  const session = await signInFrom(tenant, somebody, ZURICH);
  const refresh = (ip: string) =>
    service().post('/auth/refresh', {}, { ...cookie(session), ...from(ip, SAFARI) });
  await refresh(ZURICH);
  await service().sql(
    `UPDATE gatehouse.sessions SET rotated_at = rotated_at - interval '1 hour' WHERE id = $1`,
    [session.sessionId],
  );

  const response = await refresh(TOKYO);

  expect(response.statusCode).toBe(401);
  const [mail, ...others] = await mailbox(somebody);
  expect([mail?.['template'], others]).toEqual(['session_theft', []]);
  expect(mail?.text).toContain('UTC, Safari on macOS, Japan.');
});

describe('many names from one address', () => {
  it('are told once, in the log of their tenant, and nobody is mailed', async () => {
    const { tenant, somebody } = await person();
    const guess = (email: string) =>
      service().post('/auth/login', { email, password: 'x' }, { ...tenant.headers, ...from(TOKYO) });

    await guess(somebody.email);
    for (let count = 0; count < 12; count += 1) await guess(newAddress());

    const events = await service().audit('credential_stuffing.', tenant.slug);
    expect(events).toEqual([
      expect.objectContaining({ severity: 'critical', target_id: tenant.id, data: { targets: 10 } }),
    ]);
    expect(await mailbox(somebody)).toEqual([]);
  });

  it('are forgotten when they count no more, and not before', async () => {
    const { tenant } = await person();
    const { headers, id } = tenant;
    const guess = () =>
      service().post('/auth/login', { email: newAddress(), password: 'x' }, { ...headers, ...from(TOKYO) });
    await guess();
    await service().sql(
      `UPDATE gatehouse.address_targets SET expires_at = clock_timestamp() - interval '1 second' WHERE tenant_id = $1`,
      [id],
    );
    await guess();

    await service().app.worker?.runOnce('sweep');

    const left = await service().sql('SELECT target FROM gatehouse.address_targets WHERE tenant_id = $1', [
      id,
    ]);
    expect(left).toHaveLength(1);
  });
});
