import { type AddressInfo, connect, type Socket } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { expect, it, onTestFinished } from 'vitest';
import {
  type RequestEnd,
  registerRequestMetrics,
} from '../../../adapters/http/conventions/request-metrics.ts';

type Watched = Readonly<{
  http: FastifyInstance;
  /** What was counted so far. */
  ends: readonly RequestEnd[];
  /** Lets the handlers that are under way answer. */
  answer(): void;
  /** How many handlers have begun, and how many have come to their end. */
  handled: { begun: number; over: number };
}>;

/** A server whose route `/slow/:id` answers when it is told to. */
async function watchedServer(): Promise<Watched> {
  const ends: RequestEnd[] = [];
  const countRequest = (end: RequestEnd) => void ends.push(end);
  const http: FastifyInstance = Fastify();
  const waiting: (() => void)[] = [];
  const handled = { begun: 0, over: 0 };
  registerRequestMetrics(http, { countRequest });
  http.route({
    method: ['GET', 'POST'],
    url: '/slow/:id',
    handler: async () => {
      handled.begun += 1;
      await new Promise<void>((resolve) => waiting.push(resolve));
      handled.over += 1;
      return 'done';
    },
  });
  await http.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => http.close());
  const answer = () => {
    for (const each of waiting.splice(0)) each();
  };
  return { http, ends, answer, handled };
}

function send({ http }: Watched, bytes: string): Promise<Socket> {
  const { port } = http.server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(bytes);
      resolve(socket);
    });
    socket.on('error', reject);
    onTestFinished(() => void socket.destroy());
  });
}

const JSON_HEADERS = 'Host: x\r\nContent-Type: application/json\r\n';

it('counts a request when it is answered, by the pattern of its route', async () => {
  const server = await watchedServer();

  const socket = await send(server, 'GET /slow/one HTTP/1.1\r\nHost: x\r\n\r\n');
  await expect.poll(() => server.handled.begun).toBe(1);
  expect(server.ends).toEqual([]);
  server.answer();

  await expect.poll(() => server.ends).toHaveLength(1);
  const [end] = server.ends;
  expect(end).toEqual({ method: 'GET', route: '/slow/:id', status: 200, seconds: expect.any(Number) });
  expect(end?.seconds).toBeGreaterThan(0);
  socket.destroy();
  await server.http.close();
  expect(server.ends).toHaveLength(1);
});

it('counts each of several requests over one connection once', async () => {
  const server = await watchedServer();

  await send(server, 'GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n');

  await expect.poll(() => server.ends).toHaveLength(2);
  expect(server.ends.map(({ route, status }) => [route, status])).toEqual([
    [null, 404],
    [null, 404],
  ]);
});

it.each([
  ['GET', 'GET /slow/one HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['POST', `POST /slow/one HTTP/1.1\r\n${JSON_HEADERS}Content-Length: 2\r\n\r\n{}`],
])('counts a %s whose caller went away before the answer once, as 499', async (method, bytes) => {
  const server = await watchedServer();
  const socket = await send(server, bytes);
  await expect.poll(() => server.handled.begun).toBe(1);

  socket.destroy();

  await expect.poll(() => server.ends).toHaveLength(1);
  server.answer();
  await expect.poll(() => server.handled.over).toBe(1);
  await server.http.close();
  expect(server.ends).toEqual([{ method, route: '/slow/:id', status: 499, seconds: expect.any(Number) }]);
});

it('counts a caller who went away in the middle of the body once, as 499', async () => {
  const server = await watchedServer();
  const socket = await send(
    server,
    `POST /slow/one HTTP/1.1\r\n${JSON_HEADERS}Content-Length: 99\r\n\r\n{"half`,
  );

  // After what was written, so that the request has begun by then.
  socket.end();

  await expect.poll(() => server.ends).toHaveLength(1);
  await server.http.close();
  expect(server.ends).toMatchObject([{ method: 'POST', route: '/slow/:id', status: 499 }]);
  expect(server.handled.begun).toBe(0);
});
