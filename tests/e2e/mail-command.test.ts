import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { apiClient } from '../support/api-client.ts';
import { runCli, runCliShared } from '../support/cli-process.ts';
import { TEST_AUTHORITY } from '../support/redis-tls.ts';
import { startServer, temporaryFolder } from '../support/server-process.ts';
import { PASSWORD } from '../support/service.ts';
import { refusal, startSmtpServer } from '../support/smtp-server.ts';

const UNKNOWN = '01900000-0000-7000-8000-000000000001';

function smtpTo({ host, port }: Readonly<{ host: string; port: number }>): Record<string, string> {
  return {
    SMTP_HOST: host,
    SMTP_PORT: String(port),
    SMTP_FROM: 'no-reply@auth.example',
    SMTP_TLS: 'disable',
  };
}

describe('mail list and mail retry', () => {
  it('tell what has become of each mail, and try one again', async () => {
    let isAway = true;
    const smtp = await startSmtpServer({
      async onRecipient(address) {
        if (address === 'refused@example.test') throw refusal(550, '5.1.1 nobody');
        if (isAway) throw refusal(450, '4.2.1 later');
      },
    });
    const server = await startServer({ env: smtpTo(smtp) });
    const cli = (...args: string[]) =>
      runCliShared([...args, '--json'], { env: { DATA_DIR: server.dataDir }, cwd: server.dataDir });
    const list = async (...args: string[]) => JSON.parse((await cli('mail', 'list', ...args)).stdout).data;
    const listUntil = async (isSo: (mails: Record<string, unknown>[]) => boolean) => {
      for (;;) {
        const mails = await list();
        if (isSo(mails)) return mails;
      }
    };
    for (const email of ['refused@example.test', 'deferred@example.test']) {
      await apiClient(server.url).post('/auth/register', { email, password: PASSWORD });
    }

    const mails = await listUntil((all) => all.filter(({ last_error: error }) => error).length === 2);
    const common = {
      ...{ id: expect.any(String), tenant_id: expect.any(String), template: 'verify_email' },
      ...{ created_at: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/), attempts: expect.any(Number) },
    };
    expect(mails).toEqual([
      {
        ...{ ...common, to: 'deferred@example.test', status: 'waiting' },
        ...{ due_at: expect.any(String), last_error: 'EENVELOPE 450 4.2.1' },
      },
      {
        ...{ ...common, to: 'refused@example.test', status: 'dead' },
        ...{ due_at: null, last_error: 'EENVELOPE 550 5.1.1' },
      },
    ]);
    expect(await list('--status', 'dead')).toEqual([mails[1]]);
    expect(await list('--limit', '1')).toMatchObject([{ to: 'deferred@example.test' }]);

    const refused = await cli('mail', 'retry', String(mails[1]?.['id']));
    expect([refused.code, refused.stdout]).toEqual([7, '']);
    expect(refused.stderr).toMatch(/secret .* erased/);
    const retried = await cli('mail', 'retry', String(mails[0]?.['id']));
    expect([retried.code, JSON.parse(retried.stdout).id]).toEqual([0, mails[0]?.['id']]);
    isAway = false;
    await listUntil((all) => all[0]?.['status'] === 'sent');
    expect(smtp.received.map(({ to }) => to)).toEqual(['deferred@example.test']);
    expect((await cli('mail', 'retry', String(mails[0]?.['id']))).code).toBe(7);

    const people = await runCliShared(['mail', 'list'], {
      env: { DATA_DIR: server.dataDir },
      cwd: server.dataDir,
    });
    expect(people.stdout).toMatch(/^ID +TO +TEMPLATE +STATUS/);
    expect(people.stdout).toContain('refused@example.test');
  });

  it('work without a server, and know no mail that there is not', async () => {
    const cwd = await temporaryFolder();
    const cli = (...args: string[]) => runCliShared(args, { env: { DATA_DIR: cwd }, cwd });

    const empty = await cli('mail', 'list', '--json');
    const unknown = await cli('mail', 'retry', UNKNOWN);

    expect([empty.code, JSON.parse(empty.stdout)]).toEqual([0, { data: [] }]);
    expect([unknown.code, unknown.stdout]).toEqual([6, '']);
  });

  it.each([
    [['mail', 'list', '--status', 'lost']],
    [['mail', 'list', '--limit', '0']],
    [['mail', 'list', '--limit', '1001']],
    [['mail', 'list', '--limit', 'all']],
    [['mail', 'retry']],
    [['mail', 'retry', 'not-an-id']],
    [['mail', 'test']],
    [['mail', 'test', '--to', 'not-an-address']],
    [['mail', 'test', '--to', 'ada@example.test']],
    [['mail']],
  ])('end %j with 2', async (args) => {
    const cwd = await temporaryFolder();

    const { code, stdout } = await runCliShared(args, { env: { DATA_DIR: cwd }, cwd });

    expect([code, stdout]).toEqual([2, '']);
  });
});

