import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ALL_VARIABLES } from '../../../config/variables/index.ts';
import { mountedFrom, readCompose, type Service, serviceOf } from '../../support/packaging/compose-file.ts';
import { readDockerfile } from '../../support/packaging/dockerfile.ts';
import { inRoot, readRoot } from '../../support/packaging/repository.ts';

const require = createRequire(import.meta.url);
/** The schema that the Compose Specification publishes, as a linter of compose files brings it. */
const SCHEMA = join(require.resolve('dclint'), '../../schemas/compose.schema.json');

const FILES = ['docker-compose.dev.yml', 'docker-compose.prod.yml'] as const;
const KNOWN = new Map(ALL_VARIABLES.map((variable) => [variable.name, variable]));

describe.each(FILES)('%s', (path) => {
  const compose = readCompose(path);
  let validate: ValidateFunction;

  beforeAll(() => {
    const ajv = new Ajv({ strict: false, allErrors: true });
    addFormats.default(ajv);
    // The draft is named by an address of https, where the validator knows it by that of http.
    const { $schema: _draft, ...schema } = JSON.parse(readFileSync(SCHEMA, 'utf8'));
    validate = ajv.compile(schema);
  });

  it('is what the published schema allows', () => {
    expect([validate(parse(readRoot(path), { merge: true })), validate.errors]).toEqual([true, null]);
  });

  it('is refused by that schema with a word that is none', () => {
    expect(
      validate({ services: { gatehouse: { ...compose.services['gatehouse'], restarts: 'always' } } }),
    ).toBe(false);
  });

  it('mounts what is in the checkout, and nothing of it to be written', () => {
    for (const service of Object.values(compose.services)) {
      for (const source of mountedFrom(service))
        expect([source, existsSync(inRoot(source))]).toEqual([source, true]);
      for (const volume of service.volumes ?? []) expect(volume).toMatch(/^(?:\.\/.*:ro|[a-z]+:.*)$/);
    }
  });

  it('builds targets that the Dockerfile has', () => {
    const builds = Object.values(compose.services).flatMap(({ build }) => (build ? [build.target] : []));

    expect(builds.length).toBeGreaterThan(0);
    for (const target of builds) expect(readDockerfile().map(({ name }) => name)).toContain(target);
  });

  it('sets no variable of the service that it does not know', () => {
    const ours = Object.values(compose.services).filter(isOurs);
    expect(ours.length).toBe(path === 'docker-compose.prod.yml' ? 3 : 1);
    for (const name of ours.flatMap(({ environment = {} }) => Object.keys(environment))) {
      const isFile = name.endsWith('_FILE') && !KNOWN.has(name);
      const variable = KNOWN.get(isFile ? name.slice(0, -'_FILE'.length) : name);
      expect(variable, name).toBeDefined();
      if (isFile) expect(variable?.isSecret, name).toBe(true);
    }
  });

  it('names a project of its own, pins every image, and has a health check for all but jobs', () => {
    expect(compose.name).toMatch(/^gatehouse(?:-dev)?$/);
    for (const [name, service] of Object.entries(compose.services)) {
      if (!isOurs(service)) expect(service.image, name).toMatch(/:v?\d/);
      if (!isOurs(service) || path === 'docker-compose.prod.yml')
        expect(service.healthcheck, name).toBeDefined();
    }
  });

  it('waits for nothing that is not there, nor for the health of what has none', () => {
    for (const { depends_on: needs = {} } of Object.values(compose.services)) {
      for (const [name, { condition }] of Object.entries(needs)) {
        const isJob = serviceOf(compose, name).healthcheck?.disable === true;
        expect([name, condition]).toEqual([
          name,
          isJob ? 'service_completed_successfully' : 'service_healthy',
        ]);
      }
    }
  });
});

describe('docker-compose.dev.yml', () => {
  const compose = readCompose('docker-compose.dev.yml');

  it('opens Gatehouse, Postgres, Redis and the mails to this machine and to nobody else', () => {
    const ports = Object.values(compose.services).flatMap(({ ports: published = [] }) => published);

    expect(ports.sort()).toEqual([
      '127.0.0.1:1025:1025',
      '127.0.0.1:5432:5432',
      '127.0.0.1:6379:6379',
      '127.0.0.1:8025:8025',
      '127.0.0.1:8080:8080',
    ]);
  });

  it('mounts every folder of sources that the image was made with', () => {
    const mounted = mountedFrom(serviceOf(compose, 'gatehouse'));
    const development = readDockerfile().find(({ name }) => name === 'development');
    const copied = development?.instructions.flatMap(({ keyword, text }) =>
      keyword === 'COPY' ? [text] : [],
    );
    const folders = copied
      ?.filter((text) => !text.includes('.json'))
      .map((text) => `./${text.split(' ')[0]}`);

    expect([...mounted].sort()).toEqual([...(folders ?? [])].sort());
  });
});

/** Runs the image that is built here, whether it is the service that builds it or not. */
function isOurs({ image, build }: Service): boolean {
  return build !== undefined || image?.startsWith('gatehouse:') === true;
}

describe('the scripts of package.json', () => {
  it('name files that are there, and tear down what they put up', () => {
    const { scripts } = JSON.parse(readRoot('package.json'));

    expect(scripts['compose:dev']).toContain('docker compose -f docker-compose.dev.yml up');
    expect(scripts['compose:prod']).toContain('docker compose -f docker-compose.prod.yml up');
    for (const path of FILES) expect(scripts['compose:down']).toContain(`docker compose -f ${path} down`);
    expect(scripts['compose:logs']).toMatch(/^docker compose -f docker-compose\.prod\.yml logs/);
  });
});
