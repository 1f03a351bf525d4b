import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { text } from 'node:stream/consumers';

export type Answer = Readonly<{
  status: number;
  headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  text: string;
  /** The text as JSON; empty where it is none. */
  body: Readonly<Record<string, unknown>>;
}>;

export type Request = Readonly<{
  method?: string;
  headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  body?: unknown;
  /** The address that the connection comes from; all of 127.0.0.0/8 are this machine. */
  from?: string;
}>;

export type HttpsClient = (url: string, request?: Request) => Promise<Answer>;

/** Sends each request over a connection of its own, and trusts the authority of `ca` alone. */
export function httpsClient(ca: string): HttpsClient {
  return (url, given = {}) =>
    new Promise((resolve, reject) => {
      const send = url.startsWith('https:') ? requestHttps : requestHttp;
      const request = send(url, { ...optionsOf(given), ca, path: pathOf(url) });
      request.on('error', reject);
      request.on('response', (response) => {
        answerOf(response).then(resolve, reject);
      });
      request.end(given.body === undefined ? undefined : JSON.stringify(given.body));
    });
}

function optionsOf({ method, headers = {}, body, from = '127.0.0.1' }: Request): RequestOptions {
  const rest = { agent: false, localAddress: from, family: 4 };
  if (body === undefined) return { ...rest, method: method ?? 'GET', headers };
  return { ...rest, method: method ?? 'POST', headers: { 'content-type': 'application/json', ...headers } };
}

/** As it stands in the URL, however odd. */
function pathOf(url: string): string {
  return url.replace(/^https?:\/\/[^/]+/, '');
}

async function answerOf(response: IncomingMessage): Promise<Answer> {
  const { statusCode: status = 0, headers } = response;
  const body = await text(response);
  const isJson = /json/.test(headers['content-type'] ?? '') && body !== '';
  return { status, headers, text: body, body: isJson ? JSON.parse(body) : {} };
}
