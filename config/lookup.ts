import type { ConfigProblem } from './problems.ts';
import { readTextFile } from './text-file.ts';
import {
  defaultText,
  type Environment,
  isDeployed,
  type Need,
  type Parsed,
  type Variable,
} from './variable.ts';

/** Reads one variable after the other and collects what is wrong, so that all of it is told at once. */
export type Lookup = Readonly<{
  environment: Environment;
  needs: readonly Need[];
  /** What was set, or `null`: not set, not used by these needs, or wrong, which is then a problem. */
  given<T>(variable: Variable<T>): T | null;
  /** What was set, or else the default. */
  value<T>(variable: Variable<T>): T;
  /** The default alone. For variables that have one. */
  fallback<T>(variable: Variable<T>): T;
  /** Whether the environment says anything, good or bad, about a variable that these needs use. */
  isSet(variable: Variable<unknown>): boolean;
  refuse(variable: Variable<unknown>, reason: string): void;
}>;

/** The environment's variables, as Node gives them. */
export type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

/** Needs that use every variable. */
const BROAD_NEEDS: readonly Need[] = ['server', 'app', 'system'];

/** Whether a command with these needs uses more than a few named variables. */
export function isBroad(needs: readonly Need[]): boolean {
  return needs.some((need) => BROAD_NEEDS.includes(need));
}

export function createLookup(
  env: EnvironmentVariables,
  environment: Environment,
  needs: readonly Need[],
  problems: ConfigProblem[],
): Lookup {
  const lookup: Lookup = {
    environment,
    needs,
    given(variable) {
      if (!isUsed(variable, needs)) return null;
      const text = rawText(env, variable);
      if (text === null) {
        if (isMissing(variable)) lookup.refuse(variable, `is required in ${environment}`);
        return null;
      }
      const parsed = 'reason' in text ? text : judge(variable, text.value, environment);
      if ('value' in parsed) return parsed.value;
      lookup.refuse(variable, parsed.reason);
      return null;
    },
    value: (variable) => lookup.given(variable) ?? lookup.fallback(variable),
    fallback(variable) {
      const parsed = variable.parser.parse(defaultText(variable, environment) ?? '');
      if ('value' in parsed) return parsed.value;
      throw new TypeError(`${variable.name} has no default in ${environment}`);
    },
    isSet: (variable) =>
      isUsed(variable, needs) && [env[variable.name], filePath(env, variable)].some((text) => Boolean(text)),
    refuse({ name, example }, reason) {
      problems.push({ name, reason, example: `${name}=${example}` });
    },
  };

  function isMissing({ demandedBy = [], alternative, notDemandedWith: without }: Variable<unknown>): boolean {
    const isServerExempt = without !== undefined && env[without.name] === without.value;
    const demanding = demandedBy.filter((need) => !(isServerExempt && need === 'server'));
    const isDemanded = isDeployed(environment) && demanding.some((need) => needs.includes(need));
    return isDemanded && !(alternative && env[alternative]);
  }

  return lookup;
}

function isUsed({ readBy = [] }: Variable<unknown>, needs: readonly Need[]): boolean {
  return isBroad(needs) || readBy.some((need) => needs.includes(need));
}

/** The text that was set, straight or by a file; an empty one is none. */
function rawText(env: EnvironmentVariables, variable: Variable<unknown>): Parsed<string> | null {
  const { name } = variable;
  const straight = env[name];
  const path = filePath(env, variable);
  if (!path) return straight ? { value: straight } : null;
  if (straight) return { reason: `and ${name}_FILE are both set: keep one` };
  const file = readTextFile(path);
  if ('reason' in file) return { reason: `is to come from a file: ${name}_FILE ${file.reason}` };
  const text = file.value.replace(/\r?\n$/, '');
  return text === ''
    ? { reason: `is to come from a file: ${name}_FILE names an empty file: ${path}` }
    : { value: text };
}

function filePath(env: EnvironmentVariables, { name, isSecret }: Variable<unknown>): string | undefined {
  return isSecret ? env[`${name}_FILE`] : undefined;
}

function judge<T>(variable: Variable<T>, text: string, environment: Environment): Parsed<T> {
  const parsed = variable.parser.parse(text);
  if ('reason' in parsed || !isDeployed(environment)) return parsed;
  const reason = variable.productionRule?.refuse(text) ?? null;
  return reason === null ? parsed : { reason };
}
