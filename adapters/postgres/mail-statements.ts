import {
  BEGIN_WITHIN_SECONDS,
  CAPPED_MAILS_PER_HOUR,
  CLAIM_SECONDS,
} from '../../core/notifications/index.ts';
import { KEPT_MAX } from './dev-mailbox.ts';

/** How many rows one statement looks at: more than are claimed at once, and few enough to be quick with many waiting. */
const LOOK_AT_MAX = 100;

/** A subquery of its own, so that it is asked once and an index can be searched by it. */
const NOW = '(SELECT clock_timestamp())';
/** Hardly a waiting mail has expired, so that index is no way to find any: the sum keeps the planner off it. */
const LIVE = (row: string) => `${row}.status = 'waiting' AND ${row}.expires_at + interval '0' > ${NOW}`;
const UNCLAIMED = (row: string) => `(${row}.claimed_until IS NULL OR ${row}.claimed_until <= ${NOW})`;
const SAME_RECIPIENT = (left: string, right: string) =>
  `${left}.tenant_id = ${right}.tenant_id AND ${left}.recipient = ${right}.recipient`;

/** No mail to the recipient of `o` is in anybody's hand. */
const NONE_UNDER_WAY = `NOT EXISTS (
  SELECT FROM gatehouse.outbox u
  WHERE ${SAME_RECIPIENT('u', 'o')} AND u.status = 'waiting' AND u.claimed_until > ${NOW})`;

/** `$1` to `$3`: three lists of templates, each of which is capped by itself. */
const IS_CAPPED = `o.template = ANY ($1::text[] || $2::text[] || $3::text[])`;
/** The list to which the capped `o` belongs. */
const ITS_LIST = `(CASE WHEN o.template = ANY ($1::text[]) THEN $1::text[]
  WHEN o.template = ANY ($2::text[]) THEN $2::text[] ELSE $3::text[] END)`;

/**
 * Whether `o` would be one too many for its recipient: those of its list that
 * are before it in the queue, or were sent within the hour, count. A mail that
 * was tried before was let through before.
 */
const IS_TOO_MUCH = `(o.attempts = 0 AND ${IS_CAPPED} AND ${CAPPED_MAILS_PER_HOUR} <= (
  SELECT count(*) FROM (
    (SELECT 1 FROM gatehouse.outbox a
     WHERE ${SAME_RECIPIENT('a', 'o')} AND ${LIVE('a')} AND a.template = ANY (${ITS_LIST})
       AND (a.created_at, a.id) < (o.created_at, o.id)
     LIMIT ${CAPPED_MAILS_PER_HOUR})
    UNION ALL
    (SELECT 1 FROM gatehouse.outbox s
     WHERE ${SAME_RECIPIENT('s', 'o')} AND s.status IN ('sent', 'dead') AND s.template = ANY (${ITS_LIST})
       AND s.finished_at > ${NOW} - interval '1 hour'
     LIMIT ${CAPPED_MAILS_PER_HOUR})
  ) taken))`;

const TENANT_NAME = `coalesce(t.settings -> 'branding' ->> 'name', t.name) AS tenant_name`;
const CONTENTS = `o.tenant_id, o.id, o.template, o.recipient, o.facts, o.sealed_token, o.created_at, ${TENANT_NAME}`;

/** What has expired is worth nothing, unless somebody is sending it just now. */
export const BURY_EXPIRED = `
  WITH worthless AS (
    SELECT o.tenant_id, o.id FROM gatehouse.outbox o
    WHERE o.status = 'waiting' AND o.expires_at <= ${NOW} AND ${UNCLAIMED('o')}
    LIMIT ${LOOK_AT_MAX} FOR UPDATE SKIP LOCKED
  )
  UPDATE gatehouse.outbox o SET status = 'expired', sealed_token = NULL, finished_at = ${NOW}
  FROM worthless WHERE o.tenant_id = worthless.tenant_id AND o.id = worthless.id`;

/**
 * Ahead of the claim, so that what is suppressed brings no other mail forward.
 * `$1` to `$3`: the templates that are capped, in three lists. Counted once for each
 * row, before the lock: MATERIALIZED, or a planner without statistics counts for
 * each pair.
 */
export const SUPPRESS = `
  WITH fresh AS MATERIALIZED (
    SELECT o.tenant_id, o.id, o.recipient, o.template, o.attempts, o.created_at FROM gatehouse.outbox o
    WHERE ${LIVE('o')} AND o.due_at <= ${NOW} AND o.attempts = 0 AND ${IS_CAPPED}
    ORDER BY o.due_at LIMIT ${LOOK_AT_MAX}
  ), counted AS MATERIALIZED (
    SELECT o.tenant_id, o.id FROM fresh o WHERE ${IS_TOO_MUCH}
  ), beyond AS (
    SELECT o.tenant_id, o.id
    FROM counted JOIN gatehouse.outbox o ON o.tenant_id = counted.tenant_id AND o.id = counted.id
    WHERE ${LIVE('o')} FOR UPDATE OF o SKIP LOCKED
  )
  UPDATE gatehouse.outbox o SET status = 'suppressed', sealed_token = NULL, finished_at = ${NOW}
  FROM beyond WHERE o.tenant_id = beyond.tenant_id AND o.id = beyond.id`;

/**
 * The oldest mail of each recipient of whom any mail is due and none is under
 * way. SKIP LOCKED: of concurrent claims each passes over what another is just
 * taking; the conditions on the row itself are judged again once it is locked.
 * `$1` to `$3`: the templates that are capped, in three lists; `$4`: how many.
 */
