-- What session_check and session_rotate of 0003 answer, as one JSON value each: a row of thirty columns cost the
-- server a tuple store and the process twice as long as all the rest of a query, and held the hash of the refresh
-- token besides. Moments are milliseconds since 1970, as all of them are stored. The older functions stay for
-- processes of the last version.

-- The session check of every request with a credential: sets the tenant, looks,
-- and notes at most once a minute that the session was seen. Outcome 'live' or
-- 'ended'; NULL where there is no such session.
CREATE FUNCTION "gatehouse"."session_check_json"(p_tenant uuid, p_session uuid, p_user uuid)
RETURNS json
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = gatehouse, pg_temp AS $$
DECLARE
  found_one record;
BEGIN
  PERFORM set_config('app.tenant_id', p_tenant::text, true);
  SELECT
    d.tenant_id, d.id, d.user_id, d.amr, d.aal, d.device_name, d.user_agent, d.ip, d.email, d.email_verified, d.username,
    d.name, d.locale, d.picture, d.metadata, d.user_status, d.roles, d.tenant_slug, d.tenant_name, d.tenant_status,
    d.tenant_settings,
    round(date_part('epoch', d.auth_time) * 1000) AS auth_time,
    round(date_part('epoch', d.created_at) * 1000) AS created_at,
    round(date_part('epoch', d.last_seen_at) * 1000) AS last_seen_at,
    round(date_part('epoch', d.expires_at) * 1000) AS expires_at,
    round(date_part('epoch', d.user_created_at) * 1000) AS user_created_at,
    round(date_part('epoch', d.user_updated_at) * 1000) AS user_updated_at,
    round(date_part('epoch', d.last_login_at) * 1000) AS last_login_at,
    round(date_part('epoch', d.tenant_created_at) * 1000) AS tenant_created_at,
    CASE
      WHEN d.ended_at IS NULL AND d.user_status = 'active' AND clock_timestamp() < d.expires_at THEN 'live'
      ELSE 'ended'
    END AS outcome,
    d.last_seen_at <= clock_timestamp() - interval '1 minute' AS is_due
    INTO found_one FROM session_details d
    WHERE d.tenant_id = p_tenant AND d.id = p_session AND d.user_id = p_user;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  IF found_one.outcome = 'live' AND found_one.is_due THEN
    UPDATE sessions s
      SET last_seen_at = clock_timestamp(),
          inactive_at = clock_timestamp() + make_interval(secs => s.inactivity_seconds)
      WHERE s.tenant_id = p_tenant AND s.id = p_session AND s.ended_at IS NULL
      RETURNING
        round(date_part('epoch', s.last_seen_at) * 1000),
        round(date_part('epoch', least(s.idle_expires_at, s.absolute_expires_at, s.inactive_at)) * 1000)
      INTO found_one.last_seen_at, found_one.expires_at;
    -- It ended between the two statements.
    IF NOT FOUND THEN
      found_one.outcome := 'ended';
    END IF;
  END IF;
  RETURN row_to_json(found_one);
END $$;
--> statement-breakpoint
-- Spends the number of a refresh token. The guarded UPDATE alone decides who
-- was first; what follows only tells the others why they were not. NULL where
-- there is no such session, or the secret is not its own.
CREATE FUNCTION "gatehouse"."session_rotate_json"(
  p_tenant uuid, p_session uuid, p_number bigint, p_secret_hash bytea, p_grace_seconds integer)
RETURNS json
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = gatehouse, pg_temp AS $$
DECLARE
  rotated record;
