// Runs the command line of dist/ many times in one process: loading it takes longer than most commands do. It is told
// { args, env, cwd, input, mark } over the channel of child_process.fork, one call at a time. What a command writes goes
// to stdout and stderr, each of which is closed with the mark; the exit code is answered over the channel.
import { writeSync } from 'node:fs';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const [, , entry = ''] = process.argv;
const ENTRY = pathToFileURL(entry).href;
/** How long a command may leave something open that would keep a process of its own from ending. */
const LINGER_MS = 20_000;

let runs = 0;
process.on('message', async (call) => {
  const code = await run(call);
  for (const output of [1, 2]) writeSync(output, call.mark);
  process.send?.(code);
});
process.on('disconnect', () => process.exit());

/** The exit code, once everything is closed that the command has opened. */
async function run({ args, env, cwd, input }) {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  process.chdir(cwd);
  process.argv = [process.execPath, entry, ...args];
  process.exitCode = undefined;
  Object.defineProperty(process, 'stdin', { value: Readable.from([input]), configurable: true });
  const before = openResources().length;
  // Another query is another evaluation of this one module; all that it imports stays as it is.
  runs += 1;
  await import(`${ENTRY}?run=${runs}`);
  const deadline = performance.now() + LINGER_MS;
  while (openResources().length > before) {
    if (performance.now() > deadline)
      throw new Error(`It does not end: ${openResources().join(', ')} are open`);
    await delay(2);
  }
  return process.exitCode ?? 0;
}

/** What keeps a process alive. Both outputs are opened by asking for them. */
function openResources() {
  return process.stdout.writable && process.stderr.writable ? process.getActiveResourcesInfo() : [];
}
