import { describe, expect, it } from 'vitest';
import { decodeBase64Url, encodeBase64Url } from '../../../core/kernel/base64url.ts';
import { concatBytes, utf8 } from '../../../core/kernel/bytes.ts';
import { crc32 } from '../../../core/kernel/crc32.ts';
import { CursorInvalid } from '../../../core/kernel/errors.ts';
import { listByTime, type Position, readPage, type Stretch } from '../../../core/kernel/paging.ts';

const ID = '0199d1a0-6f5e-7c1b-9a3e-2f4b8c6d0e11';
const POSITION = { at: new Date('2026-01-15T10:05:00.123Z'), id: ID };
const list = listByTime('sessions');

/** What a list would write of a key, whatever the key says. */
function cursorOf(key: string, name = 'sessions'): string {
  const bytes = Buffer.from(key, 'latin1');
  return encodeBase64Url(concatBytes(bytes, crc32(concatBytes(utf8(`${name}/`), bytes))));
}

describe('a cursor', () => {
  it.each([
    POSITION,
    { at: new Date(0), id: ID },
    { at: new Date(9_999_999_999_999), id: ID },
  ])('says again where a page ended: %j', (position) => {
    expect(list.read(list.write(position))).toEqual(position);
  });

  it('can stand in an address as it is', () => {
    expect(list.write(POSITION)).toMatch(/^[\w-]+$/);
  });

  it('is none of another list', () => {
    expect(listByTime('audit').read(list.write(POSITION))).toBeNull();
  });

  it('is none once any of it is altered, left out or added', () => {
    const cursor = list.write(POSITION);
    const altered = [...cursor].flatMap((character, index) =>
      ['A', 'B', '_'].map((other) =>
        other === character ? 'x' : cursor.slice(0, index) + other + cursor.slice(index + 1),
      ),
    );
    const cut = [...cursor].map((_, index) => cursor.slice(0, index));
    for (const text of [...altered, ...cut, `${cursor}A`, `${cursor}=`, ` ${cursor}`, `${cursor}${cursor}`]) {
      expect([text, list.read(text)]).toEqual([text, null]);
    }
  });

  it.each([
    '',
    '.',
    ID,
    `1.${ID.toUpperCase()}`,
    `1.${ID.replaceAll('-', '')}`,
    `1.${ID}.`,
    `1,${ID}`,
    `-1.${ID}`,
    `+1.${ID}`,
    ` 1.${ID}`,
    `1e3.${ID}`,
    `1.5.${ID}`,
    `.${ID}`,
    // A year of five digits, which a store may read as something else.
    `99999999999999.${ID}`,
    `\xff1.${ID}`,
  ])('is none that says anything else, its sum being right: %j', (key) => {
    expect(list.read(cursorOf(key))).toBeNull();
  });

  it.each(['', 'A', 'AAAA', 'AAAAAA', '****', 'x'.repeat(9000)])('is none of these: %j', (text) => {
    expect(list.read(text)).toBeNull();
  });

  // The sum is four bytes at the end: what stands before it is as told above.
  it('is written as told', () => {
    expect(list.write(POSITION)).toBe(cursorOf(`${POSITION.at.getTime()}.${ID}`));
    expect(decodeBase64Url(list.write(POSITION))?.length).toBe(13 + 1 + 36 + 4);
  });
});

describe('a page', () => {
  type Row = Position;
  const rowAt = (number: number): Row => ({ at: new Date(1_000 - number), id: ID });
  const rowsOf = (rows: readonly Row[], asked: Stretch<Position>[] = []) => ({
    async read(stretch: Stretch<Position>) {
      asked.push(stretch);
      const { limit, after } = stretch;
      return rows.filter(({ at }) => !after || at < after.at).slice(0, limit);
    },
    keyOf: (row: Row) => row,
  });

  it.each([0, 1, 2])('is the only one of %d rows where two are asked for', async (count) => {
    const rows = Array.from({ length: count }, (_, number) => rowAt(number));
    expect(await readPage(list, { limit: 2, cursor: null }, rowsOf(rows))).toEqual({
      items: rows,
      nextCursor: null,
    });
  });

  it('is followed by one that begins behind it, and the last says so', async () => {
    const rows = [rowAt(0), rowAt(1), rowAt(2)];
    const asked: Stretch<Position>[] = [];

    const first = await readPage(list, { limit: 2, cursor: null }, rowsOf(rows, asked));
    const second = await readPage(list, { limit: 2, cursor: first.nextCursor }, rowsOf(rows, asked));

    expect([first.items, second.items]).toEqual([rows.slice(0, 2), rows.slice(2)]);
    expect([typeof first.nextCursor, second.nextCursor]).toEqual(['string', null]);
    expect(asked).toEqual([
      { limit: 3, after: null },
      { limit: 3, after: rowAt(1) },
    ]);
  });

  it('is refused by a cursor that is none, and nothing is read', async () => {
    const asked: Stretch<Position>[] = [];
    for (const cursor of ['', 'x', listByTime('audit').write(POSITION)]) {
      await expect(readPage(list, { limit: 2, cursor }, rowsOf([], asked))).rejects.toThrow(CursorInvalid);
    }
    expect(asked).toEqual([]);
  });
});
