import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../config/index.ts';
import { defaultText } from '../../../config/variable.ts';
import { VARIABLES } from '../../../config/variables/index.ts';
import {
  mountedFrom,
  networksOf,
  readCompose,
  type Service,
  serviceOf,
} from '../../support/packaging/compose-file.ts';
import { readRoot } from '../../support/packaging/repository.ts';
import { exampleSettings } from '../../support/packaging/settings.ts';

const COMPOSE = readCompose('docker-compose.prod.yml');
const of = (name: string): Service => serviceOf(COMPOSE, name);
const OURS = ['gatehouse', 'worker', 'migrate'];

describe.each(Object.keys(COMPOSE.services))('the service %s', (name) => {
  const service = of(name);

  it('cannot gain a right, nor write to its own files', () => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
    // Ours have their account from the image.
    if (!OURS.includes(name)) expect(service.user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(service.tmpfs).toContain('/tmp');
  });

  it('is limited in what it takes, log included', () => {
    expect(service.deploy?.resources.limits).toEqual({
      cpus: expect.stringMatching(/^[12]$/),
      memory: expect.stringMatching(/^\d+[MG]$/),
    });
    expect(service.logging).toMatchObject({ options: { 'max-size': '10m', 'max-file': '5' } });
  });

  it('comes up again by itself, unless it is a job', () => {
    expect(service.restart).toBe(name === 'migrate' ? 'no' : 'unless-stopped');
  });

  it('is given only secrets that are declared, and reads no others', () => {
    const declared = Object.keys(COMPOSE.secrets ?? {});
    const own = service.secrets ?? [];
    const read = [...textsOf(service).matchAll(/\/run\/secrets\/(\w+)/g)].map(([, secret = '']) => secret);

    expect(own.filter((secret) => !declared.includes(secret))).toEqual([]);
    expect(read.filter((secret) => !own.includes(secret))).toEqual([]);
    // What it is given and nobody reads it is given in vain.
    const variables = [...textsOf(service).matchAll(/POSTGRES_PASSWORD_FILE/g)].length;
    expect(own.filter((secret) => !read.includes(secret) && variables === 0)).toEqual([]);
  });
});

