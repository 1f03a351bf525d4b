import { decodeJwt, decodeProtectedHeader, generateKeyPair, SignJWT } from 'jose';
import type { AccessTokenClaims } from '../../../core/tokens/index.ts';
import type { HttpService } from './http-service.ts';

/** A genuine token with other claims: `undefined` takes one away. */
export function resigned(
  { app }: HttpService,
  accessToken: string,
  changes: Readonly<Record<string, unknown>>,
): string {
  const claims = Object.entries({ ...decodeJwt(accessToken), ...changes }).filter(
    ([, value]) => value !== undefined,
  );
  return app.services.accessTokens.sign(Object.fromEntries(claims) as AccessTokenClaims);
}

/** The same token an hour later: genuine and expired. */
export function expired(service: HttpService, accessToken: string): string {
  const { iat = 0, exp = 0 } = decodeJwt(accessToken);
  return resigned(service, accessToken, { iat: iat - 3600, exp: exp - 3600 });
}

/** The same claims under the same `kid`, signed by a key that is not ours. */
export async function forged(accessToken: string): Promise<string> {
  const { privateKey } = await generateKeyPair('ES256');
  return new SignJWT(decodeJwt(accessToken))
    .setProtectedHeader({ alg: 'ES256', ...decodeProtectedHeader(accessToken) })
    .sign(privateKey);
}

/** The session that an access token in these headers names, if one does, good or not. */
export function sessionNamedBy({ authorization = '' }: Readonly<Record<string, string>>): string | null {
  try {
    const { sid } = decodeJwt(authorization.replace(/^Bearer +/i, ''));
    return typeof sid === 'string' ? sid : null;
  } catch {
    return null;
  }
}

/** The same claims with no signature at all. */
export function unsigned(accessToken: string): string {
  const [, payload] = accessToken.split('.');
  const header = Buffer.from(JSON.stringify({ ...decodeProtectedHeader(accessToken), alg: 'none' }));
  return `${header.toString('base64url')}.${payload}.`;
}
