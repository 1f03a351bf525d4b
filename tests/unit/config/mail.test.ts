import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../config/index.ts';
import { PRODUCTION, refusedNames } from './support.ts';

const MAIL = { SMTP_HOST: 'smtp.example.com', SMTP_FROM: 'no-reply@example.com' };

describe('SMTP', () => {
  it('is whole with a host and a sender', () => {
    expect(readConfig(MAIL).smtp).toEqual({
      host: 'smtp.example.com',
      port: 587,
      credentials: null,
      from: 'no-reply@example.com',
      tls: 'starttls',
    });
  });

  it.each([
    ['starttls', 587],
    ['tls', 465],
    ['disable', 25],
  ])('with SMTP_TLS=%s goes to port %d, unless another is named', (tls, port) => {
    expect(readConfig({ ...MAIL, SMTP_TLS: tls }).smtp).toMatchObject({ tls, port });
    expect(readConfig({ ...MAIL, SMTP_TLS: tls, SMTP_PORT: '2525' }).smtp).toMatchObject({ tls, port: 2525 });
  });

  it('takes user and password together', () => {
    const env = { ...MAIL, SMTP_USER: 'gatehouse', SMTP_PASSWORD: ' p:w ' };

    expect(readConfig(env).smtp?.credentials).toEqual({ user: 'gatehouse', password: ' p:w ' });
  });

  it.each(['development', 'production'])('does not take half of them in %s', (ENVIRONMENT) => {
    const env = { ...PRODUCTION, ENVIRONMENT };

    expect(refusedNames({ ...env, SMTP_USER: 'gatehouse' })).toEqual(['SMTP_PASSWORD']);
    expect(refusedNames({ ...env, SMTP_PASSWORD: 'pw' })).toEqual(['SMTP_USER']);
  });

  it('is not set by halves where it may be left out', () => {
    expect(refusedNames({ SMTP_HOST: MAIL.SMTP_HOST })).toEqual(['SMTP_FROM']);
    expect(refusedNames({ SMTP_FROM: MAIL.SMTP_FROM })).toEqual(['SMTP_FROM']);
    expect(refusedNames({ SMTP_PORT: '25' })).toEqual(['SMTP_PORT']);
    expect(refusedNames({ SMTP_USER: 'a', SMTP_PASSWORD: 'b' })).toEqual(['SMTP_USER', 'SMTP_PASSWORD']);
  });

  it.each([
    ['SMTP_HOST', ['smtp.example.com:587', 'smtp://smtp.example.com', 'a b']],
    ['SMTP_PORT', ['0', '65536', 'smtp']],
    ['SMTP_TLS', ['on', 'STARTTLS', 'verify']],
    ['SMTP_FROM', ['no-reply', 'a@b@c', 'a@b, c@d', 'Name a@b', '<a@b', 'a\r\nBcc: x@y <a@b>', 'a@b\nx']],
  ])('refuses %s of %j', (name, texts) => {
    for (const text of texts) expect(refusedNames({ ...MAIL, [name]: text }), text).toEqual([name]);
  });

  it.each([
    'no-reply@example.com',
    'Acme <no-reply@example.com>',
    '<no-reply@example.com>',
  ])('takes the sender %s', (from) => {
    expect(readConfig({ ...MAIL, SMTP_FROM: from }).smtp?.from).toBe(from);
  });
});
