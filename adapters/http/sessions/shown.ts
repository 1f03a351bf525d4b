import type { Shown } from '../openapi/shown.ts';

export const END_SESSION_SHOWN: Shown = { headers: { 204: ['ClearedWithCurrent'] } };
