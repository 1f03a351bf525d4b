import { describe, expect, it } from 'vitest';
import { utf8 } from '../../core/kernel/bytes.ts';
import type { Clock, CryptoPrimitives } from '../../core/kernel/ports.ts';
import { isUuid } from '../../core/kernel/uuid.ts';

type MakeCrypto = (clock: Clock) => CryptoPrimitives;

/** What every source of ids, randomness and digests must do. */
export function cryptoPrimitivesContract(makeCrypto: MakeCrypto): void {
  const atTime = (iso: string) => makeCrypto({ now: () => new Date(iso) });

  describe('CryptoPrimitives', () => {
    it('makes ids of UUID version 7 and variant 10 that spell the time (RFC 9562, section 5.7)', () => {
      const id = atTime('2026-01-02T03:04:05.678Z').newId();

      expect(isUuid(id)).toBe(true);
      expect(id).toMatch(/^.{14}7.{4}[89ab]/);
      const timeMs = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
      expect(new Date(timeMs).toISOString()).toBe('2026-01-02T03:04:05.678Z');
    });

    it('makes ids that sort by the millisecond of their making', () => {
      const ids = ['2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.001Z', '2030-06-01T00:00:00Z'].map(
        (iso) => atTime(iso).newId(),
      );

      expect(ids.toSorted()).toEqual(ids);
    });

    it('never makes an id twice, not even within one millisecond', () => {
      const crypto = atTime('2026-01-01T00:00:00Z');

      const ids = Array.from({ length: 20_000 }, () => crypto.newId());

      expect(new Set(ids).size).toBe(ids.length);
    });

    it('gives as many random bytes as asked for, others each time', () => {
      const crypto = atTime('2026-01-01T00:00:00Z');

      const [one, two] = [crypto.randomBytes(32), crypto.randomBytes(32)];

      expect(one).toHaveLength(32);
      expect(crypto.equal(one, two)).toBe(false);
      expect(crypto.randomBytes(0)).toHaveLength(0);
    });

    it('digests by SHA-256', () => {
      const digest = atTime('2026-01-01T00:00:00Z').sha256(utf8('abc'));

      expect(Buffer.from(digest).toString('hex')).toBe(
        'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      );
    });

    it('tells equal bytes from others, and from longer and shorter ones', () => {
      const { equal } = atTime('2026-01-01T00:00:00Z');

      expect(equal(utf8('same'), utf8('same'))).toBe(true);
      expect(equal(utf8('same'), utf8('sane'))).toBe(false);
      expect(equal(utf8('same'), utf8('same!'))).toBe(false);
      expect(equal(utf8('same'), utf8('sam'))).toBe(false);
      expect(equal(utf8(''), utf8(''))).toBe(true);
    });
  });
}
