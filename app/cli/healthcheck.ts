import { Command } from 'commander';
import { print } from './output.ts';
import { configFor } from './workspace.ts';

const TIMEOUT_MS = 3_000;

/** `healthcheck`: asks `/live` of the server on this machine. For container health checks. */
export function healthcheckCommand(): Command {
  return new Command('healthcheck')
    .description('Ask the server on this machine whether it lives')
    .option('--json', 'print one JSON object')
    .action(async ({ json = false }: Readonly<{ json?: boolean }>) => {
      const { host, port } = configFor(['port']);
      const answer = await fetch(`http://${reachable(host)}:${port}/live`, {
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
      print(json, { status: 'alive' }, 'alive');
    });
}

/** The address by which to ask a server that listens on `host`: a wildcard is reached over loopback. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
