import { describe, expect, it } from 'vitest';
import { createNodeCrypto } from '../../../adapters/crypto/node-crypto.ts';
import { decodeBase64Url, encodeBase64Url } from '../../../core/kernel/base64url.ts';
import type { TenantId } from '../../../core/kernel/ids.ts';
import {
  mintOneTimeText,
  ONE_TIME_KINDS,
  type OneTimeKind,
  readOneTimeText,
} from '../../../core/kernel/one-time-text.ts';
import { fakeClock } from '../../fakes/clock.ts';

const crypto = createNodeCrypto(fakeClock());
const tenantId = crypto.newId() as TenantId;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const KINDS = Object.keys(ONE_TIME_KINDS) as readonly OneTimeKind[];

describe('one-time text', () => {
  it.each(KINDS)('names its purpose %s and its tenant, and hashes alike on both sides', (kind) => {
    const { text, ...minted } = mintOneTimeText(crypto, kind, tenantId);

    expect(text).toMatch(/^[\w-]{56}$/);
    expect(readOneTimeText(crypto, text)).toEqual(minted);
    expect(minted).toMatchObject({ kind, tenantId });
  });

  // The number stands in links that are under way: it may never mean anything else.
  it('gives each kind the number that it always had', () => {
    expect(ONE_TIME_KINDS).toEqual({
      verify_registration: 1,
      verify_account: 2,
      invitation: 3,
      first_owner: 4,
    });
  });

  it('is another one each time', () => {
    const texts = Array.from({ length: 100 }, () => mintOneTimeText(crypto, 'invitation', tenantId).text);

    expect(new Set(texts).size).toBe(100);
  });

  // Rule 2: a secret is bound to its purpose and tenant, for both are part of what is hashed.
  it('is refused, or is another secret, with any one character changed', () => {
    const { text, hash } = mintOneTimeText(crypto, 'invitation', tenantId);

    for (const [index, character] of [...text].entries()) {
      for (const other of [...ALPHABET].filter((candidate) => candidate !== character)) {
        const read = readOneTimeText(crypto, text.slice(0, index) + other + text.slice(index + 1));
        expect(read && Buffer.compare(read.hash, hash) === 0).not.toBe(true);
      }
    }
  });

  it.each([
    ['nothing', () => ''],
    ['another length', (text: string) => text.slice(0, -4)],
    ['a tail', (text: string) => `${text}AAAA`],
    ['padding', (text: string) => `${text.slice(0, -1)}=`],
    ['a blank', (text: string) => ` ${text.slice(1)}`],
    ['another version', (text: string) => withByte(text, 0, 2)],
    ['the kind 0', (text: string) => withByte(text, 1, 0)],
    ['a kind that is not there yet', (text: string) => withByte(text, 1, 5)],
  ])('reads nothing in %s', (_what, alter) => {
    const { text } = mintOneTimeText(crypto, 'invitation', tenantId);

    expect(readOneTimeText(crypto, alter(text))).toBeNull();
  });
});

function withByte(text: string, index: number, value: number): string {
  const bytes = decodeBase64Url(text) ?? new Uint8Array();
  bytes[index] = value;
  return encodeBase64Url(bytes);
}
