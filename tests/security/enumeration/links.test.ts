import { beforeAll, describe, expect, it } from 'vitest';
import { type HttpService, sharedService } from '../../http/support/http-service.ts';
import { almost, openRegistration, strictTenant } from '../../http/support/mails.ts';
import { newSession } from '../../http/support/people.ts';
import { email } from '../../support/parsed.ts';
import { PASSWORD } from '../../support/service.ts';
import { shapeOf } from '../support/shape.ts';
import { STRICT } from './support/accounts.ts';

// Whoever holds a link may hear that it was used (410, api.md, section 4): he has had the mail. Whoever made
// one up learns nothing, not even whether he met somebody's.
const service = sharedService();

beforeAll(async () => {
  await strictTenant(service(), STRICT);
});

describe('a link that somebody made up', () => {
  it.each([
    ['/auth/email/verify', async (at: HttpService) => (await openRegistration(at, STRICT)).token],
    ['/auth/invitations/accept', invitation],
  ])('is refused at %s alike, however near it comes to a real one', async (url, makeToken) => {
    const ask = async (token: string) => shapeOf(await service().post(url, { token, password: PASSWORD }));
    const token = await makeToken(service());

    const near = await ask(almost(token));
    const others = await Promise.all(
      [ofOtherKind(token), almost(token.split('').reverse().join(''))].map(ask),
    );

    expect(near).toMatchObject({ status: 400, code: 'link_invalid' });
    for (const other of others)
      expect(other).toMatchObject({ status: 400, code: 'link_invalid', body: near.body });
  });
});

describe('a refresh token', () => {
  it('is refused alike whether it was made up, altered, spent, ended or is of nobody any more', async () => {
    const { post, sql } = service();
    const refresh = async (text: string) => shapeOf(await post('/auth/refresh', { refresh_token: text }));
    const [ended, gone] = [await byToken(), await byToken()];
    await sql('UPDATE gatehouse.sessions SET ended_at = clock_timestamp() WHERE id = $1', [ended.sessionId]);
    await sql('DELETE FROM gatehouse.sessions WHERE id = $1', [gone.sessionId]);

    const madeUp = await refresh('x'.repeat(ended.refreshToken.length));

    expect(madeUp).toMatchObject({ status: 401, code: 'refresh_token_invalid' });
    for (const text of [almost(ended.refreshToken), ended.refreshToken, gone.refreshToken]) {
      expect(await refresh(text)).toEqual(madeUp);
    }
  });
});

function byToken() {
  return newSession(service(), { transport: 'token' });
}

async function invitation({ app }: HttpService): Promise<string> {
  const { resolveTenant, invite } = app.services;
  return invite.byOperator(await resolveTenant.byName(STRICT), email('invited@example.test'), 'admin');
}

/** The same token as one of the next kind: what a link is for stands in its second byte. */
function ofOtherKind(token: string): string {
  const bytes = Buffer.from(token, 'base64url');
  bytes[1] = ((bytes[1] ?? 0) % 4) + 1;
  return bytes.toString('base64url');
}
