import { parseEnv } from 'node:util';
import { readRoot } from './repository.ts';

/** What the example of an environment file sets, as it stands. */
export function exampleSettings(text: string = readRoot('.env.staging.example')): Record<string, string> {
  return definedIn(text);
}

/** The same with what is commented out, the values being examples. */
export function everySetting(text: string = readRoot('.env.staging.example')): Record<string, string> {
  return definedIn(text.replace(/^#(?=[A-Z_]+=)/gm, ''));
}

function definedIn(text: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parseEnv(text)).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
