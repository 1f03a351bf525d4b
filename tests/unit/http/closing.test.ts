import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import Fastify from 'fastify';
import { expect, it, onTestFinished, vi } from 'vitest';
import { registerClosing } from '../../../adapters/http/conventions/closing.ts';

/** So long that no test waits for it. */
const FOR_EVER_MS = 60_000;
const REQUEST = 'GET /slow HTTP/1.1\r\nHost: here\r\n\r\n';

// Rule 36.
it('answers what is under way, and says that the connection is not kept', async () => {
  const { server, open, answer } = await slowServer(FOR_EVER_MS);
  const client = await open(REQUEST);
  await server.isAsked;

  const closed = server.close();
  await vi.waitFor(() => expect(server.isListening()).toBe(false));
  answer();
  await closed;

  expect(await client.text).toMatch(/^HTTP\/1\.1 200 [\s\S]*\r\nconnection: close\r\n[\s\S]*done$/i);
});

it('cuts connections on which nothing is under way, but not before all else was answered', async () => {
  const { server, open, answer } = await slowServer(FOR_EVER_MS);
  const client = await open(REQUEST);
  const silent = await open('');
  await server.isAsked;

  const closed = server.close();
  const wasCutEarly = await Promise.race([silent.text.then(() => true), nextLook()]);
  answer();
  await closed;

  expect(wasCutEarly).toBe(false);
  expect([await silent.text, (await client.text).slice(0, 12)]).toEqual(['', 'HTTP/1.1 200']);
});

it('waits for nobody who has gone away before the answer', async () => {
  const { server, open } = await slowServer(FOR_EVER_MS);
  const gone = await open(REQUEST);
  await server.isAsked;
  gone.leave();
  const silent = await open('');

  await server.close();

  expect(await silent.text).toBe('');
});

it('waits for no request for ever', async () => {
  const { server, open } = await slowServer(200);
  const client = await open(REQUEST);
  await server.isAsked;

  await server.close();

  expect(await client.text).toBe('');
});

/** Longer than it takes to look once more at what is under way. */
async function nextLook(): Promise<false> {
  await new Promise((resolve) => setTimeout(resolve, 150));
  return false;
}

async function slowServer(cutAfterMs: number) {
  const asked = deferred();
  const answered = deferred();
  const fastify = Fastify({ forceCloseConnections: 'idle' });
  registerClosing(fastify, cutAfterMs);
  fastify.get('/slow', async () => {
    asked.resolve();
    await answered.promise;
    return 'done';
  });
  await fastify.listen({ port: 0, host: '127.0.0.1' });
  const { port } = fastify.server.address() as AddressInfo;
  return {
    server: {
      isAsked: asked.promise,
      isListening: () => fastify.server.listening,
      close: () => fastify.close(),
    },
    answer: answered.resolve,
    /** Opens a connection and sends that; `text` is all that came until its end. */
    async open(request: string) {
      const socket = connect(port, '127.0.0.1').on('error', () => undefined);
      onTestFinished(() => void socket.destroy());
      await once(socket, 'connect');
      socket.write(request);
      return { text: textOf(socket), leave: () => void socket.destroy() };
    },
  };
}

async function textOf(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk) => {
    text += String(chunk);
  });
  await once(socket, 'close');
  return text;
}

function deferred() {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
