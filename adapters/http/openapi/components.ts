import { isObject, type Json, type JsonObject, mapObjects, objectOf } from './json.ts';

/**
 * The same document, each refusal that several operations share told once,
 * among its components. An operation refers to it and repeats its description.
 *
 * Those of one code alone are shared, under the code's name; where a rate limit
 * adds headers to them, under that name with `.limited` behind it.
 */
export function shareResponses(paths: JsonObject): Readonly<{ paths: JsonObject; responses: JsonObject }> {
  const uses = new Map<string, number>();
  const all = Object.values(paths).flatMap((item) =>
    Object.values(objectOf(item)).flatMap((operation) =>
      Object.values(objectOf(objectOf(operation)['responses'])),
    ),
  );
  for (const response of all) {
    const text = JSON.stringify(response);
    uses.set(text, (uses.get(text) ?? 0) + 1);
  }
  const responses: Record<string, JsonObject> = {};
  const share = (response: JsonObject): JsonObject => {
    const name = nameOf(response);
    if (name === null || (uses.get(JSON.stringify(response)) ?? 0) < 2) return response;
    responses[name] ??= response;
    return { $ref: `#/components/responses/${name}`, description: response['description'] };
  };
  const shared = mapObjects(paths, (item) =>
    mapObjects(item, (operation) => ({ ...operation, responses: mapObjects(operation['responses'], share) })),
  );
  return { paths: shared, responses };
}

/** The components that a document refers to, or that one of those refers to. */
export function usedComponents(components: JsonObject, from: readonly Json[]): JsonObject {
  const used = new Set<string>();
  const wait = from.flatMap(referencesIn);
  for (const reference of wait) {
    if (used.has(reference)) continue;
    used.add(reference);
    const [, , kind = '', name = ''] = reference.split('/');
    wait.push(...referencesIn(objectOf(components[kind])[name] ?? null));
  }
  const kept = Object.entries(components).map(([kind, all]) => {
    const isUsed = ([name]: readonly [string, unknown]) => used.has(`#/components/${kind}/${name}`);
    return [kind, Object.fromEntries(Object.entries(objectOf(all)).filter(isUsed))] as const;
  });
  return Object.fromEntries(kept.filter(([, all]) => Object.keys(all).length > 0));
}

/** What a shared refusal is called; `null` for what is never shared. */
function nameOf(response: JsonObject): string | null {
  const [, code = null] = /^`([a-z_]+)`$/.exec(String(response['description'])) ?? [];
  const own = Object.keys(objectOf(response['headers'])).filter((header) => header !== 'Retry-After');
  const isLimited = own.length > 0 && own.every((header) => header.startsWith('RateLimit-'));
  if (code === null || (own.length > 0 && !isLimited)) return null;
  return isLimited ? `${code}.limited` : code;
}

function referencesIn(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    if (inner === undefined) return [];
    return name === '$ref' && typeof inner === 'string' ? [inner] : referencesIn(inner);
  });
}
