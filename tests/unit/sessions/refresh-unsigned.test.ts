import { expect, it } from 'vitest';
import { signedInFixture } from '../../support/signed-in-fixture.ts';

// A process whose SECRET_KEY is behind verifies and signs nothing. A token that it spent for nothing would come back
// after the grace, and count as stolen.
it('spends no refresh token where no access token can be signed', async () => {
  const fixture = await signedInFixture({ graceSeconds: 0 });
  const { accessTokens, keyFactory, first, refreshBy } = fixture;
  const key = await keyFactory.generate('ES256');
  accessTokens.use([{ ...key, sealedPrivateKey: null }]);

  await expect(refreshBy(first.refreshToken)).rejects.toMatchObject({ code: 'unavailable' });

  accessTokens.use([key]);
  expect(await refreshBy(first.refreshToken)).toMatchObject({ session: { id: first.session.id } });
});
