import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import Fastify from 'fastify';
import { pageRoutes } from '../../../adapters/http/pages/routes.ts';
import { parseDocument, type TinyElement } from './tiny-dom.ts';

const SCRIPT = readFileSync(new URL('../../../adapters/http/pages/static/page.js', import.meta.url), 'utf8');

type Sent = Readonly<{ url: string; body: unknown; credentials: string; contentType: string }>;
type FetchOptions = Readonly<{ body: string; credentials: string; headers: Record<string, string> }>;

/** How the API answers, or `'unreachable'`. */
export type ApiAnswer =
  | Readonly<{ status: number; body: object; headers?: Record<string, string> }>
  | 'unreachable';

/** The HTML of one of the pages as the server sends it. */
async function pageHtml(path: string): Promise<string> {
  const server = Fastify();
  await server.register(pageRoutes({}));
  const { body } = await server.inject(path);
  return body;
}

/** Opens a page with its script as a person does who follows a link. */
export async function openPage(path: string, hash: string, answers: readonly ApiAnswer[] = []) {
  const { document, dispatch, focused } = parseDocument(await pageHtml(path));
  const sent: Sent[] = [];
  const waiting = [...answers];
  const location = { pathname: path, search: '', hash, reloads: 0, reload: () => void location.reloads++ };
  let onHashChange: () => unknown = () => undefined;
  const window = {
    location,
    history: {
      replaceState: (_state: unknown, _title: string, url: string) =>
        void Object.assign(location, { hash: '', url }),
    },
    addEventListener: (_type: 'hashchange', listener: () => unknown) => {
      onHashChange = listener;
    },
  };
  const fetch = async (url: string, { body, credentials, headers }: FetchOptions) => {
    sent.push({ url, body: JSON.parse(body), credentials, contentType: headers['content-type'] ?? '' });
    const answer = waiting.shift() ?? 'unreachable';
    if (answer === 'unreachable') throw new TypeError('Failed to fetch');
    return new Response(JSON.stringify(answer.body), {
      status: answer.status,
      headers: answer.headers ?? {},
    });
  };
  runInNewContext(`'use strict';${SCRIPT}`, { document, window, fetch, URLSearchParams, AbortSignal });

  const get = (selector: string): TinyElement => {
    const element = document.querySelector(selector);
    if (!element) throw new Error(`${selector} is not on the page`);
    return element;
  };
  const fieldNamed = (field: string) => get(`[data-field="${field}"]`);
  return {
    document,
    location,
    sent,
    focused,
    get,
    has: (selector: string) => document.querySelector(selector) !== null,
    field: fieldNamed,
    type: (field: string, text: string) => {
      fieldNamed(field).value = text;
    },
    submit: () => dispatch(get('form'), 'submit'),
    click: (selector: string) => dispatch(get(selector), 'click'),
    changeHash: (to: string) => {
      location.hash = to;
      onHashChange();
    },
  };
}
