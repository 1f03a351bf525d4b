import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Config } from '../config/index.ts';

/**
 * Chooses the port where any free one will do (`PORT=0`), and puts it into the
 * public URL where none was set: issuer and links are made of that before
 * anybody listens.
 */
export async function withRealPort(config: Config): Promise<Config> {
  if (config.port !== 0) return config;
  const probe = createServer().listen(0, config.host);
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('No port is to be had');
  const publicUrl = config.publicUrl.replace(/:0$/, `:${address.port}`);
  return { ...config, port: address.port, publicUrl };
}
