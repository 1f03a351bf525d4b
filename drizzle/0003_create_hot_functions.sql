-- A session with whom and what it stands for, as they are at this moment.
-- security_invoker: row-level security binds whoever reads it.
CREATE VIEW "gatehouse"."session_details" WITH (security_invoker = true) AS
SELECT
  s.tenant_id, s.id, s.user_id, s.number, s.secret_hash, s.rotated_at, s.ended_at,
  s.amr, s.aal, s.auth_time, s.device_name, s.user_agent, s.ip, s.created_at, s.last_seen_at,
  least(s.idle_expires_at, s.absolute_expires_at, s.inactive_at) AS expires_at,
  u.email, u.email_verified, u.username, u.name, u.locale, u.picture, u.metadata, u.status AS user_status,
  u.created_at AS user_created_at, u.updated_at AS user_updated_at, u.last_login_at,
  ARRAY(
    SELECT r.role FROM gatehouse.user_roles r
    WHERE r.tenant_id = u.tenant_id AND r.user_id = u.id ORDER BY r.role
  ) AS roles,
  t.slug AS tenant_slug, t.name AS tenant_name, t.status AS tenant_status, t.settings AS tenant_settings,
  t.created_at AS tenant_created_at,
  NULL::text AS outcome
FROM gatehouse.sessions s
JOIN gatehouse.users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
JOIN gatehouse.tenants t ON t.id = s.tenant_id;
--> statement-breakpoint
GRANT SELECT ON "gatehouse"."session_details" TO gatehouse_app;
--> statement-breakpoint
-- The session check of every request with a credential: sets the tenant, looks,
-- and notes at most once a minute that the session was seen. Outcome 'live' or
-- 'ended'; no row where there is no such session.
CREATE FUNCTION "gatehouse"."session_check"(p_tenant uuid, p_session uuid, p_user uuid)
RETURNS SETOF "gatehouse"."session_details"
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = gatehouse, pg_temp ROWS 1 AS $$
DECLARE
  found_one session_details;
BEGIN
  PERFORM set_config('app.tenant_id', p_tenant::text, true);
  SELECT * INTO found_one FROM session_details d
    WHERE d.tenant_id = p_tenant AND d.id = p_session AND d.user_id = p_user;
  IF found_one.id IS NULL THEN
    RETURN;
  END IF;
  IF found_one.ended_at IS NULL AND found_one.user_status = 'active' AND clock_timestamp() < found_one.expires_at THEN
    found_one.outcome := 'live';
    IF found_one.last_seen_at <= clock_timestamp() - interval '1 minute' THEN
      UPDATE sessions s
        SET last_seen_at = clock_timestamp(),
            inactive_at = clock_timestamp() + make_interval(secs => s.inactivity_seconds)
        WHERE s.tenant_id = p_tenant AND s.id = p_session AND s.ended_at IS NULL
        RETURNING s.last_seen_at, least(s.idle_expires_at, s.absolute_expires_at, s.inactive_at)
        INTO found_one.last_seen_at, found_one.expires_at;
      -- It ended between the two statements.
      IF NOT FOUND THEN
        found_one.outcome := 'ended';
      END IF;
    END IF;
  ELSE
    found_one.outcome := 'ended';
  END IF;
  RETURN NEXT found_one;
END $$;
--> statement-breakpoint
-- Spends the number of a refresh token. The guarded UPDATE alone decides who
-- was first; what follows only tells the others why they were not.
CREATE FUNCTION "gatehouse"."session_rotate"(
  p_tenant uuid, p_session uuid, p_number bigint, p_secret_hash bytea, p_grace_seconds integer)
RETURNS SETOF "gatehouse"."session_details"
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = gatehouse, pg_temp ROWS 1 AS $$
DECLARE
  found_one session_details;
  is_rotated boolean;
BEGIN
  PERFORM set_config('app.tenant_id', p_tenant::text, true);
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
      AND t.id = s.tenant_id AND t.status = 'active';
  is_rotated := FOUND;
  SELECT * INTO found_one FROM session_details d WHERE d.tenant_id = p_tenant AND d.id = p_session;
  IF found_one.id IS NULL OR found_one.secret_hash <> p_secret_hash THEN
    RETURN;
  END IF;
  found_one.outcome := CASE
    WHEN is_rotated THEN 'rotated'
    WHEN found_one.tenant_status <> 'active' THEN 'tenant_suspended'
    WHEN found_one.ended_at IS NOT NULL THEN 'ended'
    WHEN clock_timestamp() >= found_one.expires_at THEN 'expired'
    WHEN found_one.user_status <> 'active' THEN 'user_inactive'
    WHEN p_number > found_one.number THEN 'ahead'
    -- What kept the newest one from rotating has passed meanwhile: refused, but nobody's theft.
    WHEN p_number = found_one.number THEN 'expired'
    WHEN p_grace_seconds > 0 AND p_number = found_one.number - 1
      AND clock_timestamp() < found_one.rotated_at + make_interval(secs => p_grace_seconds) THEN 'repeated'
    ELSE 'reused'
  END;
  RETURN NEXT found_one;
END $$;
--> statement-breakpoint
-- Whom an identifier names, with what a password is compared with. One of p_email and p_username is NULL.
CREATE FUNCTION "gatehouse"."credential_find"(p_tenant uuid, p_email text, p_username text)
RETURNS TABLE (user_id uuid, password_hash text, credential_version integer)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = gatehouse, pg_temp ROWS 1 AS $$
BEGIN
  PERFORM set_config('app.tenant_id', p_tenant::text, true);
  IF p_email IS NOT NULL THEN
    RETURN QUERY SELECT u.id, u.password_hash, u.credential_version FROM users u
      WHERE u.tenant_id = p_tenant AND u.email = p_email;
  ELSE
    RETURN QUERY SELECT u.id, u.password_hash, u.credential_version FROM users u
      WHERE u.tenant_id = p_tenant AND u.username = p_username;
  END IF;
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION
  "gatehouse"."session_check"(uuid, uuid, uuid),
  "gatehouse"."session_rotate"(uuid, uuid, bigint, bytea, integer),
  "gatehouse"."credential_find"(uuid, text, text) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION
  "gatehouse"."session_check"(uuid, uuid, uuid),
  "gatehouse"."session_rotate"(uuid, uuid, bigint, bytea, integer),
  "gatehouse"."credential_find"(uuid, text, text) TO gatehouse_app;
