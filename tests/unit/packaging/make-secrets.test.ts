import { spawnSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../../../config/index.ts';
import { readCompose } from '../../support/packaging/compose-file.ts';
import { describeWithPrograms } from '../../support/packaging/programs.ts';
import { inRoot } from '../../support/packaging/repository.ts';
import { everySetting } from '../../support/packaging/settings.ts';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-secrets-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function makeSecrets(words: readonly string[], change: Readonly<Record<string, string>> = {}) {
  const env = { PATH: process.env['PATH'] ?? '', ...change };
  return spawnSync('/bin/sh', [inRoot('deploy/make-secrets.sh'), ...words], { encoding: 'utf8', env });
}

/** What is in each file of a folder, by its name. */
function contentsOf(folder: string): ReadonlyMap<string, string> {
  const names = readdirSync(folder).sort();
  return new Map(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

const modeOf = (path: string) => statSync(path).mode & 0o777;

describeWithPrograms('deploy/make-secrets.sh', 'openssl')('deploy/make-secrets.sh', () => {
  it('makes every secret of the compose file, in a folder that is closed to others', () => {
    const folder = join(temporaryFolder(), 'secrets');
    const { status, stderr } = makeSecrets(['auth.example.com', folder]);

    expect([status, stderr]).toEqual([0, '']);
    const wanted = Object.keys(readCompose('docker-compose.prod.yml').secrets ?? {});
    expect(readdirSync(folder).sort()).toEqual([...wanted, '.gitignore', 'ca_key'].sort());
    expect([modeOf(folder), modeOf(join(folder, 'ca_key'))]).toEqual([0o700, 0o600]);
    // Each container runs as another account, which reads the one file that is mounted.
    for (const name of wanted) expect([name, modeOf(join(folder, name))]).toEqual([name, 0o644]);
    expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toBe('*\n');
  });

  it('makes secrets that production takes, and never the same twice', () => {
    const [folder, other] = [join(temporaryFolder(), 'one'), join(temporaryFolder(), 'two')];
    for (const path of [folder, other]) expect(makeSecrets(['auth.example.com', path]).status).toBe(0);
    const read = (name: string, from = folder) => readFileSync(join(from, name), 'utf8');

    const config = readConfig({
      ...everySetting(),
      ...{ DATABASE_URL: read('database_app_url'), DATABASE_SYSTEM_URL: read('database_system_url') },
      ...{ DATABASE_OWNER_URL: read('database_owner_url'), REDIS_URL: read('redis_url') },
      ...{ SECRET_KEY: read('secret_key'), METRICS_PASS: read('metrics_pass') },
      ...{ DATABASE_CA: join(folder, 'ca'), REDIS_CA: join(folder, 'ca') },
    });

    expect(config.database.url).toContain(`:${read('postgres_app_password')}@postgres:5432/`);
    expect(config.redis?.url).toContain(`:${read('redis_auth').replace('requirepass ', '')}@`);
    const random = readdirSync(folder).filter((name) => !/smtp|gitignore/.test(name));
    expect(random.filter((name) => read(name) === read(name, other))).toEqual([]);
    expect(new Set(random.map((name) => read(name))).size).toBe(random.length);
  });

  it('makes certificates that the authority signed, each for its host', () => {
    const folder = join(temporaryFolder(), 'secrets');
    expect(makeSecrets(['auth.example.com', folder]).status).toBe(0);
    const certificate = (name: string) => new X509Certificate(readFileSync(join(folder, name)));
    const authority = certificate('ca');

    expect(authority.ca).toBe(true);
    const hosts = { tls: 'auth.example.com', postgres: 'postgres', redis: 'redis' };
    for (const [name, host] of Object.entries(hosts)) {
      const made = certificate(`${name}_certificate`);
      expect(made.verify(authority.publicKey)).toBe(true);
      expect(made.checkHost(host)).toBe(host);
      expect(made.ca).toBe(false);
    }
    expect(certificate('tls_certificate').checkHost('postgres')).toBeUndefined();
  });

  it('overwrites nothing, and leaves nothing behind where it fails', () => {
    const parent = temporaryFolder();
    const folder = join(parent, 'secrets');
    mkdirSync(folder);
    writeFileSync(join(folder, 'secret_key'), 'in use');

    const again = makeSecrets(['auth.example.com', folder]);
    // A program that fails in the middle: every certificate is asked for by `req`.
    const bin = join(parent, 'bin');
    mkdirSync(bin);
    const failing = '#!/bin/sh\nif [ "$1" = req ]; then echo broken >&2; exit 1; fi\nexec "$OPENSSL" "$@"\n';
    writeFileSync(join(bin, 'openssl'), failing, { mode: 0o755 });
    const [, real = ''] =
      /^(.*)\n$/.exec(spawnSync('sh', ['-c', 'command -v openssl'], { encoding: 'utf8' }).stdout) ?? [];
    const failed = makeSecrets(['auth.example.com', join(parent, 'other')], {
      PATH: `${bin}:${process.env['PATH']}`,
      OPENSSL: real,
    });

    expect([again.status, again.stderr]).toEqual([1, expect.stringContaining('nothing was changed')]);
    expect(readFileSync(join(folder, 'secret_key'), 'utf8')).toBe('in use');
    expect([failed.status, failed.stderr]).toEqual([1, 'broken\n']);
    expect(readdirSync(parent).sort()).toEqual(['bin', 'secrets']);
  });

  it('renews the certificates by the same authority, and nothing else', () => {
    const parent = temporaryFolder();
    const folder = join(parent, 'secrets');
    expect(makeSecrets(['auth.example.com', folder]).status).toBe(0);
    const before = contentsOf(folder);
    const { status, stderr } = makeSecrets(['--renew', 'auth.example.com', folder]);
    const after = contentsOf(folder);

    expect([status, stderr]).toEqual([0, '']);
    const renewed = ['postgres', 'redis', 'tls'].flatMap((name) => [`${name}_certificate`, `${name}_key`]);
    expect([...after.keys()]).toEqual([...before.keys()]);
    expect([...after.keys()].filter((name) => after.get(name) !== before.get(name))).toEqual(renewed);
    const authority = new X509Certificate(after.get('ca') ?? '');
    for (const name of ['postgres', 'redis', 'tls']) {
      const made = new X509Certificate(after.get(`${name}_certificate`) ?? '');
      expect(made.verify(authority.publicKey)).toBe(true);
      expect(made.checkPrivateKey(createPrivateKey(after.get(`${name}_key`) ?? ''))).toBe(true);
      expect(modeOf(join(folder, `${name}_key`))).toBe(0o644);
    }
    expect(readdirSync(parent)).toEqual(['secrets']);
  });

  it('leaves alone the certificate that another authority gave', () => {
    const parent = temporaryFolder();
    const [folder, other] = [join(parent, 'secrets'), join(parent, 'other')];
    for (const path of [folder, other]) expect(makeSecrets(['auth.example.com', path]).status).toBe(0);
    for (const name of ['tls_certificate', 'tls_key']) copyFileSync(join(other, name), join(folder, name));
    expect(makeSecrets(['--renew', 'auth.example.com', folder]).status).toBe(0);

    for (const name of ['tls_certificate', 'tls_key'])
      expect(contentsOf(folder).get(name)).toBe(contentsOf(other).get(name));
  });

  it('renews nothing without the key of the authority', () => {
    const folder = join(temporaryFolder(), 'secrets');
    expect(makeSecrets(['auth.example.com', folder]).status).toBe(0);
    rmSync(join(folder, 'ca_key'));
    const before = contentsOf(folder);
    const { status, stderr } = makeSecrets(['--renew', 'auth.example.com', folder]);

    expect([status, stderr]).toEqual([1, expect.stringContaining('ca_key is not there')]);
    expect(contentsOf(folder)).toEqual(before);
  });

  it.each([
    [[]],
    [['-h']],
    [['--renew']],
    [['a b']],
    [['x/y']],
  ])('says how it is used when it is given %j', (words) => {
    const { status, stderr } = makeSecrets(words);

    expect([status, stderr]).toEqual([2, expect.stringMatching(/^usage: /)]);
  });
});
