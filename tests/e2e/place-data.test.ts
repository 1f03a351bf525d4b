import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runCli } from '../support/cli-process.ts';
import { mmdbOf } from '../support/mmdb.ts';
import { cleanEnvironment, freePort, startServer, temporaryFolder } from '../support/server-process.ts';

const RUN = join(fileURLToPath(new URL('../..', import.meta.url)), 'app/run.mjs');

const BROKEN = [
  ['is not there', null, 'cannot be read (ENOENT)'],
  ['is broken', Buffer.from('<html>404 Not Found</html>'), 'is no file in MaxMind format'],
  ['tells of something else', mmdbOf({ '1.0.0.0/24': { isp: 'Acme' } }), 'tells no countries'],
] as const;

describe('GEOIP_DB', () => {
  it.each(BROKEN)('is found out by `config check` where its file %s', async (_what, content, reason) => {
    const { env, folder, path } = await withFile(content);

    const { code, stdout, stderr } = await runCli(['config', 'check'], { env, cwd: folder });

    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`${path} ${reason}`);
    expect(stderr).toContain('GEOIP_DB');
  });

  it('refuses to start, and says why, where its file is broken', async () => {
    const [, , [, content, reason]] = BROKEN;
    const { env, folder, path } = await withFile(content);

    const { code, stderr } = await start(folder, env);

    expect([code, stderr]).toEqual([1, expect.stringContaining(`does not start: ${path} ${reason}`)]);
    expect(stderr).toContain('GEOIP_DB');
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('starts with a file that tells places', async () => {
    const { env } = await withFile(mmdbOf({ '81.2.69.0/24': { country: { iso_code: 'GB' } } }));

    const server = await startServer({ env: { GEOIP_DB: env.GEOIP_DB } });

    expect((await fetch(`${server.url}/health`)).status).toBe(200);
  });
});

async function withFile(content: Buffer | null) {
  const folder = await temporaryFolder();
  const path = join(folder, 'places.mmdb');
  if (content) await writeFile(path, content);
  return { folder, path, env: { DATA_DIR: folder, PORT: String(await freePort()), GEOIP_DB: path } };
}

async function start(cwd: string, env: Record<string, string>) {
  const child = spawn(process.execPath, [RUN, 'server'], {
    cwd,
    env: cleanEnvironment(env),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const [code] = await once(child, 'close');
  return { code, stderr };
}
