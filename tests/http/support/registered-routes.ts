import type { FastifyInstance } from 'fastify';

/** `METHOD /path/{name}` of every route that Fastify has, HEAD apart, read off the tree that it prints. */
export function registeredRoutes(http: FastifyInstance): readonly string[] {
  const segments: string[] = [];
  const lines = http.printRoutes({ commonPrefix: false }).split('\n');
  return lines.flatMap((line) => {
    const [, indent = '', segment = '', methods = ''] =
      /^((?:│ {3}| {4})*)[├└]── (.*) \(([A-Z, ]+)\)$/.exec(line) ?? [];
    if (segment === '') return [];
    segments.splice(indent.length / 4, Number.POSITIVE_INFINITY, segment);
    const path = segments.join('').replace(/:(\w+)/g, '{$1}');
    return methods.split(', ').flatMap((method) => (method === 'HEAD' ? [] : [`${method} ${path}`]));
  });
}
