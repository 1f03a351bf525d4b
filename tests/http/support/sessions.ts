import type { AuditRow, HttpService } from './http-service.ts';
import { bearer, type SignedIn } from './people.ts';

/** Whether the session behind an access token still lives. */
export async function isAlive(
  { get }: HttpService,
  signedIn: Pick<SignedIn, 'accessToken'>,
): Promise<boolean> {
  return (await get('/auth/me', bearer(signedIn))).statusCode === 200;
}

/** Ages or changes the row of a session, for no test waits. */
export async function changeSession(
  { sql }: HttpService,
  { sessionId }: Pick<SignedIn, 'sessionId'>,
  assignment: string,
): Promise<void> {
  await sql(`UPDATE gatehouse.sessions SET ${assignment} WHERE id = $1`, [sessionId]);
}

/** The audit events about one session, the oldest first. */
export async function sessionAudit(
  { audit }: HttpService,
  { sessionId }: Pick<SignedIn, 'sessionId'>,
  slug = 'default',
): Promise<readonly AuditRow[]> {
  return (await audit('session.', slug)).filter(({ target_id }) => target_id === sessionId);
}

/** How often the refresh tokens of a session were spent. */
export async function timesSpent(
  { sql }: HttpService,
  { sessionId }: Pick<SignedIn, 'sessionId'>,
): Promise<number | undefined> {
  const [row] = await sql<{ number: number }>('SELECT number FROM gatehouse.sessions WHERE id = $1', [
    sessionId,
  ]);
  return row?.number;
}