describe('mail test', () => {
  const TEST = ['mail', 'test', '--to', 'ada@example.test'];
  const test = async (env: Record<string, string>, ...args: string[]) => {
    const cwd = await temporaryFolder();
    return runCliShared([...TEST, ...args], { env: { DATA_DIR: cwd, ...env }, cwd });
  };

  it('sends a mail and tells what the server said', async () => {
    const smtp = await startSmtpServer();

    const [forScripts, forPeople] = [await test(smtpTo(smtp), '--json'), await test(smtpTo(smtp))];

    expect([forScripts.code, JSON.parse(forScripts.stdout)]).toEqual([
      0,
      { sent: true, reply: expect.stringMatching(/^250 /) },
    ]);
    expect([forPeople.code, forPeople.stdout]).toEqual([0, expect.stringMatching(/took the mail: 250 /)]);
    expect(smtp.received.map(({ to, from }) => [from, to])).toEqual([
      ['no-reply@auth.example', 'ada@example.test'],
      ['no-reply@auth.example', 'ada@example.test'],
    ]);
  });

  it('tells why the server did not take it', async () => {
    const smtp = await startSmtpServer({
      onRecipient: () => Promise.reject(refusal(550, '5.1.1 nobody here')),
    });

    const { code, stdout, stderr } = await test(smtpTo(smtp), '--json');

    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('did not take the mail (EENVELOPE 550 5.1.1): 550 5.1.1 nobody here');
  });

  it('repeats no password, whatever the server says to it', async () => {
    const smtp = await startSmtpServer({ credentials: { user: 'gatehouse', password: 'right' } });
    const credentials = { SMTP_USER: 'gatehouse', SMTP_PASSWORD: 'marker-secret' };

    const { code, stdout, stderr } = await test({ ...smtpTo(smtp), ...credentials });

    expect([code, stderr]).toEqual([1, expect.stringContaining('EAUTH 535 5.7.8')]);
    expect(`${stdout}${stderr}`).not.toContain('marker-secret');
  });

  it('takes an authority of the operator’s own from Node', async () => {
    const smtp = await startSmtpServer({ tls: 'starttls' });
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'ca.pem'), TEST_AUTHORITY);
    const env = { ...smtpTo(smtp), SMTP_TLS: 'starttls', DATA_DIR: folder };
    const authority = { NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') };

    // Node reads that variable once, when a process starts.
    const inOwnProcess = (settings: Record<string, string>) => runCli(TEST, { env: settings, cwd: folder });
    const outcomes = await Promise.all([inOwnProcess(env), inOwnProcess({ ...env, ...authority })]);

    expect(outcomes.map(({ code }) => code)).toEqual([1, 0]);
    expect(outcomes[0]?.stderr).toContain('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  });

  it('needs no database', async () => {
    const smtp = await startSmtpServer();

    const { code } = await test({ ...smtpTo(smtp), DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing' });

    expect(code).toBe(0);
  });
});