describe('the arrangement', () => {
  it('runs four servers of two CPUs and two GB each behind nginx', () => {
    expect(of('gatehouse').deploy).toEqual({
      replicas: 4,
      resources: { limits: { cpus: '2', memory: '2G' } },
    });
  });

  it('publishes the ports of nginx and no others', () => {
    const published = Object.entries(COMPOSE.services).filter(([, { ports }]) => ports);

    expect(published.map(([name, { ports }]) => [name, ports])).toEqual([
      ['nginx', ['0.0.0.0:80:8080', '0.0.0.0:443:8443']],
    ]);
  });

  it('keeps everybody but nginx and the worker away from other networks', () => {
    const isInside = (network: string) => COMPOSE.networks?.[network]?.internal === true;
    const outside = Object.entries(COMPOSE.services).filter(
      ([, service]) => !networksOf(service).every(isInside),
    );

    expect(outside.map(([name]) => name).sort()).toEqual(['nginx', 'worker']);
    expect(networksOf(of('worker'))).not.toContain('proxy');
    expect(networksOf(of('nginx'))).not.toContain('backend');
  });

  it('trusts the address of nginx and no other, which nobody else can be given', () => {
    const { networks = [], ...nginx } = of('nginx');
    const address = Array.isArray(networks)
      ? undefined
      : Object.entries(networks).find(([name]) => name === 'proxy')?.[1];
    const [pool] = COMPOSE.networks?.['proxy']?.ipam?.config ?? [];
    const numberOf = (ip = '') => ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
    const rangeOf = (cidr = '') => {
      const [start, bits] = cidr.split('/');
      return [numberOf(start), numberOf(start) + 2 ** (32 - Number(bits)) - 1] as const;
    };

    expect(nginx).toBeDefined();
    for (const name of ['gatehouse', 'worker']) {
      expect(of(name).environment?.['TRUST_PROXY']).toBe(address?.ipv4_address);
    }
    const trusted = numberOf(address?.ipv4_address);
    const [lowest, highest] = rangeOf(pool?.subnet);
    const [firstGiven, lastGiven] = rangeOf(pool?.ip_range);
    expect(trusted > lowest && trusted < highest).toBe(true);
    expect(trusted < firstGiven || trusted > lastGiven).toBe(true);
    expect(firstGiven >= lowest && lastGiven <= highest).toBe(true);
    // The first address of a network is its gateway.
    expect(trusted).not.toBe(lowest + 1);
  });

  it('lets the job that migrates know the owner, the worker all tenants, and the servers neither', () => {
    const knows = (secret: string) => OURS.filter((name) => of(name).secrets?.includes(secret));

    expect(knows('database_owner_url')).toEqual(['migrate']);
    expect(knows('database_system_url')).toEqual(['worker']);
    expect(knows('smtp_password')).toEqual(['worker']);
    expect(knows('database_app_url')).toEqual(['gatehouse', 'worker']);
    expect(of('gatehouse').environment).toMatchObject({ WORKER: 'off', SMTP_USER: '' });
    expect(of('worker').environment).toMatchObject({ WORKER: 'only' });
    expect(of('migrate').command).toEqual(['dist/app/cli.js', 'migrate', 'up']);
  });

  it('builds its image once, and asks no registry for it', () => {
    const policies = OURS.map((name) => [
      name,
      of(name).build !== undefined,
      of(name).pull_policy,
      of(name).image,
    ]);

    const image = of('migrate').image;
    expect(policies).toEqual([
      ['gatehouse', false, 'never', image],
      ['worker', false, 'never', image],
      ['migrate', true, undefined, image],
    ]);
  });

  it('hands requests to the port on which the servers listen, whatever the settings say', () => {
    const { HOST, PORT } = of('gatehouse').environment ?? {};

    expect(HOST).toBe('0.0.0.0');
    expect(of('nginx').environment?.['EDGE_SERVERS']).toContain(`server gatehouse:${PORT} `);
  });

  it('migrates before anything is served', () => {
    for (const name of ['gatehouse', 'worker'])
      expect(of(name).depends_on?.['migrate']).toEqual({ condition: 'service_completed_successfully' });
  });

  it('asks the command line of each process whether it lives', () => {
    for (const name of ['gatehouse', 'worker'])
      expect(of(name).healthcheck?.test).toEqual(['CMD', 'node', 'dist/app/cli.js', 'healthcheck']);
  });

  // Rule 36: the service ends within 15 s by itself.
  it('gives a process longer to end than it takes', () => {
    for (const name of OURS)
      expect(Number.parseInt(of(name).stop_grace_period ?? '', 10)).toBeGreaterThan(15);
  });

  it('makes each secret by the script', () => {
    const script = readRoot('deploy/make-secrets.sh');
    for (const [name, { file }] of Object.entries(COMPOSE.secrets ?? {})) {
      expect(file).toBe(`deploy/secrets/${name}`);
      const made = [
        `put ${name} `,
        `-out ${name}\n`,
        `certify ${name.replace(/_(?:key|certificate)$/, '')} `,
      ];
      const byRole = name.replace(/_(?:owner|app|system)_/, '_\u0024{role}_');
      expect(
        [...made, `"${byRole}"`].some((text) => script.includes(text)),
        name,
      ).toBe(true);
    }
  });
});

