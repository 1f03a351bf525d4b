import type { Lookup } from './lookup.ts';
import { isDeployed } from './variable.ts';
import { VARIABLES } from './variables/index.ts';

/** How Redis is reached. */
export type RedisConfig = Readonly<{
  /** TLS and a checked certificate where it begins with `rediss:`. */
  url: string;
  /** PEM text; `null`: the system's authorities. */
  ca: string | null;
}>;

/** `null`: limits are counted in this process. */
export function readRedis(lookup: Lookup): RedisConfig | null {
  const url = lookup.given(VARIABLES.REDIS_URL);
  const tls = lookup.value(VARIABLES.REDIS_TLS);
  const ca = lookup.given(VARIABLES.REDIS_CA);
  if (url === null) return null;
  const isEncrypted = url.startsWith('rediss:');
  if (isEncrypted && tls === 'disable') {
    lookup.refuse(VARIABLES.REDIS_TLS, 'is disable, though REDIS_URL begins with rediss://');
  }
  if (!isEncrypted && tls === 'verify' && isDeployed(lookup.environment)) {
    lookup.refuse(
      VARIABLES.REDIS_URL,
      'must begin with rediss:// in staging and production: where plain text is meant, set REDIS_TLS=disable',
    );
  }
  return { url, ca };
}
