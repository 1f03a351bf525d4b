import { readRoot } from './repository.ts';

/**
 * Whether a path of the checkout is sent to a build, as `.dockerignore` says: the last line that fits the path, or a
 * folder above it, decides.
 */
export function isInContext(path: string, ignoreFile: string = readRoot('.dockerignore')): boolean {
  const parts = path.split('/');
  const places = parts.map((_part, index) => parts.slice(0, index + 1).join('/'));
  let isSent = true;
  for (const line of ignoreFile.split('\n').map((raw) => raw.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    const pattern = patternOf(line.replace(/^!/, ''));
    if (places.some((place) => pattern.test(place))) isSent = line.startsWith('!');
  }
  return isSent;
}

function patternOf(glob: string): RegExp {
  const text = glob.replace(/\*\*\/|\*|[.+?^${}()|[\]\\]/g, (found) => {
    if (found === '**/') return '(?:.*/)?';
    return found === '*' ? '[^/]*' : `\\${found}`;
  });
  return new RegExp(`^${text}$`);
}
