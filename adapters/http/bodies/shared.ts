import { type TSchema, Type } from 'typebox';

/** A field that may also be `null`. */
export function nullable<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()]);
}

/** RFC 3339 in UTC with milliseconds. */
export const Timestamp = Type.String({ format: 'date-time', examples: ['2026-01-15T10:00:00.000Z'] });
export const Id = Type.String({ format: 'uuid', examples: ['0199d1a0-6f5e-7c1b-9a3e-2f4b8c6d0e11'] });
