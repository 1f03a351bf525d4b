import type { RefreshToken, Session } from '../../core/sessions/index.ts';
import { signIn } from './requests.ts';
import {
  addUser,
  CONTEXT,
  type ServiceFixture,
  type ServiceOptions,
  serviceFixture,
} from './service-fixture.ts';

export type SignedInFixture = Awaited<ReturnType<typeof signedInFixture>>;

/** A user who has just signed in, and the means to refresh by the text of a token. */
export async function signedInFixture(options: ServiceOptions = {}) {
  const fixture = await serviceFixture(options);
  const user = await addUser(fixture);
  const first = await signIn(fixture);
  const read = (text: string): RefreshToken => {
    const token = fixture.readRefreshToken(text);
    if (!token) throw new Error('A test refreshes with what is no token of ours');
    return token;
  };
  return {
    ...fixture,
    user,
    first,
    read,
    refreshBy: (text: string) => fixture.refresh(read(text), { named: null, context: CONTEXT }),
  };
}

/** Whether a session of the fixture's tenant is live. */
export async function isLive(
  { store, tenant }: Pick<ServiceFixture, 'store' | 'tenant'>,
  { id, userId }: Pick<Session, 'id' | 'userId'>,
): Promise<boolean> {
  return (await store.sessionStore.look(tenant.id, id, userId)).kind === 'live';
}
