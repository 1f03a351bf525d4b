import { describe, expect, it } from 'vitest';
import { AUDIT_EVENT_TYPES } from '../../../core/audit/index.ts';

const IRREGULAR = ['begun', 'lost', 'made', 'sent', 'set', 'taken'];

describe.each(Object.entries(AUDIT_EVENT_TYPES))('%s', (type, { description }) => {
  it('is a noun and a past participle', () => {
    expect(type).toMatch(/^[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*$/);
    const verb = type.split(/[._]/).at(-1) ?? '';
    expect(verb.endsWith('ed') || IRREGULAR.includes(verb), verb).toBe(true);
  });

  it('says in one sentence what happened', () => {
    expect(description).toMatch(/^[A-Z][^.]{10,}[^.]$/);
  });
});

it('says of no two types the same', () => {
  const descriptions = Object.values(AUDIT_EVENT_TYPES).map(({ description }) => description);

  expect(new Set(descriptions).size).toBe(descriptions.length);
});

// What the security view shows: severities that must not sink by accident.
it.each([
  ['session.refresh_token_reused', 'critical'],
  ['session.refresh_token_rejected', 'warning'],
  ['access.denied', 'warning'],
  ['login.failed', 'warning'],
  ['credential_stuffing.detected', 'critical'],
  ['suspicion.raised', 'warning'],
] as const)('holds %s to be %s', (type, severity) => {
  expect(AUDIT_EVENT_TYPES[type].severity).toBe(severity);
});
