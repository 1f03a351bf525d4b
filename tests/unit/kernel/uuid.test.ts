import { describe, expect, it } from 'vitest';
import { parseId, type UserId } from '../../../core/kernel/ids.ts';
import { isUuid, uuidFromBytes, uuidToBytes } from '../../../core/kernel/uuid.ts';

const UUID = '01900abc-def0-7123-8456-789abcdef012';
const NOT_UUIDS = [
  '',
  UUID.toUpperCase(),
  UUID.replaceAll('-', ''),
  `{${UUID}}`,
  ` ${UUID}`,
  `${UUID}\n`,
  `${UUID}0`,
  UUID.slice(1),
  UUID.replace('a', 'g'),
  UUID.replace('-', '_'),
];

describe('isUuid', () => {
  it('knows the one form that we write', () => {
    expect(isUuid(UUID)).toBe(true);
  });

  it.each(NOT_UUIDS)('refuses %j', (text) => {
    expect(isUuid(text)).toBe(false);
  });
});

it('turns a UUID into its 16 bytes and back', () => {
  const bytes = uuidToBytes(UUID);

  expect(Buffer.from(bytes).toString('hex')).toBe(UUID.replaceAll('-', ''));
  expect(uuidFromBytes(bytes)).toBe(UUID);
});

describe('parseId', () => {
  it('takes a UUID', () => {
    expect(parseId<UserId>(UUID)).toBe(UUID);
  });

  it.each([...NOT_UUIDS, undefined, null, 7, [UUID], { toString: () => UUID }])('refuses %j', (value) => {
    expect(parseId<UserId>(value)).toBeNull();
  });
});
