import { PROBLEMS } from '../../adapters/http/problems/catalogue.ts';
import { EDGE_PROBLEMS } from '../../adapters/http/problems/edge-problems.ts';
import { type ProblemKind, RETRY_TEXTS } from '../../adapters/http/problems/kind.ts';
import { problemBody } from '../../adapters/http/problems/problem.ts';
import { type Operation, operationsOf } from './api-document.ts';
import type { Sources } from './documents.ts';
import { block, codes, page, table } from './markdown.ts';

/** The text of `docs/reference/errors.md`: every code under an anchor of its own name. */
export function renderErrors({ api }: Sources): string {
  const operations = operationsOf(api);
  const problems = Object.entries(PROBLEMS).sort(([left], [right]) => (left < right ? -1 : 1));
  const opening = {
    title: 'Error codes',
    says: 'A refusal is `application/problem+json` (RFC 9457), and `code` is what a client goes by. Here is every code, under an anchor of its own name, with what it means and what can be done.',
    source: '`adapters/http/problems` and the routes',
  };
  return page(opening, [
    FORM,
    '## By status',
    table(['status', 'codes'], byStatus(problems)),
    '## Codes',
    ...problems.map(([code, kind]) => explain(code, kind, operations)),
  ]);
}

const EXAMPLE = problemBody('https://auth.example.com', 'validation_failed', {
  detail: '1 field needs attention',
  requestId: '0199d1a0-6f5e-7c1b-9a3e-2f4b8c6d0e11',
  errors: [{ pointer: '/email', code: 'required', detail: 'This field is required' }],
});

const FORM = `${block(JSON.stringify(EXAMPLE, null, 2), 'json')}

- \`code\` is stable: it is never renamed. \`title\` is the same for every occurrence, \`detail\` tells of this one and may
  change its words. \`errors\` comes with \`validation_failed\` alone.
- \`type\` leads to the explanation that the running service gives: \`GET /errors\`, with the same anchors as here.
- \`request_id\` is in \`X-Request-ID\` and in the log as well. No answer holds a secret or a stack trace.
- \`/ready\` and \`/health\` answer 503 in a form of their own. Pages for people and \`/dev/mailbox\` refuse in this form,
  and are not listed below.`;

function byStatus(problems: readonly (readonly [string, ProblemKind])[]): readonly (readonly string[])[] {
  const statuses = [...new Set(problems.map(([, { status }]) => status))].sort((left, right) => left - right);
  return statuses.map((status) => {
    const names = problems.filter(([, kind]) => kind.status === status).map(([code]) => code);
    return [String(status), names.map((name) => `[\`${name}\`](#${name})`).join(', ')];
  });
}

function explain(code: string, kind: ProblemKind, operations: readonly Operation[]): string {
  const { status, title, meaning, remedy, retry } = kind;
  const points = [
    `- **What to do:** ${remedy}`,
    `- **Again:** ${RETRY_TEXTS[retry]}`,
    `- **Answered by:** ${answeredBy(code, operations)}`,
  ];
  return `### \`${code}\`\n\n**${status}. ${title}.** ${meaning}\n\n${points.join('\n')}`;
}

function answeredBy(code: string, operations: readonly Operation[]): string {
  const answering = operations.filter(({ answers }) => answers.some((answer) => answer.codes.includes(code)));
  if (answering.length > 0) return `${codes(answering.map(({ method, path }) => `${method} ${path}`))}.`;
  // What no operation declares is refused ahead of them all, or by a rule that so far only the command line meets.
  if (Object.hasOwn(EDGE_PROBLEMS, code)) return 'any route: it is refused before the route is asked.';
  return 'no route of this release; the [command line](cli.md) refuses by the same rule.';
}
