-- What the floors ask: the least that does each operation with row-level security in force. They have tables of their
-- own, like those of the service, so that neither changes what the other finds.
CREATE SCHEMA bench;
GRANT USAGE ON SCHEMA bench TO gatehouse_app;

CREATE TABLE bench.users (LIKE gatehouse.users INCLUDING ALL);
CREATE TABLE bench.user_roles (LIKE gatehouse.user_roles INCLUDING ALL);
CREATE TABLE bench.sessions (LIKE gatehouse.sessions INCLUDING ALL);
CREATE TABLE bench.audit_events (LIKE gatehouse.audit_events INCLUDING ALL);

DO $$
DECLARE
  one text;
BEGIN
  FOREACH one IN ARRAY ARRAY['users', 'user_roles', 'sessions', 'audit_events'] LOOP
    EXECUTE format('ALTER TABLE bench.%I ENABLE ROW LEVEL SECURITY', one);
    EXECUTE format('ALTER TABLE bench.%I FORCE ROW LEVEL SECURITY', one);
    EXECUTE format(
      'CREATE POLICY %I ON bench.%I TO gatehouse_app
         USING (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)', one, one);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON bench.%I TO gatehouse_app', one);
  END LOOP;
END $$;

-- The session check: whose session it is, where it lives.
CREATE FUNCTION bench.session_check(p_tenant uuid, p_session uuid, p_user uuid)
RETURNS TABLE (user_id uuid, email text, name text, aal smallint)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = gatehouse, pg_temp ROWS 1 AS $$
BEGIN
  PERFORM set_config('app.tenant_id', p_tenant::text, true);
  RETURN QUERY SELECT u.id, u.email, u.name, s.aal
    FROM sessions s JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
    WHERE s.tenant_id = p_tenant AND s.id = p_session AND s.user_id = p_user
      AND s.ended_at IS NULL AND u.status = 'active'
      AND clock_timestamp() < least(s.idle_expires_at, s.absolute_expires_at, s.inactive_at);
END $$;

-- The same with all that GET /auth/me answers.
CREATE VIEW bench.answer WITH (security_invoker = true) AS
SELECT s.tenant_id, s.id AS session_id, u.id AS user_id, u.email, u.email_verified, u.username, u.name,
  u.locale, u.picture, u.metadata, u.status, u.created_at AS user_created_at, u.updated_at, u.last_login_at,
  ARRAY(SELECT r.role FROM gatehouse.user_roles r WHERE r.tenant_id = u.tenant_id AND r.user_id = u.id) AS roles,
  t.slug, t.name AS tenant_name,
  s.device_name, s.user_agent, s.ip, s.created_at, s.last_seen_at, s.amr, s.aal,
  least(s.idle_expires_at, s.absolute_expires_at, s.inactive_at) AS expires_at
FROM gatehouse.sessions s
JOIN gatehouse.users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
JOIN gatehouse.tenants t ON t.id = s.tenant_id
WHERE s.ended_at IS NULL AND u.status = 'active' AND t.status = 'active'
  AND clock_timestamp() < least(s.idle_expires_at, s.absolute_expires_at, s.inactive_at);
GRANT SELECT ON bench.answer TO gatehouse_app;

CREATE FUNCTION bench.session_answer(p_tenant uuid, p_session uuid, p_user uuid)
RETURNS SETOF bench.answer
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = gatehouse, pg_temp ROWS 1 AS $$
BEGIN
  PERFORM set_config('app.tenant_id', p_tenant::text, true);
  RETURN QUERY SELECT * FROM bench.answer a
    WHERE a.tenant_id = p_tenant AND a.session_id = p_session AND a.user_id = p_user;
END $$;

-- Refresh: the hash of the next secret takes the place of the last one's.
CREATE FUNCTION bench.rotate(p_tenant uuid, p_session uuid, p_from bytea, p_to bytea)
RETURNS TABLE (user_id uuid, email text)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = bench, pg_temp ROWS 1 AS $$
BEGIN
  PERFORM set_config('app.tenant_id', p_tenant::text, true);
  RETURN QUERY UPDATE sessions s
    SET secret_hash = p_to, number = s.number + 1, rotated_at = clock_timestamp(), last_seen_at = clock_timestamp(),
      idle_expires_at = clock_timestamp() + make_interval(secs => s.idle_seconds)
    FROM users u
    WHERE s.tenant_id = p_tenant AND s.id = p_session AND s.secret_hash = p_from AND s.ended_at IS NULL
      AND clock_timestamp() < least(s.idle_expires_at, s.absolute_expires_at, s.inactive_at)
      AND u.tenant_id = s.tenant_id AND u.id = s.user_id AND u.status = 'active'
    RETURNING u.id, u.email;
END $$;

-- The same, and an audit event beside it.
CREATE FUNCTION bench.rotate_audited(p_tenant uuid, p_session uuid, p_from bytea, p_to bytea)
RETURNS TABLE (user_id uuid, email text)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = bench, pg_temp ROWS 1 AS $$
BEGIN
  FOR user_id, email IN SELECT * FROM rotate(p_tenant, p_session, p_from, p_to) LOOP
    INSERT INTO audit_events (tenant_id, id, type, category, severity, outcome, actor_type, actor_id, target_type, target_id)
    VALUES (p_tenant, gen_random_uuid(), 'session.refreshed', 'session', 'info', 'success',
      'user', user_id, 'session', p_session);
    RETURN NEXT;
  END LOOP;
END $$;

-- Login: the look-up, and the session that it begins.
CREATE FUNCTION bench.credential_find(p_tenant uuid, p_email text)
RETURNS TABLE (user_id uuid, password_hash text)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = bench, pg_temp ROWS 1 AS $$
BEGIN
  PERFORM set_config('app.tenant_id', p_tenant::text, true);
  RETURN QUERY SELECT u.id, u.password_hash FROM users u WHERE u.tenant_id = p_tenant AND u.email = p_email;
END $$;

CREATE FUNCTION bench.session_begin(p_tenant uuid, p_session uuid, p_user uuid, p_hash bytea)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = bench, pg_temp AS $$
BEGIN
  PERFORM set_config('app.tenant_id', p_tenant::text, true);
  INSERT INTO sessions (tenant_id, id, user_id, secret_hash, amr, aal, idle_seconds, inactivity_seconds,
    idle_expires_at, absolute_expires_at, inactive_at)
  VALUES (p_tenant, p_session, p_user, p_hash, '{pwd}', 1, 86400, 2592000,
    clock_timestamp() + interval '1 day', clock_timestamp() + interval '30 days', clock_timestamp() + interval '30 days');
END $$;
