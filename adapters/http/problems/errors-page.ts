import type { FastifyPluginAsync } from 'fastify';
import { type Html, html, renderHtml } from '../pages/html.ts';
import { PROBLEMS } from './catalogue.ts';
import { type ProblemKind, RETRY_TEXTS } from './kind.ts';

/** `GET /errors`: every code with its meaning, one anchor each. Where `type` of a problem points. */
export const errorsPage: FastifyPluginAsync = async (server) => {
  const problems = Object.entries(PROBLEMS).sort(([left], [right]) => (left < right ? -1 : 1));
  const page = renderHtml(html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Error codes - Gatehouse</title><link rel="stylesheet" href="/pages/page.css"></head>
<body><main><h1>Error codes</h1>
${problems.map(([code, kind]) => explanation(code, kind))}
</main></body></html>
`);
  server.get('/errors', { schema: { hide: true }, config: { access: 'public' } }, async (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header(
        'content-security-policy',
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
      )
      .send(page),
  );
};

function explanation(code: string, { status, title, meaning, remedy, retry }: ProblemKind): Html {
  return html`<h2 id="${code}"><code>${code}</code> (${status})</h2>
<p>${title}. ${withCode(meaning)}</p>
<p>${withCode(`${remedy} ${RETRY_TEXTS[retry]}`)}</p>
`;
}

/** What stands between backticks is code. */
function withCode(text: string): readonly Html[] {
  return text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`));
}