describe('Postgres', () => {
  const flag = (name: string) =>
    of('postgres')
      .command?.find((word) => word.startsWith(`--${name}=`))
      ?.split('=')[1];

  it('has connections for old and new processes beside each other, the job, and people', () => {
    const poolMax = (name: string) =>
      Number(
        of(name).environment?.['DATABASE_POOL_MAX'] ?? defaultText(VARIABLES.DATABASE_POOL_MAX, 'production'),
      );
    const [, system] = /const SYSTEM_POOL_MAX = (\d+);/.exec(readRoot('app/compose.ts')) ?? [];
    const replicas = (name: string) => of(name).deploy?.replicas ?? 1;
    const during = 2; // a rolling restart: each process beside the one that takes its place
    const listening = 1; // each process waits on a connection of its own to be woken
    const servers = during * replicas('gatehouse') * (poolMax('gatehouse') + listening);
    const workers = during * replicas('worker') * (poolMax('worker') + Number(system) + listening);
    const migration = 1;
    const commands = 2 * (2 + 1); // two operators, each with `cli`
    const reserved = 3; // superuser_reserved_connections

    const wanted = servers + workers + migration + commands + reserved;

    expect(wanted).toBeGreaterThan(100);
    expect(Number(flag('max_connections'))).toBeGreaterThanOrEqual(wanted);
  });

  it('lets the three roles in by TLS and password, and nobody else over the network', () => {
    const rules = readRoot('deploy/postgres/pg_hba.conf')
      .split('\n')
      .filter((line) => /^\w/.test(line));

    expect(flag('ssl')).toBe('on');
    expect(flag('hba_file')).toBe('/etc/gatehouse/pg_hba.conf');
    expect(rules.map((rule) => rule.split(/\s+/))).toEqual([
      ['local', 'all', 'postgres', 'trust'],
      ['hostssl', 'gatehouse', 'gatehouse_owner,gatehouse_app,gatehouse_system', 'all', 'scram-sha-256'],
    ]);
  });

  it('makes the roles of drizzle/roles.sql when the database is made', () => {
    const script = readRoot('deploy/postgres/make-roles.sh');

    expect(mountedFrom(of('postgres'))).toEqual(
      expect.arrayContaining(['./drizzle/roles.sql', './deploy/postgres/make-roles.sh']),
    );
    for (const [, name] of readRoot('drizzle/roles.sql').matchAll(/PASSWORD :'(\w+)'/g))
      expect(script).toContain(`\\set ${name} \`cat /run/secrets/postgres_${name}\``);
  });
});

describe('the health of Postgres', () => {
  // For anybody else each knock is a line FATAL in the log.
  it('is asked for over TCP, as a role and for a database that pg_hba.conf lets in', () => {
    expect(of('postgres').healthcheck?.test?.join(' ')).toBe(
      'CMD pg_isready -q -h 127.0.0.1 -U gatehouse_app -d gatehouse',
    );
  });
});

describe('Redis', () => {
  it('wants TLS and a password, forgets nothing when it is full, and fits into its limit', () => {
    const settings = new Map(
      readRoot('deploy/redis/redis.conf')
        .split('\n')
        .filter((line) => /^\w/.test(line))
        .map((line) => {
          const [name = '', ...rest] = line.split(' ');
          return [name, rest.join(' ')];
        }),
    );

    expect(settings.get('port')).toBe('0');
    expect(settings.get('tls-port')).toBe('6379');
    expect(settings.get('include')).toBe('/run/secrets/redis_auth');
    expect(readRoot('deploy/make-secrets.sh')).toContain('put redis_auth "requirepass ');
    expect(settings.get('maxmemory-policy')).toBe('noeviction');
    const limit = Number.parseInt(of('redis').deploy?.resources.limits.memory ?? '', 10);
    expect(Number.parseInt(settings.get('maxmemory') ?? '', 10)).toBeLessThanOrEqual(limit * 0.75);
  });
});

describe('the settings', () => {
  const brought = {
    DATABASE_URL_FILE: 'postgres://gatehouse_app:pw@postgres:5432/gatehouse',
    DATABASE_SYSTEM_URL_FILE: 'postgres://gatehouse_system:pw@postgres:5432/gatehouse',
    REDIS_URL_FILE: 'rediss://:pw@redis:6379',
    SECRET_KEY_FILE: 'k3yk3yk3y-0123456789-abcdefghijklmnop',
    METRICS_PASS_FILE: 'pw',
    SMTP_PASSWORD_FILE: 'pw',
  } as const;

  // As the containers get them, with what stands in the files in the place of the files.
  it.each(['gatehouse', 'worker'])('are all that the service %s demands', (name) => {
    const given = { ENVIRONMENT: 'production', ...exampleSettings(), ...of(name).environment };
    const straight = Object.entries(given).flatMap(([key, value]) => {
      if (/_CA$/.test(key)) return [];
      const secret = Object.entries(brought).find(([file]) => file === key);
      return [secret ? [key.replace(/_FILE$/, ''), secret[1]] : [key, value]];
    });

    expect(readConfig(Object.fromEntries(straight))).toMatchObject({
      worker: name === 'worker' ? 'only' : 'off',
    });
  });
});

/** All that says what a service reads: its own words, and the files that it mounts. */
function textsOf(service: Service): string {
  const files = mountedFrom(service).filter((path) => /\.(?:sh|conf)$/.test(path));
  return [JSON.stringify(service), ...files.map((path) => readRoot(path))].join('\n');
}
