import { describe, expect, it } from 'vitest';
import { createMacKeys } from '../../../adapters/crypto/mac-keys.ts';
import { decodeBase64Url, encodeBase64Url } from '../../../core/kernel/base64url.ts';
import { concatBytes } from '../../../core/kernel/bytes.ts';
import type { SessionId, TenantId } from '../../../core/kernel/ids.ts';
import {
  type RefreshToken,
  readRefreshToken,
  successorOf,
  writeRefreshToken,
} from '../../../core/sessions/refresh-token.ts';

const BASE64URL = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'];
const OLD = 'old-key-old-key-old-key-old-key-old-key';
const NEW = 'new-key-new-key-new-key-new-key-new-key';
const keys = createMacKeys([NEW]);

const TOKEN: RefreshToken = {
  tenantId: '019b76da-a800-7000-8000-000000000001' as TenantId,
  sessionId: '019b76da-a800-7fff-bfff-ffffffffffff' as SessionId,
  number: 7,
  secret: Uint8Array.from({ length: 16 }, (_, index) => index * 17),
};

describe('the text of a refresh token', () => {
  it('says what was written into it', () => {
    expect(readRefreshToken(keys, writeRefreshToken(keys, TOKEN))).toEqual(TOKEN);
  });

  it.each([
    0,
    1,
    255,
    256,
    65_535,
    2 ** 32 - 1,
    2 ** 32,
    2 ** 47,
    2 ** 48 - 1,
  ])('carries the number %i', (number) => {
    const token = { ...TOKEN, number };

    expect(readRefreshToken(keys, writeRefreshToken(keys, token))).toEqual(token);
  });

  it('is the same for the same token, so a retry is given the same successor', () => {
    const successor = writeRefreshToken(keys, successorOf(TOKEN));

    expect(writeRefreshToken(createMacKeys([NEW]), successorOf(TOKEN))).toBe(successor);
    expect(readRefreshToken(keys, successor)).toEqual({ ...TOKEN, number: 8 });
  });

  it('is refused with any one character changed to any other', () => {
    const text = writeRefreshToken(keys, TOKEN);

    for (let index = 0; index < text.length; index += 1) {
      for (const other of BASE64URL.filter((character) => character !== text[index])) {
        const altered = text.slice(0, index) + other + text.slice(index + 1);
        expect(readRefreshToken(keys, altered), `${other} at ${index}`).toBeNull();
      }
    }
  });

  it('is refused cut, prolonged, padded or in another alphabet', () => {
    const text = writeRefreshToken(keys, TOKEN);
    const standard = text.replaceAll('-', '+').replaceAll('_', '/');

    for (const other of ['', text.slice(0, -1), `${text}A`, `${text}=`, ` ${text}`, `${text}\n`]) {
      expect(readRefreshToken(keys, other), JSON.stringify(other)).toBeNull();
    }
    expect(readRefreshToken(keys, `${text.slice(0, -1)}é`)).toBeNull();
    if (standard !== text) expect(readRefreshToken(keys, standard)).toBeNull();
  });

  it('is refused when it was written under a key that is not ours', () => {
    const foreign = createMacKeys(['foreign-key-foreign-key-foreign-key']);

    expect(readRefreshToken(keys, writeRefreshToken(foreign, TOKEN))).toBeNull();
  });

  it('is refused when a foreign code bears the name of our key', () => {
    const body = decodeBase64Url(writeRefreshToken(keys, TOKEN))?.slice(0, -32) ?? new Uint8Array(0);
    const { code } = createMacKeys(['foreign-key-foreign-key-foreign-key']).mac('refresh', body);

    expect(readRefreshToken(keys, encodeBase64Url(concatBytes(body, code)))).toBeNull();
  });

  it('is refused when our code was made for another purpose', () => {
    const body = decodeBase64Url(writeRefreshToken(keys, TOKEN))?.slice(0, -32) ?? new Uint8Array(0);
    const { code } = keys.mac('mailed-code', body);

    expect(readRefreshToken(keys, encodeBase64Url(concatBytes(body, code)))).toBeNull();
  });

  it('outlives a rotation of keys for as long as its own is kept', () => {
    const text = writeRefreshToken(createMacKeys([OLD]), TOKEN);

    expect(readRefreshToken(createMacKeys([NEW, OLD]), text)).toEqual(TOKEN);
    expect(readRefreshToken(createMacKeys([NEW]), text)).toBeNull();
  });
});