BEGIN
  PERFORM set_config('app.tenant_id', p_tenant::text, true);
  -- Whoever waits for the row waits here, so that what follows sees user and tenant as they are after the wait.
  PERFORM FROM sessions s
    WHERE s.tenant_id = p_tenant AND s.id = p_session AND s.number = p_number AND s.secret_hash = p_secret_hash
    FOR UPDATE;
  UPDATE sessions s
    SET number = s.number + 1,
        rotated_at = clock_timestamp(),
        last_seen_at = clock_timestamp(),
        idle_expires_at = clock_timestamp() + make_interval(secs => s.idle_seconds),
        inactive_at = clock_timestamp() + make_interval(secs => s.inactivity_seconds)
    FROM users u, tenants t
    WHERE s.tenant_id = p_tenant AND s.id = p_session AND s.number = p_number AND s.secret_hash = p_secret_hash
      AND s.ended_at IS NULL
      AND clock_timestamp() < least(s.idle_expires_at, s.absolute_expires_at, s.inactive_at)
      AND u.tenant_id = s.tenant_id AND u.id = s.user_id AND u.status = 'active'
      AND t.id = s.tenant_id AND t.status = 'active'
    RETURNING
      s.tenant_id, s.id, s.user_id, s.amr, s.aal, s.device_name, s.user_agent, s.ip, u.email, u.email_verified, u.username,
      u.name, u.locale, u.picture, u.metadata, u.status AS user_status,
      ARRAY(
        SELECT r.role FROM user_roles r WHERE r.tenant_id = u.tenant_id AND r.user_id = u.id ORDER BY r.role
      ) AS roles,
      t.slug AS tenant_slug, t.name AS tenant_name, t.status AS tenant_status, t.settings AS tenant_settings,
      round(date_part('epoch', s.auth_time) * 1000) AS auth_time,
      round(date_part('epoch', s.created_at) * 1000) AS created_at,
      round(date_part('epoch', s.last_seen_at) * 1000) AS last_seen_at,
      round(date_part('epoch', least(s.idle_expires_at, s.absolute_expires_at, s.inactive_at)) * 1000) AS expires_at,
      round(date_part('epoch', u.created_at) * 1000) AS user_created_at,
      round(date_part('epoch', u.updated_at) * 1000) AS user_updated_at,
      round(date_part('epoch', u.last_login_at) * 1000) AS last_login_at,
      round(date_part('epoch', t.created_at) * 1000) AS tenant_created_at,
      'rotated' AS outcome
    INTO rotated;
  IF FOUND THEN
    RETURN row_to_json(rotated);
  END IF;
  RETURN (
    SELECT row_to_json(refused) FROM (
      SELECT
    d.tenant_id, d.id, d.user_id, d.amr, d.aal, d.device_name, d.user_agent, d.ip, d.email, d.email_verified, d.username,
    d.name, d.locale, d.picture, d.metadata, d.user_status, d.roles, d.tenant_slug, d.tenant_name, d.tenant_status,
    d.tenant_settings,
    round(date_part('epoch', d.auth_time) * 1000) AS auth_time,
    round(date_part('epoch', d.created_at) * 1000) AS created_at,
    round(date_part('epoch', d.last_seen_at) * 1000) AS last_seen_at,
    round(date_part('epoch', d.expires_at) * 1000) AS expires_at,
    round(date_part('epoch', d.user_created_at) * 1000) AS user_created_at,
    round(date_part('epoch', d.user_updated_at) * 1000) AS user_updated_at,
    round(date_part('epoch', d.last_login_at) * 1000) AS last_login_at,
    round(date_part('epoch', d.tenant_created_at) * 1000) AS tenant_created_at,
        CASE
          WHEN d.tenant_status <> 'active' THEN 'tenant_suspended'
          WHEN d.ended_at IS NOT NULL THEN 'ended'
          WHEN clock_timestamp() >= d.expires_at THEN 'expired'
          WHEN d.user_status <> 'active' THEN 'user_inactive'
          WHEN p_number > d.number THEN 'ahead'
          -- What kept the newest one from rotating has passed meanwhile: refused, but nobody's theft.
          WHEN p_number = d.number THEN 'expired'
          WHEN p_grace_seconds > 0 AND p_number = d.number - 1
            AND clock_timestamp() < d.rotated_at + make_interval(secs => p_grace_seconds) THEN 'repeated'
          ELSE 'reused'
        END AS outcome
      FROM session_details d
      WHERE d.tenant_id = p_tenant AND d.id = p_session AND d.secret_hash = p_secret_hash
    ) refused
  );
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION
  "gatehouse"."session_check_json"(uuid, uuid, uuid),
  "gatehouse"."session_rotate_json"(uuid, uuid, bigint, bytea, integer) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION
  "gatehouse"."session_check_json"(uuid, uuid, uuid),
  "gatehouse"."session_rotate_json"(uuid, uuid, bigint, bytea, integer) TO gatehouse_app;
