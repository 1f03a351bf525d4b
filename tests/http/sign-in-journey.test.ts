import { expect, it } from 'vitest';
import { PASSWORD, startService } from '../support/service.ts';

it('takes a person from sign-up over sign-in and refresh to the end of the session', async () => {
  const { post, get } = await startService();
  const registered = await post('/auth/register', { email: 'ada@example.test', password: PASSWORD });
  expect([registered.statusCode, registered.json().user.email]).toEqual([201, 'ada@example.test']);

  const login = await post('/auth/login', {
    email: 'Ada@Example.test',
    password: PASSWORD,
    transport: 'token',
  });
  expect(login.statusCode).toBe(200);
  const { access_token: first, refresh_token: refreshToken } = login.json();
  const me = await get('/auth/me', { authorization: `Bearer ${first}` });
  expect([me.statusCode, me.json().user.roles]).toEqual([200, ['member']]);

  const refreshed = await post('/auth/refresh', { refresh_token: refreshToken });
  expect(refreshed.statusCode).toBe(200);
  const { access_token: second } = refreshed.json();
  const logout = await post('/auth/logout', {}, { authorization: `Bearer ${second}` });
  expect(logout.statusCode).toBe(204);

  const after = await get('/auth/me', { authorization: `Bearer ${first}` });
  expect([after.statusCode, after.json().code]).toEqual([401, 'session_revoked']);
});
