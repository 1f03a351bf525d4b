/** What one variable's text may be, in words, and what it means. */
export type Parser<T> = Readonly<{
  /** Completes the sentence "The value is …". */
  values: string;
  parse: (text: string) => Parsed<T>;
}>;

/** The value, or why there is none. A reason completes the sentence "PORT …" and never holds the text itself. */
export type Parsed<T> = Readonly<{ value: T }> | Readonly<{ reason: string }>;

export const ENVIRONMENTS = ['development', 'staging', 'production', 'test'] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

/** Staging and production: where a missing setting is a refusal and not a convenience. */
export function isDeployed(environment: Environment): boolean {
  return environment === 'staging' || environment === 'production';
}

/**
 * What a command uses of the configuration. `server`, `app` and `system` read
 * every variable and differ in what they demand; `owner` and `port` read only
 * the variables that name them, so that a broken one elsewhere does not stop them.
 */
export type Need = keyof typeof NEEDS;

/** Each need with the commands that have it. */
export const NEEDS = {
  server: 'the server, `config check`',
  app: '`tenant`, `admin`, `user`, `keys`, `audit`',
  system: '`mail`, `keys reencrypt`',
  owner: '`migrate`',
  port: '`healthcheck`',
} as const;

/** The groups of the reference, in its order. */
export const GROUPS = [
  'Service',
  'Database',
  'Redis',
  'Secrets',
  'Mail',
  'Tokens and sessions',
  'Protection',
  'Registration',
  'Magic links',
  'Passwords',
  'Accounts',
  'API keys',
  'Audit',
] as const;

/** One setting of an operator. The reader, `.env.example` and the reference are all made from these. */
export type Variable<T> = Readonly<{
  name: string;
  group: (typeof GROUPS)[number];
  /** One or two sentences, with the unit. */
  description: string;
  parser: Parser<T>;
  /** As text, read by the same parser. `null`: none. */
  default: string | null | Readonly<Record<Environment, string | null>>;
  /** Says in the reference what happens without a value, where `default` cannot. */
  defaultNote?: string;
  example: string;
  /** Read and checked, though nothing acts by it yet. The reference says so. */
  isAhead?: boolean;
  /** Also read from the file that `NAME_FILE` names. */
  isSecret?: boolean;
  /** The needs for which staging and production refuse to go without it. */
  demandedBy?: readonly Need[];
  /** The variable that may be set instead of a demanded one. */
  alternative?: string;
  /** The server does without it where another variable says so. */
  notDemandedWith?: Readonly<{ name: string; value: string }>;
  /** The narrow needs that read it too. */
  readBy?: readonly ('owner' | 'port')[];
  /** What staging and production refuse beyond what the parser refuses everywhere. */
  productionRule?: Readonly<{
    /** Completes the sentence "They refuse …". */
    says: string;
    /** The reason, or `null` when the text may stand. Only called with text that the parser took. */
    refuse: (text: string) => string | null;
  }>;
}>;

/** A default that differs between a developer's machine and where people are served. */
export function localOrDeployed(
  local: string | null,
  deployed: string | null,
): Record<Environment, string | null> {
  return { development: local, test: local, staging: deployed, production: deployed };
}

/** The default of `variable` there, as text. */
export function defaultText(variable: Variable<unknown>, environment: Environment): string | null {
  const given = variable.default;
  return given === null || typeof given === 'string' ? given : given[environment];
}
