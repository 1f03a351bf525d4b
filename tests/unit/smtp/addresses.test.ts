import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { needsUtf8, parseSender, wireAddress } from '../../../adapters/smtp/addresses.ts';
import { parseEmailAddress } from '../../../core/kernel/email-address.ts';

describe('a sender', () => {
  it.each([
    ['no-reply@auth.example', { address: 'no-reply@auth.example', name: null }],
    ['<no-reply@auth.example>', { address: 'no-reply@auth.example', name: null }],
    ['Acme <no-reply@auth.example>', { address: 'no-reply@auth.example', name: 'Acme' }],
    ['  Acme, Inc.  <no-reply@auth.example>', { address: 'no-reply@auth.example', name: 'Acme, Inc.' }],
  ])('is read from %j', (text, sender) => {
    expect(parseSender(text)).toEqual(sender);
  });
});

describe('an address on the wire', () => {
  it.each([
    ['ada@example.com', 'ada@example.com', false],
    ['ada@bücher.example', 'ada@xn--bcher-kva.example', false],
    ['ada@straße.example', 'ada@xn--strae-oqa.example', false],
    ['ada@1.2.3', 'ada@1.2.3', false],
    ['ада@почта.example', 'ада@почта.example', true],
    ['ünï@example.com', 'ünï@example.com', true],
  ])('is, of %s, %s', (address, wire, isUtf8) => {
    expect([wireAddress(address), needsUtf8(wireAddress(address))]).toEqual([wire, isUtf8]);
  });

  // Rule 23: two addresses that are two accounts here are never one mailbox there.
  it('is that of one stored address alone', () => {
    const label = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 });
    const stored = fc
      .tuple(fc.constantFrom('ada', 'ünï'), label, fc.constantFrom('example', '例子', 'com'))
      .map(([local, first, last]) => parseEmailAddress(`${local}@${first}.${last}`))
      .filter((address) => address !== null);
    const owners = new Map<string, string>();

    fc.assert(
      fc.property(stored, (address) => {
        const wire = wireAddress(address);
        const owner = owners.get(wire) ?? address;
        owners.set(wire, owner);
        expect(owner).toBe(address);
      }),
      { numRuns: 2_000 },
    );
  });

  // Mapped away by the rules of domain names: it would come back as another letter.
  it('stays as it is where its domain would not come back as it went', () => {
    const address = 'ada@ᾳͅx.example';

    expect(wireAddress(address)).toBe(address);
  });
});
