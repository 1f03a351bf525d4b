import { describe, expect, it } from 'vitest';
import { findMisspelt } from '../../../config/index.ts';

describe('a variable that is nearly one of ours', () => {
  it.each([
    ['DATABSE_URL', 'DATABASE_URL'],
    ['DATABASE_URI', 'DATABASE_URL'],
    ['SMTP_PASWORD_FILE', 'SMTP_PASSWORD_FILE'],
    ['PROT', 'PORT'],
    ['SECRET_KEY_FIEL', 'SECRET_KEY_FILE'],
    ['REQUIRE_EMAIL_VERIFCATION', 'REQUIRE_EMAIL_VERIFICATION'],
  ])('%s is told, with what was meant', (typed, meant) => {
    const told = findMisspelt({ [typed]: 'x' });

    expect(told).toEqual([`${typed} is no setting of Gatehouse; did you mean ${meant}?`]);
  });

  it('is told by its name alone, for its value may be a secret', () => {
    const told = findMisspelt({ SECRTE_KEY: 'marker-of-a-secret' });

    expect(told.join()).not.toContain('marker');
    expect(told).toHaveLength(1);
  });
});

it('is not told where what was meant is set as well', () => {
  expect(findMisspelt({ DATABASE_URI: 'x', DATABASE_URL: 'y' })).toEqual([]);
});

describe('what is not nearly one of ours is nobody’s mistake', () => {
  it.each(['DATABASE_URL', 'SECRET_KEY_FILE', 'PORT'])('%s is ours', (name) => {
    expect(findMisspelt({ [name]: 'x' })).toEqual([]);
  });

  it.each([
    'HOME',
    'PATH',
    'PWD',
    'HOSTNAME',
    'LANG',
    'TERM',
    'USER',
    'SHELL',
    'NODE_ENV',
    'npm_config_cache',
    'TZ',
    'CI',
    'SMTP',
  ])('%s is somebody else’s', (name) => {
    expect(findMisspelt({ [name]: 'x' })).toEqual([]);
  });
});
