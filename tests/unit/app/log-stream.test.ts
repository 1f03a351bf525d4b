import { afterEach, describe, expect, it, vi } from 'vitest';
import { createLogStream, type LogSink } from '../../../app/log-stream.ts';

afterEach(() => void vi.useRealTimers());

describe('what is written', () => {
  it('arrives in order, however slowly it is taken', () => {
    const sink = fakeSink();
    const { write } = streamTo(sink);

    for (const text of ['one\n', 'two\n', 'three\n']) write(text);
    while (sink.isAsked()) sink.take(2);

    expect(sink.text()).toBe('one\ntwo\nthree\n');
  });

  it('is tried again where it was not taken, and arrives once', () => {
    vi.useFakeTimers();
    const sink = fakeSink();
    const { write } = streamTo(sink);

    write('one\n');
    sink.refuse('ENOSPC');
    write('two\n');
    for (const code of ['EAGAIN', 'EPIPE', 'EIO']) {
      vi.advanceTimersByTime(1_000);
      sink.refuse(code);
    }
    vi.advanceTimersByTime(1_000);
    sink.takeAll();

    expect(sink.text()).toBe('one\ntwo\n');
  });

  it('is asked for less and less often while it is not taken', () => {
    vi.useFakeTimers();
    const sink = fakeSink();
    streamTo(sink).write('one\n');
    sink.refuse('EAGAIN');

    let asked = 0;
    for (let time = 0; time < 10_000; time += 5) {
      vi.advanceTimersByTime(5);
      if (sink.isAsked()) {
        asked += 1;
        sink.refuse('EAGAIN');
      }
    }

    expect(asked).toBeGreaterThan(15);
    expect(asked).toBeLessThan(30);
  });
});

describe('more than there is room for', () => {
  it('is dropped whole, the newest first, and told once there is room again', () => {
    const sink = fakeSink();
    const { write, dropped, countDropped } = streamTo(sink, 12);

    for (const text of ['aaaa\n', 'bbbb\n', 'cccc\n', 'dddd\n', 'eeee\n']) write(text);
    expect([dropped, countDropped()]).toEqual([[], 2]);
    sink.takeAll();
    write('ffff\n');
    sink.takeAll();

    expect(sink.text()).toBe('aaaa\nbbbb\ncccc\nffff\n');
    expect([dropped, countDropped()]).toEqual([[2], 2]);
  });

  it('may be told in the stream itself, and is told anew when it happens again', () => {
    const sink = fakeSink();
    const stream = createLogStream({
      sink,
      waitingMax: 20,
      onDropped: (count) => stream.write(`lost ${count}\n`),
    });

    for (let round = 0; round < 2; round += 1) {
      for (let index = 0; index < 8; index += 1) stream.write(`line ${index}\n`);
      sink.takeAll();
    }

    const each = 'line 0\nline 1\nline 2\nlost 5\n';
    expect([sink.text(), stream.countDropped()]).toEqual([each + each, 10]);
  });
});

describe('flush', () => {
  it('calls back when all was taken that came before, and at once where nothing waits', () => {
    const sink = fakeSink();
    const { write, flush } = streamTo(sink);
    const done = vi.fn();

    write('one\n');
    flush(done);
    sink.take(2);
    expect(done).not.toHaveBeenCalled();
    sink.takeAll();
    expect(done).toHaveBeenCalledTimes(1);

    flush(done);
    expect(done).toHaveBeenCalledTimes(2);
  });

  it('gives up on a sink that takes nothing', () => {
    vi.useFakeTimers();
    const { write, flush } = streamTo(fakeSink());
    const done = vi.fn();

    write('one\n');
    flush(done);
    vi.advanceTimersByTime(999);
    expect(done).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);

    expect(done).toHaveBeenCalledTimes(1);
  });
});

describe('finish', () => {
  it('writes at once what waits, in order', () => {
    const sink = fakeSink();
    const { write, finish } = streamTo(sink);
    write('one\n');
    sink.refuse('EAGAIN');
    write('two\n');

    finish();

    expect(sink.text()).toBe('one\ntwo\n');
  });

  it('leaves alone what another thread is just writing', () => {
    const sink = fakeSink();
    const { write, finish } = streamTo(sink);
    write('one\n');
    write('two\n');

    finish();

    expect(sink.text()).toBe('two\n');
  });

  it.each(['EAGAIN', 'ENOSPC', 'EPIPE'])('ends on a sink that says %s', (code) => {
    const sink = fakeSink();
    const { write, finish } = streamTo(sink);
    write('one\n');
    sink.refuse(code);
    sink.break(code);
    const began = performance.now();

    finish();

    expect(sink.text()).toBe('');
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});

function streamTo(sink: LogSink, waitingMax?: number) {
  const dropped: number[] = [];
  const stream = createLogStream({
    sink,
    ...(waitingMax !== undefined && { waitingMax }),
    onDropped: (count) => dropped.push(count),
  });
  return { ...stream, dropped };
}

/** A sink that takes what a test tells it to. */
function fakeSink() {
  type Asked = Readonly<{ chunk: Uint8Array; done: Parameters<LogSink['write']>[1] }>;
  let taken = '';
  let asked: Asked | null = null;
  let broken: string | null = null;
  const answer = (error: NodeJS.ErrnoException | null, count: number): void => {
    if (!asked) throw new Error('Nothing was asked of the sink');
    const { chunk, done } = asked;
    asked = null;
    taken += Buffer.from(chunk.subarray(0, count)).toString();
    done(error, count);
  };
  const sink = {
    write(chunk: Uint8Array, done: Asked['done']) {
      if (asked) throw new Error('The sink was asked twice at once');
      asked = { chunk, done };
    },
    writeSync(chunk: Uint8Array) {
      if (broken) throw failure(broken);
      taken += Buffer.from(chunk).toString();
      return chunk.length;
    },
    isAsked: () => asked !== null,
    take: (count: number) => answer(null, Math.min(count, asked?.chunk.length ?? 0)),
    takeAll() {
      while (asked) answer(null, asked.chunk.length);
    },
    refuse: (code: string) => answer(failure(code), 0),
    /** From now on it refuses what is written at once. */
    break(code: string) {
      broken = code;
    },
    text: () => taken,
  };
  return sink;
}

function failure(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code });
}
