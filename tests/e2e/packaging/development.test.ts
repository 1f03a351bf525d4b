import { chmod, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { removeFolder } from '../../support/packaging/backends.ts';
import { runToEnd } from '../../support/packaging/child.ts';
import { containerEnvironment, imageStart, runInImage } from '../../support/packaging/image-process.ts';
import { buildImageTree } from '../../support/packaging/image-tree.ts';
import { ROOT } from '../../support/packaging/repository.ts';
import { freePort } from '../../support/server-process.ts';

// docker-compose.dev.yml mounts the sources over those of this target, and a change of them is a new start.
it('the development image runs from its sources, is healthy, and starts anew when one changes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-development-'));
  onTestFinished(() => removeFolder(folder));
  await chmod(folder, 0o711);
  const installed = { development: ROOT };
  const tree = await buildImageTree({ context: ROOT, folder, target: 'development', installed });
  const start = imageStart('development');
  const port = String(await freePort());
  const environment = { HOST: '127.0.0.1', PORT: port, DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'info' };
  const options = { tree, start, account: {}, environment, log: join(folder, 'development.log') };

  const server = runInImage(options);
  onTestFinished(() => server.end('SIGTERM').then(() => undefined));
  await server.until(/Gatehouse is ready\n/, 90_000);
  const [program = '', ...words] = start.healthcheck;
  const env = containerEnvironment(options);
  expect(await runToEnd(join(tree, program), words, { cwd: tree, env })).toBe('alive\n');

  const banner = join(tree, 'app/banner.ts');
  const text = await readFile(banner, 'utf8');
  await writeFile(banner, text.replace('Gatehouse is ready', 'Gatehouse is ready again'));
  await server.until(/Gatehouse is ready again\n/, 90_000);
}, 240_000);
