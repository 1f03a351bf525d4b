import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { holdsEtag } from '../conventions/etag.ts';
import { acceptInvitationPage } from './accept-invitation-page.ts';
import { layout } from './layout.ts';
import { setupPage } from './setup-page.ts';
import { verifyEmailPage } from './verify-email-page.ts';

const DEFAULT_PRODUCT_NAME = 'Gatehouse';
const VERSION_LENGTH = 12;

const PAGE_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
} as const;

const ROUTE_OPTIONS = { schema: { hide: true }, config: { access: 'public' } } as const;

const PAGES = {
  '/setup': setupPage,
  '/accept-invitation': acceptInvitationPage,
  '/verify-email': verifyEmailPage,
} as const;

type StaticFile = Readonly<{ url: string; type: string; body: Buffer; etag: string }>;

/**
 * The hosted pages behind mailed and printed links, and their two static files.
 *
 * A page is the same for everybody: the token stands in the fragment, which no
 * browser sends, so a GET reads and changes nothing. Files are read and pages
 * written once, when this is called.
 *
 * @param deps.productName what the pages call the service
 */
export function pageRoutes({
  productName = DEFAULT_PRODUCT_NAME,
}: {
  productName?: string;
}): FastifyPluginAsync {
  const script = readStaticFile('page.js', 'text/javascript; charset=utf-8');
  const style = readStaticFile('page.css', 'text/css; charset=utf-8');
  const assets = { scriptUrl: versionedUrl(script), styleUrl: versionedUrl(style) };

  return async (server) => {
    for (const [url, page] of Object.entries(PAGES)) {
      registerPage(server, url, layout(page(productName), { productName, assets }));
    }
    for (const file of [script, style]) registerStaticFile(server, file);
  };
}

function registerPage(server: FastifyInstance, url: string, document: string): void {
  server.get(url, { ...ROUTE_OPTIONS, onSend: setPageHeaders }, async (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(document),
  );
}

/** Runs after the hooks of the whole server, so it has the last word over their defaults. */
async function setPageHeaders(_request: FastifyRequest, reply: FastifyReply): Promise<void> {
  void reply.headers(PAGE_HEADERS);
}

function registerStaticFile(server: FastifyInstance, { url, type, body, etag }: StaticFile): void {
  const config = { ...ROUTE_OPTIONS.config, limit: 'none' } as const;
  server.get(url, { ...ROUTE_OPTIONS, config, onSend: setStaticHeaders }, async (request, reply) => {
    void reply.header('etag', etag);
    if (holdsEtag(request.headers['if-none-match'], etag)) return reply.code(304).send();
    return reply.type(type).send(body);
  });
}

async function setStaticHeaders(_request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (reply.statusCode < 400) void reply.header('cache-control', 'public, max-age=3600');
}

function readStaticFile(name: string, type: string): StaticFile {
  const body = readFileSync(new URL(`./static/${name}`, import.meta.url));
  const digest = createHash('sha256').update(body).digest('base64url');
  return { url: `/pages/${name}`, type, body, etag: `"${digest}"` };
}

function versionedUrl({ url, etag }: StaticFile): string {
  return `${url}?v=${etag.slice(1, VERSION_LENGTH + 1)}`;
}
