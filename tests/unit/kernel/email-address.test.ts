import { describe, expect, it } from 'vitest';
import { parseEmailAddress } from '../../../core/kernel/email-address.ts';

const LABEL = 'd'.repeat(63);
const LOCAL = 'l'.repeat(64);

describe('parseEmailAddress', () => {
  it.each([
    ['ada@example.com', 'ada@example.com'],
    ['  Ada@Example.COM\t', 'ada@example.com'],
    ['ada+list@example.com', 'ada+list@example.com'],
    ["o'neil_1-2@example.com", "o'neil_1-2@example.com"],
    ['a.b.c@sub.example.co.uk', 'a.b.c@sub.example.co.uk'],
    ['ada@ｅｘａｍｐｌｅ．com', 'ada@example.com'],
    ['ada@BÜCHER.example', 'ada@bücher.example'],
    ['jose\u0301@example.com', 'jos\u00e9@example.com'],
    // No capital letter composes with this caron, but the small one does.
    ['J\u030c@example.com', '\u01f0@example.com'],
    [`${LOCAL}@example.com`, `${LOCAL}@example.com`],
    [`ada@${LABEL}.com`, `ada@${LABEL}.com`],
    [`${LOCAL}@${LABEL}.${LABEL}.${'d'.repeat(61)}`, `${LOCAL}@${LABEL}.${LABEL}.${'d'.repeat(61)}`],
  ])('reads %j as %j', (text, canonical) => {
    expect(parseEmailAddress(text)).toBe(canonical);
    expect(parseEmailAddress(canonical)).toBe(canonical);
  });

  it.each([
    ['nothing', ''],
    ['blanks', '   '],
    ['a name', 'ada'],
    ['no local part', '@example.com'],
    ['no domain', 'ada@'],
    ['two signs', 'ada@example@example.com'],
    ['two addresses', 'ada@example.com,eve@example.com'],
    ['two addresses apart', 'ada@example.com eve@example.com'],
    ['a display name', 'Ada <ada@example.com>'],
    ['a quoted local part', '"ada lovelace"@example.com'],
    ['a comment', 'ada(home)@example.com'],
    ['a blank within', 'ada lovelace@example.com'],
    ['a line break', 'ada@example.com\r\nBcc: everybody'],
    ['a NUL', 'ada\0@example.com'],
    ['an invisible character', 'ada\u200b@example.com'],
    ['a lone surrogate', 'ada\ud800@example.com'],
    ['a dot in front', '.ada@example.com'],
    ['a dot behind', 'ada.@example.com'],
    ['two dots', 'ada..lovelace@example.com'],
    ['an empty label', 'ada@example..com'],
    ['a dot before the domain', 'ada@.example.com'],
    ['a dot after the domain', 'ada@example.com.'],
    ['a label that begins with a hyphen', 'ada@-example.com'],
    ['a label that ends with a hyphen', 'ada@example-.com'],
    ['an underscore in the domain', 'ada@exa_mple.com'],
    ['an address literal', 'ada@[127.0.0.1]'],
    ['a local part of 65', `l${LOCAL}@example.com`],
    ['a label of 64', `ada@d${LABEL}.com`],
    ['255 characters', `${LOCAL}@${LABEL}.${LABEL}.${'d'.repeat(62)}`],
  ])('refuses %s', (_what, text) => {
    expect(parseEmailAddress(text)).toBeNull();
  });
});
