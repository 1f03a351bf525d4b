import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LoadJob, LoadReply, LoadSample } from '../load/protocol.ts';
import { startHelper } from './processes.ts';

/** The process that sends the load. */
export type Load = Readonly<{
  /** One job at a time. @throws {Error} the load itself failed; wrong answers are in the sample */
  run(job: LoadJob): Promise<LoadSample>;
  stop(): Promise<void>;
}>;

const MAIN = fileURLToPath(new URL('../load/main.ts', import.meta.url));

/** Starts it beside the cores of the server. */
export async function startLoad(): Promise<Load> {
  const helper = startHelper([process.execPath, '--import', import.meta.resolve('tsx'), MAIN], {
    cores: 'others',
    hasIpc: true,
  });
  const { child } = helper;
  const reply = async (): Promise<LoadReply> => {
    const waiting = new AbortController();
    const { signal } = waiting;
    const gone = once(child, 'exit', { signal }).then(() => {
      throw new Error(`The load has ended:\n${helper.errors()}`);
    });
    try {
      const [message] = await Promise.race([once(child, 'message', { signal }), gone]);
      return message;
    } finally {
      waiting.abort();
      await gone.catch(() => undefined);
    }
  };
  await reply();
  return {
    async run(job) {
      child.send(job);
      const answer = await reply();
      if (answer.kind === 'done') return answer.sample;
      throw new Error(answer.kind === 'failed' ? answer.reason : 'The load answered out of turn');
    },
    stop: () => helper.stop(),
  };
}
