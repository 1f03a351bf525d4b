import { decodeBase64Url, encodeBase64Url } from './base64url.ts';
import { concatBytes, fromUtf8, utf8 } from './bytes.ts';
import { crc32 } from './crc32.ts';
import { CursorInvalid } from './errors.ts';
import { isUuid } from './uuid.ts';

/** How many a page of a list holds where nothing is asked for. */
export const PAGE_LIMIT_DEFAULT = 25;
/** How many it holds at most. */
export const PAGE_LIMIT_MAX = 100;

/** Which page a caller asks for. */
export type PageQuery = Readonly<{
  /** From 1 to {@link PAGE_LIMIT_MAX}. */
  limit: number;
  /** What the page before it said comes next; `null`: the first page. */
  cursor: string | null;
}>;

/** Which rows a store is asked for: at most `limit` of those that come behind `after`. */
export type Stretch<Key> = Readonly<{ limit: number; after: Key | null }>;

/** A page of a list, and the cursor of the next one; `null`: there is none. */
export type Page<Item> = Readonly<{ items: readonly Item[]; nextCursor: string | null }>;

/** A place in a list that is sorted by time and, where two times are the same, by id. */
export type Position = Readonly<{ at: Date; id: string }>;

/** A list that is read page by page, each beginning behind the last row of the one before it. */
export type PagedList<Key> = Readonly<{
  /** Writes where a page ended. */
  write(key: Key): string;
  /** @returns `null` for what is no cursor of this list */
  read(cursor: string): Key | null;
}>;

/**
 * A list by time, whichever way it runs.
 *
 * Its cursors are `base64url(milliseconds since 1970 "." id ‖ CRC-32)`, the sum
 * taken over the name of the list as well. They hold nothing that the page did
 * not show, so a caller who makes one up has only chosen where to begin.
 *
 * @param name no other list has it
 */
export function listByTime(name: string): PagedList<Position> {
  const sumOf = (key: Uint8Array) => crc32(concatBytes(utf8(`${name}/`), key));
  return {
    write({ at, id }) {
      const key = utf8(`${at.getTime()}.${id}`);
      return encodeBase64Url(concatBytes(key, sumOf(key)));
    },
    read(cursor) {
      const bytes = decodeBase64Url(cursor);
      if (!bytes || bytes.length <= SUM_BYTES) return null;
      const key = bytes.slice(0, -SUM_BYTES);
      const isWhole = sumOf(key).every((byte, index) => byte === bytes[key.length + index]);
      return isWhole ? positionIn(key) : null;
    },
  };
}

const SUM_BYTES = 4;
/** Thirteen digits reach to the year 2286: every time that they spell has four digits for its year, as stores want it. */
const POSITION = /^(\d{1,13})\.([\da-f-]+)$/;

function positionIn(key: Uint8Array): Position | null {
  // What no one wrote may be no UTF-8 either, and only this alphabet is ours.
  if (key.some((byte) => byte > 0x7f)) return null;
  const [, time = '', id = ''] = POSITION.exec(fromUtf8(key)) ?? [];
  return isUuid(id) ? { at: new Date(Number(time)), id } : null;
}

/** Where the rows of a list come from, and what each is found by. */
export type Rows<Item, Key> = Readonly<{
  read(stretch: Stretch<Key>): Promise<readonly Item[]>;
  keyOf(item: Item): Key;
}>;

/**
 * Reads one page. Asks for one row more than it holds, which tells whether another page follows.
 *
 * @throws {CursorInvalid}
 */
export async function readPage<Item, Key>(
  list: PagedList<Key>,
  { limit, cursor }: PageQuery,
  { read, keyOf }: Rows<Item, Key>,
): Promise<Page<Item>> {
  const after = cursor === null ? null : list.read(cursor);
  if (cursor !== null && after === null) throw new CursorInvalid();
  const rows = await read({ limit: limit + 1, after });
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const nextCursor = rows.length > limit && last !== undefined ? list.write(keyOf(last)) : null;
  return { items, nextCursor };
}
