/** Where text goes: a file descriptor, or a test's own. */
export type LogSink = Readonly<{
  /** Writes what it can of a chunk and tells how many bytes that were, or why none. */
  write(chunk: Uint8Array, done: (error: NodeJS.ErrnoException | null, written: number) => void): void;
  /** The same at once. Throws why it cannot. */
  writeSync(chunk: Uint8Array): number;
}>;

export type LogStreamOptions = Readonly<{
  sink: LogSink;
  /** How much may wait, in characters. Default is 1 Mi. */
  waitingMax?: number;
  /** Told how many texts were dropped, once there is room again. */
  onDropped(count: number): void;
}>;

/**
 * Text in order to a sink that may be slow, full or gone.
 *
 * Nobody ever waits for it and it never throws: what a sink does not take is
 * kept and tried again, and while too much is kept, new texts are dropped whole.
 */
export type LogStream = Readonly<{
  write(text: string): void;
  /** Calls back when all was written that came before; at the latest after a second, as nobody may read any more. */
  flush(done: () => void): void;
  /** At the end of the process: writes what is left, within a third of a second. */
  finish(): void;
  /** How many texts were dropped so far, those that nobody was told of yet included. */
  countDropped(): number;
}>;

const WAITING_MAX = 1024 * 1024;
const CHUNK_MAX = 64 * 1024;
const RETRY_MS_MIN = 5;
const RETRY_MS_MAX = 500;
const FLUSH_MS_MAX = 1_000;
const FINISH_MS_MAX = 300;
const PAUSE_MS = 10;
const NOTHING = new Uint8Array();

export function createLogStream({ sink, waitingMax = WAITING_MAX, onDropped }: LogStreamOptions): LogStream {
  const queue = createQueue(waitingMax, onDropped);
  /** The rest of what was taken off the queue. */
  let chunk: Uint8Array = NOTHING;
  let isWriting = false;
  let retry: NodeJS.Timeout | undefined;
  let retryMs = RETRY_MS_MIN;
  const flushes = new Set<() => void>();

  const pump = (): void => {
    if (isWriting || retry) return;
    if (chunk.length === 0) chunk = queue.take(CHUNK_MAX);
    if (chunk.length === 0) {
      for (const done of flushes) done();
      return;
    }
    isWriting = true;
    sink.write(chunk, (error, written) => {
      isWriting = false;
      if (error) return tryLater();
      retryMs = RETRY_MS_MIN;
      chunk = chunk.subarray(written);
      queue.tellDropped();
      pump();
    });
  };
  // A pipe that is full, a disk without room, a reader who left: all may pass, and none keeps the process alive.
  const tryLater = (): void => {
    retry = setTimeout(() => {
      retry = undefined;
      pump();
    }, retryMs).unref();
    retryMs = Math.min(retryMs * 2, RETRY_MS_MAX);
  };

  return {
    write(text) {
      queue.add(text);
      pump();
    },
    flush(done) {
      const settle = (): void => {
        clearTimeout(deadline);
        if (flushes.delete(settle)) done();
      };
      const deadline = setTimeout(settle, FLUSH_MS_MAX);
      flushes.add(settle);
      pump();
    },
    finish() {
      const deadline = Date.now() + FINISH_MS_MAX;
      // Another thread has that chunk in hand: it goes first.
      if (isWriting) sleep(PAUSE_MS);
      else writeAll(sink, chunk, deadline);
      chunk = NOTHING;
      while (Date.now() < deadline) {
        const rest = queue.take(CHUNK_MAX);
        if (rest.length === 0) return;
        writeAll(sink, rest, deadline);
      }
    },
    countDropped: queue.countDropped,
  };
}

type Queue = Readonly<{
  /** Takes a text, or drops it where there is no room. */
  add(text: string): void;
  /** The oldest texts, together about as long as that; empty where there are none. */
  take(lengthMax: number): Uint8Array;
  /** Tells how many were dropped, if any were and there is room to say so. */
  tellDropped(): void;
  /** How many were dropped so far. */
  countDropped(): number;
}>;

function createQueue(waitingMax: number, onDropped: (count: number) => void): Queue {
  let texts: string[] = [];
  let length = 0;
  let dropped = 0;
  let told = 0;

  return {
    add(text) {
      if (length + text.length > waitingMax) {
        dropped += 1;
        return;
      }
      texts.push(text);
      length += text.length;
    },
    take(lengthMax) {
      let [count, taken] = [0, 0];
      for (; count < texts.length && taken < lengthMax; count += 1) taken += texts[count]?.length ?? 0;
      const chunk = texts.slice(0, count).join('');
      texts = texts.slice(count);
      length -= taken;
      return Buffer.from(chunk);
    },
    tellDropped() {
      if (dropped === told || length > waitingMax / 2) return;
      const count = dropped - told;
      told = dropped;
      onDropped(count);
    },
    countDropped: () => dropped,
  };
}

function writeAll(sink: LogSink, chunk: Uint8Array, deadline: number): void {
  for (let rest = chunk; rest.length > 0 && Date.now() < deadline; ) {
    try {
      rest = rest.subarray(sink.writeSync(rest));
    } catch (error) {
      const isFull = error instanceof Error && 'code' in error && error.code === 'EAGAIN';
      if (!isFull) return;
      sleep(PAUSE_MS);
    }
  }
}

/** Holds the whole process: for its very end alone. */
function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
