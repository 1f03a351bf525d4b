import type { Socket } from 'node:net';
import type { FastifyBaseLogger } from 'fastify';
import type { ProblemCode } from '../problems/catalogue.ts';
import { PROBLEMS } from '../problems/catalogue.ts';
import { PROBLEM_MEDIA_TYPE, problemBody } from '../problems/problem.ts';
import { bareHeaders } from './headers.ts';
import type { RequestMetricsDeps } from './request-metrics.ts';

export type ClientErrorDeps = RequestMetricsDeps &
  Readonly<{
    publicUrl: string;
    newId(): string;
    logger: FastifyBaseLogger;
  }>;

/** What Node's parser refuses, by its code; anything else is not HTTP. */
const CODES: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

/** Answers what never became a request: headers beyond the limit, bytes that are not HTTP, half a request. */
export function answerClientError({ publicUrl, newId, logger, countRequest }: ClientErrorDeps) {
  const headers = bareHeaders(publicUrl.startsWith('https:'));
  return (error: NodeJS.ErrnoException, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
      socket.destroy();
      return;
    }
    const code = CODES[error.code ?? ''] ?? 'request_malformed';
    const { status, title } = PROBLEMS[code];
    const requestId = newId();
    countRequest({ method: null, route: null, status, seconds: null });
    // Never the error itself: it holds the bytes that were sent.
    logger.info(
      { request_id: requestId, status, reason: error.code ?? null },
      'what is no request was refused',
    );
    const body = JSON.stringify(problemBody(publicUrl, code, { detail: title, requestId }));
    const lines = Object.entries({
      Connection: 'close',
      ...headers,
      'X-Request-ID': requestId,
      'Content-Type': PROBLEM_MEDIA_TYPE,
      'Content-Length': Buffer.byteLength(body),
    }).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`HTTP/1.1 ${status} ${title}\r\n${lines.join('')}\r\n${body}`);
  };
}