export const CLAIM = `
  WITH ready AS MATERIALIZED (
    SELECT tenant_id, recipient, min(due_at) AS due_at
    FROM (
      SELECT o.tenant_id, o.recipient, o.due_at FROM gatehouse.outbox o
      WHERE ${LIVE('o')} AND o.due_at <= ${NOW} AND ${NONE_UNDER_WAY}
      ORDER BY o.due_at LIMIT ${LOOK_AT_MAX}
    ) due
    GROUP BY tenant_id, recipient
  ), oldest AS MATERIALIZED (
    SELECT w.*, ready.due_at
    FROM ready
    CROSS JOIN LATERAL (
      SELECT w.tenant_id, w.id, w.recipient, w.template, w.attempts, w.created_at FROM gatehouse.outbox w
      WHERE ${SAME_RECIPIENT('w', 'ready')} AND ${LIVE('w')}
      ORDER BY w.created_at, w.id LIMIT 1
    ) w
  ), allowed AS MATERIALIZED (
    SELECT o.tenant_id, o.id, o.due_at FROM oldest o WHERE NOT ${IS_TOO_MUCH}
  ), chosen AS (
    SELECT o.tenant_id, o.id
    FROM allowed JOIN gatehouse.outbox o ON o.tenant_id = allowed.tenant_id AND o.id = allowed.id
    WHERE ${LIVE('o')} AND ${UNCLAIMED('o')}
    ORDER BY allowed.due_at, o.created_at, o.id LIMIT $4 FOR UPDATE OF o SKIP LOCKED
  )
  UPDATE gatehouse.outbox o
  SET claimed_until = ${NOW} + interval '${CLAIM_SECONDS} seconds',
    due_at = ${NOW} + interval '${CLAIM_SECONDS} seconds',
    attempts = o.attempts + 1
  FROM chosen, gatehouse.tenants t
  WHERE o.tenant_id = chosen.tenant_id AND o.id = chosen.id AND t.id = o.tenant_id
  RETURNING ${CONTENTS}, o.attempts,
    extract(epoch FROM ${NOW} - o.created_at)::double precision AS age_seconds,
    least(extract(epoch FROM o.expires_at - ${NOW}), ${BEGIN_WITHIN_SECONDS})::double precision
      AS send_within_seconds`;

/** Whoever waited behind the row that `settled` answers may go now. */
const NEXT_IS_DUE = `
  UPDATE gatehouse.outbox o SET due_at = ${NOW} FROM settled
  WHERE ${SAME_RECIPIENT('o', 'settled')} AND o.id <> settled.id AND o.status = 'waiting'
    AND o.due_at > ${NOW} AND ${UNCLAIMED('o')}`;

/** `$1`: tenant; `$2`: mail. Sent is sent, whatever became of it meanwhile. */
export const FINISH = `
  WITH settled AS (
    UPDATE gatehouse.outbox
    SET status = 'sent', sealed_token = NULL, finished_at = ${NOW}, claimed_until = NULL, last_error = NULL
    WHERE tenant_id = $1 AND id = $2 AND status <> 'sent'
    RETURNING tenant_id, id, recipient
  ) ${NEXT_IS_DUE}`;

/** `$1`: tenant; `$2`: mail; `$3`: which attempt; `$4`: why. */
export const BURY = `
  WITH settled AS (
    UPDATE gatehouse.outbox
    SET status = 'dead', sealed_token = NULL, finished_at = ${NOW}, claimed_until = NULL, last_error = $4
    WHERE tenant_id = $1 AND id = $2 AND attempts = $3 AND status = 'waiting'
    RETURNING tenant_id, id, recipient
  ) ${NEXT_IS_DUE}`;

/** `$1`: tenant; `$2`: mail; `$3`: which attempt; `$4`: why; `$5`: for how many seconds. */
export const PUT_BACK = `
  WITH failed AS (
    UPDATE gatehouse.outbox
    SET due_at = ${NOW} + make_interval(secs => $5), claimed_until = NULL, last_error = $4
    WHERE tenant_id = $1 AND id = $2 AND attempts = $3 AND status = 'waiting'
    RETURNING tenant_id, id, recipient, due_at
  )
  UPDATE gatehouse.outbox o SET due_at = failed.due_at FROM failed
  WHERE ${SAME_RECIPIENT('o', 'failed')} AND o.id <> failed.id AND o.status = 'waiting'
    AND o.due_at < failed.due_at AND ${UNCLAIMED('o')}`;

/** Ids are in order of creation; what is older than all of a full mailbox would be forgotten at once. `$1`: how many. */
export const LIST_UNSHOWN = `
  SELECT ${CONTENTS} FROM gatehouse.outbox o JOIN gatehouse.tenants t ON t.id = o.tenant_id
  WHERE o.status IN ('waiting', 'suppressed') AND o.expires_at > ${NOW}
    AND NOT EXISTS (SELECT FROM gatehouse.dev_mails d WHERE d.tenant_id = o.tenant_id AND d.id = o.id)
    AND o.id > coalesce(
      (SELECT d.id FROM gatehouse.dev_mails d ORDER BY d.id DESC OFFSET ${KEPT_MAX - 1} LIMIT 1),
      '00000000-0000-0000-0000-000000000000')
  ORDER BY o.created_at, o.id LIMIT $1`;

export const BACKLOG = `
  SELECT
    (SELECT count(*) FROM gatehouse.outbox o WHERE ${LIVE('o')}) AS waiting,
    (SELECT count(*) FROM gatehouse.outbox WHERE status = 'dead') AS dead,
    (SELECT count(*) FROM gatehouse.outbox WHERE status = 'suppressed') AS suppressed,
    (SELECT coalesce(extract(epoch FROM ${NOW} - min(o.created_at)), 0)::double precision
     FROM gatehouse.outbox o WHERE ${LIVE('o')}) AS oldest_waiting_seconds`;
