import { type Static, type TObject, Type } from 'typebox';
import {
  PAGE_LIMIT_DEFAULT,
  PAGE_LIMIT_MAX,
  type Page,
  type PageQuery,
} from '../../../core/kernel/paging.ts';
import { nullable } from './shared.ts';

/** What every list takes in its query. Texts, as queries are made of them. */
export const ListQuery = Type.Object({
  limit: Type.Optional(
    Type.String({
      pattern: '^([1-9][0-9]?|100)$',
      description: `How many a page holds: 1 to ${PAGE_LIMIT_MAX}; ${PAGE_LIMIT_DEFAULT} by default`,
      examples: [String(PAGE_LIMIT_DEFAULT)],
    }),
  ),
  cursor: Type.Optional(
    Type.String({ description: '`next_cursor` of the page before; without it the first page' }),
  ),
});

/** The body of a page of a list. */
export function listBody<Item extends TObject>(item: Item, description: string) {
  return Type.Object(
    {
      data: Type.Array(item),
      next_cursor: nullable(
        Type.String({ description: 'What to send as `cursor` for the next page; `null` on the last' }),
      ),
      has_more: Type.Boolean({ description: 'Whether another page follows' }),
    },
    { description },
  );
}

/** Which page a query of that form asks for. */
export function pageQueryOf({ limit, cursor }: Static<typeof ListQuery>): PageQuery {
  return { limit: limit === undefined ? PAGE_LIMIT_DEFAULT : Number(limit), cursor: cursor ?? null };
}

/** A page as it is answered, each of its items told by `bodyOf`. */
export function pageBody<Item, Body>({ items, nextCursor }: Page<Item>, bodyOf: (item: Item) => Body) {
  return { data: items.map(bodyOf), next_cursor: nextCursor, has_more: nextCursor !== null };
}
