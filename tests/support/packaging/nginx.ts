import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { vi } from 'vitest';
import { NGINX } from '../outside-programs.ts';
import { freePort } from '../server-process.ts';
import { type Child, startChild } from './child.ts';
import { readCompose, serviceOf } from './compose-file.ts';
import { inRoot } from './repository.ts';

/** What is run here: another nginx than the one on the PATH where the environment names it. */
const PROGRAM = process.env['NGINX_TEST'] ?? NGINX ?? 'nginx';

/** Fills in the templates, as in the image. */
const FILL_IN = 'envsubst';

/** The programs without which it cannot be started. */
export const NGINX_PROGRAMS = [PROGRAM, FILL_IN] as const;

export type Nginx = Readonly<{
  httpUrl: string;
  httpsUrl: string;
  /** What it wrote to its logs, both of them. */
  output(): Promise<string>;
  stop(): Promise<void>;
}>;

export type NginxOptions = Readonly<{
  /** An empty folder, which other accounts may enter. */
  folder: string;
  /** Where `tls_certificate` and `tls_key` are. */
  secrets: string;
  /** The lines of the upstream. */
  servers: string;
  resolver?: string;
}>;

/** Starts nginx with the configuration that is shipped, as its image would: templates, account and all. */
export async function startNginx({
  folder,
  secrets,
  servers,
  resolver = '127.0.0.1',
}: NginxOptions): Promise<Nginx> {
  const [http, https] = [await freePort(), await freePort()];
  const httpsUrl = `https://localhost:${https}`;
  const service = serviceOf(readCompose('docker-compose.prod.yml'), 'nginx');
  await mkdir(join(folder, 'conf.d'));
  await cp(inRoot('deploy/nginx/problem.conf'), join(folder, 'problem.conf'));
  const main = await readFile(inRoot('deploy/nginx/nginx.conf'), 'utf8');
  await writeFile(join(folder, 'nginx.conf'), main.replaceAll('/tmp/', `${folder}/`));
  await render(join(folder, 'conf.d'), service.environment?.['NGINX_ENVSUBST_FILTER'] ?? '', {
    ...service.environment,
    PUBLIC_URL: httpsUrl,
    EDGE_HTTP: `127.0.0.1:${http}`,
    EDGE_HTTPS: `127.0.0.1:${https}`,
    EDGE_SERVERS: servers,
    EDGE_RESOLVER: resolver,
    EDGE_CERTIFICATE: join(secrets, 'tls_certificate'),
    EDGE_CERTIFICATE_KEY: join(secrets, 'tls_key'),
  });
  const [uid = 0, gid = 0] = (service.user ?? '').split(':').map(Number);
  const account = process.getuid?.() === 0 ? { uid, gid } : {};
  if (account.uid !== undefined) await chown(folder, uid, gid);
  await chmod(folder, 0o711);
  const words = ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', '/dev/stderr', '-g', 'daemon off;'];
  const log = join(folder, 'nginx.log');
  const child = startChild(PROGRAM, words, {
    cwd: folder,
    log,
    env: { PATH: process.env['PATH'] ?? '' },
    ...account,
  });
  await untilItListens(https, child);
  return {
    ...{ httpUrl: `http://localhost:${http}`, httpsUrl },
    output: child.output,
    stop: () => child.end('SIGTERM').then(() => undefined),
  };
}

/** What the entry point of the image does: `envsubst`, with the variables whose names fit the filter and no others. */
async function render(
  into: string,
  filter: string,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  const names = Object.keys(environment).filter((name) => new RegExp(filter).test(name));
  const templates = inRoot('deploy/nginx/templates');
  for (const name of await readdir(templates)) {
    const text = execFileSync(FILL_IN, [names.map((known) => `\${${known}}`).join(' ')], {
      input: await readFile(join(templates, name)),
      env: { PATH: process.env['PATH'] ?? '', ...environment },
    });
    await writeFile(join(into, name.replace(/\.template$/, '')), text);
  }
}

async function untilItListens(port: number, child: Child): Promise<void> {
  const knock = async () => {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
    } catch {
      throw new Error(`nginx does not listen:\n${await child.output()}`);
    } finally {
      socket.destroy();
    }
  };
  await vi.waitFor(knock, { timeout: 10_000, interval: 50 });
}
