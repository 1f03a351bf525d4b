import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { install, patientClient } from '../../support/installation.ts';
import { describeWithPostgresPrograms, startCluster } from '../../support/postgres-cluster.ts';
import { PASSWORD } from '../../support/service.ts';

const ACCOUNT = { email: 'ada@example.test', password: PASSWORD, transport: 'token' };

// docs/runbooks/secret-key-lost.md, as it is typed there.
describeWithPostgresPrograms('an installation whose SECRET_KEY is gone', () => {
  it('starts with a new one once what the old one sealed is given up: passwords stay, and nobody is signed in', async () => {
    const installation = await install(await startCluster());
    const api = patientClient(installation.url);
    const first = await installation.start();
    await first.untilReady();
    await api.post('/auth/register', { email: ACCOUNT.email, password: PASSWORD });
    const held = (await api.post('/auth/login', ACCOUNT)).body;
    const keys = await (await fetch(`${installation.url}/.well-known/jwks.json`)).text();
    await first.stop();
    await writeFile(join(installation.conf, 'secrets/SECRET_KEY'), `${'another-secret-key-'.repeat(3)}\n`);
    expect(await (await installation.start()).ended).toBe(1);

    await installation.type('give-up-keys');
    const second = await installation.start();
    await second.untilReady();

    expect(await (await fetch(`${installation.url}/.well-known/jwks.json`)).text()).not.toBe(keys);
    const me = await api.get('/auth/me', { authorization: `Bearer ${String(held['access_token'])}` });
    expect([me.status, me.body['code']]).toEqual([401, 'token_invalid']);
    expect((await api.post('/auth/refresh', { refresh_token: held['refresh_token'] })).status).toBe(401);
    expect((await api.post('/auth/login', ACCOUNT)).status).toBe(200);
  });
});
