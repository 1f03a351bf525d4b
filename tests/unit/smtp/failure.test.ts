import { describe, expect, it } from 'vitest';
import { failureOf, oneLineOf, SmtpFailure } from '../../../adapters/smtp/failure.ts';

function clientError(fields: Record<string, unknown>): Error {
  return Object.assign(new Error('Message failed: 550 with the words of the server'), fields);
}

describe('a failure', () => {
  it('is known by its codes', () => {
    const error = clientError({
      code: 'EENVELOPE',
      responseCode: 550,
      response: '550 5.1.1 who?',
      command: 'RCPT TO',
    });

    expect(failureOf(error)).toMatchObject({
      name: 'SmtpFailure',
      reason: 'EENVELOPE 550 5.1.1',
      message: 'The mail was not taken (EENVELOPE 550 5.1.1)',
      isFinal: true,
    });
  });

  it.each([
    ['something that is no error', 'a string', 'unknown'],
    ['an error that says nothing', new Error('secret'), 'unknown'],
    ['codes that are none', clientError({ code: 'E SECRET\n', responseCode: '550' }), 'unknown'],
    [
      'an error of the system',
      clientError({ code: 'ESOCKET', originalCode: 'ECONNRESET' }),
      'ESOCKET ECONNRESET',
    ],
  ])('of %s is for now', (_, error, reason) => {
    expect(failureOf(error)).toMatchObject({ reason, isFinal: false });
  });

  it('stays as it is once it is one', () => {
    const failure = new SmtpFailure('ETIMEDOUT', false);

    expect(failureOf(failure)).toBe(failure);
  });

  it.each([
    ['RCPT TO', 500, true],
    ['RCPT TO', 599, true],
    ['DATA', 554, true],
    ['RCPT TO', 499, false],
    ['RCPT TO', 600, false],
    ['RCPT TO', 503, false],
    ['RCPT TO', 530, false],
    ['RCPT TO', 535, false],
    ['MAIL FROM', 550, false],
    ['EHLO', 550, false],
    ['CONN', 554, false],
    ['AUTH PLAIN', 535, false],
    ['STARTTLS', 554, false],
  ])('of %s with %i: for good is %s', (command, responseCode, isFinal) => {
    const error = clientError({ code: 'EENVELOPE', responseCode, response: `${responseCode} no`, command });

    expect(failureOf(error).isFinal).toBe(isFinal);
  });

  it('is for good where the client itself takes no such address', () => {
    expect(failureOf(clientError({ code: 'EENVELOPE', command: 'API' })).isFinal).toBe(true);
  });

  it('tells whoever asks what the server said, in one line', () => {
    const response = '550-5.1.1 no\n550 5.1.1 \u001b[31msuch\u0007 mailbox';
    const error = clientError({ code: 'EENVELOPE', responseCode: 550, response, command: 'RCPT TO' });

    expect(failureOf(error).reply()).toBe('550-5.1.1 no 550 5.1.1 [31msuch mailbox');
  });

  it('tells nobody what the server said to a log-in', () => {
    const response = '535 5.7.8 not with open sesame';
    const error = clientError({ code: 'EAUTH', responseCode: 535, response, command: 'AUTH PLAIN' });

    expect(failureOf(error).reply()).toBeNull();
  });
});

it('makes one short line of whatever a server says', () => {
  expect(oneLineOf(`250 2.0.0\r\n\u0000Ok\t queued — ${'x'.repeat(500)}`)).toMatch(
    /^250 2\.0\.0 Ok queued — x{176,}$/,
  );
  expect(oneLineOf('x'.repeat(500))).toHaveLength(200);
});
