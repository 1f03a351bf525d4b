import type { ActorStories } from './story.ts';

/** What a person does who has an account, or wants one. */
export const END_USER: ActorStories = {
  actor: 'end user',
  article: 'an',
  stories: [
    {
      can: 'sign up with an address and a password',
      soThat: 'I have an account',
      capability: 'Register, verify an address',
      routes: ['POST /auth/register'],
      tests: {
        'tests/http/auth/register.test.ts': [
          '201 > makes an account at once and answers with it, signing nobody in',
        ],
        'tests/http/sign-in-journey.test.ts': [
          'takes a person from sign-up over sign-in and refresh to the end of the session',
        ],
      },
    },
    {
      can: 'confirm my address by the link in a mail, and see whether that is done',
      soThat: 'the account is known to be mine',
      routes: ['POST /auth/email/verify', 'GET /auth/email/status'],
      tests: {
        'tests/http/email/verify.test.ts': [
          '200 > makes the account of an open registration, signing nobody in',
          '200 > marks the address of an account verified and changes nothing else',
        ],
        'tests/http/email/status.test.ts': [
          '200 > tells the address and that it is not verified yet',
          '200 > tells at once that it is, although the token is older',
        ],
      },
    },
    {
      can: 'ask for that link again',
      soThat: 'a lost mail does not keep me out',
      routes: ['POST /auth/email/resend-verification'],
      tests: {
        'tests/http/email/resend-verification.test.ts': [
          '202 > mails the newest open registration a further link, and both work until one is used',
          '202 > mails an account that is not verified',
        ],
      },
    },
    {
      can: 'open a mail, or have it scanned, without its link being used up',
      soThat: 'it still works when I press the button',
      capability: 'Pages `/setup`',
      tests: {
        'tests/http/email/verify.test.ts': [
          'the mail > is not used up by whoever opens the page or asks the route with GET or HEAD (rule 3)',
        ],
        'tests/http/invitations/accept.test.ts': [
          'the mail > is not used up by whoever opens the page (rule 3)',
        ],
        'tests/unit/pages/page-script.test.ts': [
          'the token > leaves the address bar at once, and goes nowhere before the button is pressed',
        ],
      },
    },
    {
      can: 'register an address of mine although a stranger registered it before me',
      soThat: 'nobody keeps me out or chooses my password',
      tests: {
        'tests/http/auth/register.test.ts': [
          '202, where the tenant wants addresses verified > makes no user and reserves neither address nor username',
        ],
        'tests/http/email/verify.test.ts': [
          'several registrations of one address > want the password of the link, and without it spend nothing',
          'several registrations of one address > are all closed by the one whose link is used',
        ],
      },
    },
    {
      can: 'keep to myself where I have an account, at a tenant that wants addresses confirmed',
      soThat: 'nobody finds it out by trying my address',
      tests: {
        'tests/http/auth/register.test.ts': [
          '202, where the tenant wants addresses verified > answers new, waiting and known addresses byte for byte alike',
          '202, where the tenant wants addresses verified > tells the owner of a known address by a mail without a link',
        ],
        'tests/http/auth/login.test.ts': [
          '401 invalid_credentials > says one thing, byte for byte, whatever is wrong, and forgets the refresh cookie',
        ],
        'tests/http/email/resend-verification.test.ts': [
          '202 > says one thing, byte for byte, of every address',
        ],
      },
    },
    {
      can: 'sign in with my password, by my address or my username, however I spell them',
      soThat: 'the application knows me',
      capability: 'Sign in by password',
      routes: ['POST /auth/login'],
      tests: {
        'tests/http/auth/login.test.ts': [
          '200 > answers a complete sign-in and sets the refresh token as a cookie',
          '200 > takes a username in place of the address, however it is spelt',
          '200 > knows an address however it is spelt',
        ],
      },
    },
    {
      can: 'use a long password in any script, each character of which counts',
      soThat: 'it is as strong as it looks',
      tests: {
        'tests/http/conventions/passwords.test.ts': [
          'a password > is the same in both of its Unicode spellings',
          'a password > counts to its last character, and is never cut',
        ],
      },
    },
    {
      can: 'be told why a new password is refused: too short, too weak, too common, or made of my address',
      soThat: 'I choose a better one',
      tests: {
        'tests/http/auth/register.test.ts': [
          '422 > refuses with %s (%j) and makes no account',
          '422 > refuses the address itself as a password',
        ],
      },
    },
    {
      can: 'stay signed in while I use the application, by refresh tokens that are good once',
      soThat: 'I need not type my password every 15 minutes',
      capability: 'Refresh tokens',
      routes: ['POST /auth/refresh'],
      tests: {
        'tests/http/auth/refresh.test.ts': [
          '200 > by cookie: answers as a sign-in does and rotates the cookie',
          '200 > goes on for as long as each token is used once',
        ],
      },
    },
    {
      can: 'lose a refresh token to a thief without losing my account',
      soThat: 'the session ends as soon as both of us have used it',
      tests: {
        'tests/http/auth/refresh-theft.test.ts': [
          'a spent token out of turn > ends the session once its successor was used',
          'a spent token out of turn > ends the other sessions of that user no more than those of anybody else',
        ],
      },
    },
    {
      can: 'log out here, even with a token that has expired',
      soThat: 'nobody goes on in my name on this device',
      capability: 'Log out here',
      routes: ['POST /auth/logout'],
      tests: {
        'tests/http/auth/logout.test.ts': [
          '204 > ends the session of the token, answers nothing and clears the cookie',
          '204 > lets an expired token end its session',
        ],
      },
    },
    {
      can: 'log out everywhere, or everywhere but here',
      soThat: 'a lost device is of no use to its finder',
      routes: ['POST /auth/logout-all', 'DELETE /auth/sessions/all'],
      tests: {
        'tests/http/auth/logout-all.test.ts': [
          '204 > ends every session of the person, this one too, and clears the cookie',
          '204 > keeps this session and its cookie with "except_current":true',
        ],
        'tests/http/sessions/end-all-sessions.test.ts': [
          '204 > ends every session of the person, this one too, and clears the cookie (%j)',
        ],
      },
    },
    {
      can: 'see where I am signed in: each device, its browser and system, from where and when it was last used',
      soThat: 'I notice a session that is not mine',
      capability: 'See where one is signed in',
      routes: ['GET /auth/sessions'],
      tests: {
        'tests/http/sessions/list-sessions.test.ts': [
          '200 > tells of each session on which device, from where and since when it is, the newest first',
          '200 > tells which of them asks',
          'the pages > are all of the list, each row once, and the last says that it is',
        ],
      },
    },
    {
      can: 'prove once more who I am, without signing out',
      soThat: 'a session that I left open is not enough for what is sensitive',
      capability: 'Prove once more who one is',
      routes: ['POST /auth/reauthenticate', 'POST /auth/reauthenticate/options'],
      tests: {
        'tests/http/auth/reauthenticate.test.ts': [
          '200 > answers a complete sign-in without a refresh token or a cookie, and makes the session fresh',
          'the lock > comes after five wrong passwords, of sign-in and of this together, and holds for both',
        ],
        'tests/http/auth/reauthenticate-options.test.ts': [
          '200 > names the password of an account that has one',
        ],
        'tests/http/auth/fresh-session.test.ts': [
          'a route that wants a fresh sign-in > opens by a proof of who one is, for every token of the session',
        ],
      },
    },
    {
      can: 'end one of my other sessions',
      soThat: 'I keep this one and get rid of that one',
      routes: ['DELETE /auth/sessions/{id}'],
      tests: {
        'tests/http/sessions/end-session.test.ts': [
          '204 > ends another session of the person, and leaves this one and its cookie',
          "404 > is the answer for another user's session, which lives on and hears nothing of it",
        ],
      },
    },
    {
      can: 'sign in on a device that I have used before, whoever guesses at my password meanwhile',
      soThat: 'a stranger cannot lock me out',
      tests: {
        'tests/http/protection/lock.test.ts': [
          'a device that is known > lets its owner in although a stranger locked the account %s',
        ],
      },
    },
    {
      can: 'rely on guessing being stopped after five wrong passwords, for half an hour',
      soThat: 'my password is not found by trying',
      capability: 'Rate limits over all processes',
      tests: {
        'tests/http/protection/lock.test.ts': [
          'a lock by what was typed > answers five wrong passwords with 401, and the sixth and every later one with 429',
          'a lock by what was typed > says for how long, as the setting has it',
          'a lock by what was typed > ends by itself, and begins to count anew',
        ],
      },
    },
    {
      can: 'sign in with the right password without being told that it is wrong, however busy the service is',
      soThat: 'I do not change a good password',
      tests: {
        'tests/http/overload.test.ts': [
          'turns a storm of sign-ins away with 503 and never says of a right password that it was wrong',
        ],
      },
    },
    {
      can: 'have accounts at two tenants under one address, which know nothing of each other',
      soThat: 'one application learns nothing of the other',
      tests: {
        'tests/http/auth/me.test.ts': [
          '200 > knows two people of one address apart, each in their own tenant',
        ],
        'tests/http/auth/logout-all.test.ts': [
          '204 > ends nobody else’s sessions, those of the same address in another tenant neither',
        ],
      },
    },
    {
      can: 'see of my own session on which device, from where and since when it is',
      soThat: 'I recognise it',
      tests: {
        'tests/http/auth/me.test.ts': ['200 > tells of the session as the list of sessions will'],
        'tests/http/auth/login.test.ts': ['200 > keeps what the client calls its device'],
      },
    },
    {
      can: 'be told by mail when somebody signs in to my account on a new device or in a way that is not like me, or has a copy of my session',
      soThat: 'I notice a thief before they do harm',
      capability: 'Suspicious activity',
      tests: {
        'tests/http/protection/suspicious-activity.test.ts': [
          'a sign-in from the other side of the world a moment later > is audited with both countries and mailed, once, with what it was',
          'tells of a right password after many wrong ones',
          'tells of a refresh from another country, and lets it go on',
          'mails the owner of a session that was ended because its refresh token came back',
          'raises nothing for the first sign-in of an account, nor for the same client again',
        ],
      },
    },
  ],
  notYet: [
    'reset or change my password, change my address, or sign in by a link in a mail',
    'use a second factor or a passkey',
    'see and change my profile, get my own data, or delete my account',
    'make API keys',
    'sign in by Google, GitHub or my company',
  ],
};
