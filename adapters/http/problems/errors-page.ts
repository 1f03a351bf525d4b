import type { FastifyPluginAsync } from 'fastify';
import { PROBLEMS } from './catalogue.ts';

/** `GET /errors`: every code with its meaning, one anchor each. Where `type` of a problem points. */
export const errorsPage: FastifyPluginAsync = async (server) => {
  const rows = Object.entries(PROBLEMS)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(
      ([code, { status, title }]) =>
        `<dt id="${code}"><code>${code}</code> (${status})</dt><dd>${title}.</dd>`,
    );
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Error codes - Gatehouse</title><link rel="stylesheet" href="/pages/page.css"></head>
<body><main><h1>Error codes</h1><dl>
${rows.join('\n')}
</dl></main></body></html>
`;
  server.get('/errors', { schema: { hide: true }, config: { access: 'public' } }, async (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header(
        'content-security-policy',
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
      )
      .send(html),
  );
};
