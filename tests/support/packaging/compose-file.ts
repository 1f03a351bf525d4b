import { parse } from 'yaml';
import { readRoot } from './repository.ts';

/** One of our compose files, anchors and merges resolved; what is interpolated stands in it as it is written. */
export type ComposeFile = Readonly<{
  name: string;
  services: Readonly<Record<string, Service>>;
  networks?: Readonly<Record<string, Network | null>>;
  volumes?: Readonly<Record<string, unknown>>;
  secrets?: Readonly<Record<string, Readonly<{ file: string }>>>;
}>;

export type Service = Readonly<{
  image?: string;
  pull_policy?: string;
  build?: Readonly<{ context: string; target: string }>;
  command?: readonly string[];
  entrypoint?: readonly string[];
  environment?: Readonly<Record<string, string>>;
  env_file?: readonly Readonly<{ path: string; required: boolean }>[];
  secrets?: readonly string[];
  volumes?: readonly string[];
  tmpfs?: readonly string[];
  ports?: readonly string[];
  networks?: readonly string[] | Readonly<Record<string, Readonly<{ ipv4_address: string }> | null>>;
  depends_on?: Readonly<Record<string, Readonly<{ condition: string }>>>;
  healthcheck?: Readonly<{ test?: readonly string[]; disable?: boolean }>;
  user?: string;
  restart?: string;
  read_only?: boolean;
  cap_drop?: readonly string[];
  security_opt?: readonly string[];
  stop_grace_period?: string;
  logging?: Readonly<{ driver: string; options: Readonly<Record<string, string>> }>;
  deploy?: Readonly<{
    replicas?: number;
    resources: Readonly<{ limits: Readonly<{ cpus: string; memory: string }> }>;
  }>;
}>;

type Network = Readonly<{
  internal?: boolean;
  ipam?: Readonly<{ config: readonly Readonly<{ subnet: string; ip_range: string }>[] }>;
}>;

/** What is in a compose file of the checkout, as far as it is there at all: a test holds it to the published schema. */
export function readCompose(path: string): ComposeFile {
  return parse(readRoot(path), { merge: true });
}

/** The service of that name. */
export function serviceOf({ services }: ComposeFile, name: string): Service {
  const service = services[name];
  if (!service) throw new Error(`The compose file has no service ${name}`);
  return service;
}

/** The names of the networks that a service is in. */
export function networksOf({ networks = [] }: Service): readonly string[] {
  return Array.isArray(networks) ? networks : Object.keys(networks);
}

/** The files and folders of the checkout that a service mounts. */
export function mountedFrom({ volumes = [] }: Service): readonly string[] {
  return volumes.filter((volume) => volume.startsWith('./')).map((volume) => volume.split(':')[0] ?? '');
}

const SECRETS = '/run/secrets/';

/**
 * The environment of a service's containers: the file of settings, and what the compose file sets over it.
 *
 * @param secrets the folder that stands in for `/run/secrets`; a file in it that the service is not given is refused
 */
export function environmentOf(
  service: Service,
  { settings, secrets }: Readonly<{ settings: Readonly<Record<string, string>>; secrets: string }>,
): Record<string, string> {
  const merged = { ...(service.env_file ? settings : {}), ...service.environment };
  const located = Object.entries(merged).map(([name, value]) => {
    if (!value.startsWith(SECRETS)) return [name, value];
    const secret = value.slice(SECRETS.length);
    if (!service.secrets?.includes(secret))
      throw new Error(`${name} names ${value}, which the service is not given`);
    return [name, `${secrets}/${secret}`];
  });
  return Object.fromEntries(located);
}
