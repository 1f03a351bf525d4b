import { execFile } from 'node:child_process';
import { constants, openSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { ANSWERED_WITHIN_MS } from '../../support/fault-answers.ts';
import { sharedFaultPostgres } from '../../support/fault-postgres.ts';
import { spawnServer, untilReady } from '../../support/fault-server.ts';
import { type Answer, createLoadClient } from '../../support/load-client.ts';
import { sampleOf } from '../../support/metrics-text.ts';
import { temporaryFolder } from '../../support/server-process.ts';

const postgres = sharedFaultPostgres();

type Line = Readonly<Record<string, unknown>>;

const MANY = 2_000;
/** Enough to fill a pipe. */
const SOME = 200;
/** Stands in two lines of the log: told of many requests it fills a pipe, and all that may wait before one. */
const LONG_PATH = `/nowhere/${'x'.repeat(480)}`;

it('answers on while nobody reads its log, counts what is dropped, and goes on in order when somebody does', async () => {
  const pipe = await openPipe();
  const server = await spawnServer(await postgres().createDatabase(), { stdout: pipe.file.fd });
  await untilReady(server.url);

  const answers = await ask(server.url, MANY);
  const lines = readLines(pipe.path);
  await expect.poll(() => dropsIn(lines()), { timeout: 10_000 }).not.toEqual([]);
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  await ask(server.url, 1);
  await expect.poll(() => lines().at(-1)?.['msg'], { timeout: 10_000 }).toBe('request completed');
  server.signal('SIGTERM');

  expectAnswered(answers);
  expect(dropsIn(lines())).toEqual([expect.any(Number)]);
  expect([sampleOf(metrics, 'gatehouse_log_lines_dropped_total')]).toEqual(dropsIn(lines()));
  const times = lines().map(({ time }) => String(time));
  expect(times).toEqual([...times].sort());
  expect(await server.ended).toBe(0);
});

it('stops in time where nobody ever reads its log', async () => {
  const pipe = await openPipe();
  const server = await spawnServer(await postgres().createDatabase(), { stdout: pipe.file.fd });
  await untilReady(server.url);
  await ask(server.url, SOME);

  const toldAt = performance.now();
  server.signal('SIGTERM');

  expect(await server.ended).toBe(0);
  expect(performance.now() - toldAt).toBeLessThan(15_000);
});

it('answers on while the disk of its log is full, and stops in time', async () => {
  const full = await openFile('/dev/full');
  const server = await spawnServer(await postgres().createDatabase(), { stdout: full.fd });
  await untilReady(server.url);

  const answers = await ask(server.url, SOME);
  server.signal('SIGTERM');

  expectAnswered(answers);
  expect(await server.ended).toBe(0);
});

it('writes what waits before it ends', async () => {
  const pipe = await openPipe();
  const server = await spawnServer(await postgres().createDatabase(), { stdout: pipe.file.fd });
  await untilReady(server.url);
  const answers = await ask(server.url, SOME);

  server.signal('SIGTERM');
  const lines = readLines(pipe.path);

  expect(await server.ended).toBe(0);
  const told = () => lines().filter(({ path, msg }) => path === LONG_PATH && msg === 'request completed');
  await expect.poll(() => told().length).toBe(answers.length);
});

/** That many requests, some at a time. */
async function ask(url: string, count: number): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  const client = createLoadClient(url, (answer) => answers.push(answer));
  const caller = async (): Promise<void> => {
    while (answers.length < count) await client.look(LONG_PATH);
  };
  await Promise.all(Array.from({ length: Math.min(8, count) }, caller));
  return answers;
}

/** Each as ever, and none later than where somebody reads. */
function expectAnswered(answers: readonly Answer[]): void {
  expect(answers.filter(({ status }) => status !== 404)).toEqual([]);
  expect(answers.filter(({ tookMs }) => tookMs > ANSWERED_WITHIN_MS)).toEqual([]);
}

/** A pipe that has both its ends here, so that it stays open while nobody reads. */
async function openPipe(): Promise<Readonly<{ path: string; file: FileHandle }>> {
  const path = join(await temporaryFolder(), 'pipe');
  await promisify(execFile)('mkfifo', [path]);
  return { path, file: await openFile(path, 'r+') };
}

/** Reads on in a pipe, and answers with the lines of the log so far. */
function readLines(path: string): () => readonly Line[] {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const reader = new Socket({ fd, writable: false });
  onTestFinished(() => void reader.destroy());
  let text = '';
  reader.on('data', (chunk) => {
    text += String(chunk);
  });
  return () => {
    const whole = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
    return whole.filter((line) => line.startsWith('{')).map((line): Line => JSON.parse(line));
  };
}

function dropsIn(lines: readonly Line[]): readonly unknown[] {
  return lines.flatMap(({ dropped_lines: count }) => (count === undefined ? [] : [count]));
}

async function openFile(path: string, flags = 'w'): Promise<FileHandle> {
  const file = await open(path, flags);
  onTestFinished(() => file.close());
  return file;
}
