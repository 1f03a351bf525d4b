import { createConfig, lintFromString, type NormalizedProblem } from '@redocly/openapi-core';
import type { ApiDocument } from './api-document.ts';

/** Every rule that is recommended, each as an error, and those that our own readers want besides. */
const RULES = {
  extends: ['recommended-strict'],
  rules: {
    'operation-4xx-problem-details-rfc7807': 'error',
    'operation-description': 'error',
    'operation-tag-defined': 'error',
    'parameter-description': 'error',
  },
} as const;

/** What a rule finds and we mean to be so: the rule, where, and why. */
const MEANT: readonly Readonly<{ rule: string; at: RegExp; because: string }>[] = [
  {
    rule: 'no-server-example.com',
    at: /^#\/servers\/0\/url$/,
    because: 'The server is whoever serves the document, and in development that is localhost.',
  },
  {
    rule: 'no-unused-components',
    at: /^#\/components\/securitySchemes\/cookie$/,
    because:
      'Operations take it only where the operator has access tokens in cookies; readers shall know of it.',
  },
  {
    rule: 'operation-4xx-response',
    at: /^#\/paths\/(~1live|~1ready|~1health|~1\.well-known~1jwks\.json)\/get\/responses$/,
    because: 'It wants nothing of its caller that could be wrong, so it refuses nobody.',
  },
];

/**
 * What a linter has to say against an OpenAPI document: a line for each finding,
 * and none where all is well.
 */
export async function lintApi(api: ApiDocument): Promise<readonly string[]> {
  const config = await createConfig({ extends: [...RULES.extends], rules: RULES.rules });
  const found = await lintFromString({ source: JSON.stringify(api), absoluteRef: 'openapi.json', config });
  const isMeant = (finding: NormalizedProblem): boolean =>
    MEANT.some(({ rule, at }) => finding.ruleId === rule && at.test(placeOf(finding)));
  return found
    .filter((finding) => !isMeant(finding))
    .map((finding) => `${placeOf(finding)}: ${finding.message} (${finding.ruleId})`);
}

/** Where in the document, as a JSON Pointer. */
function placeOf({ location: [where] }: NormalizedProblem): string {
  return where?.pointer ?? '#';
}
