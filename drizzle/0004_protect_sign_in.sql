CREATE TABLE "gatehouse"."attempt_counts" (
	"tenant_id" uuid NOT NULL,
	"key" "bytea" NOT NULL,
	"failed_at" timestamp with time zone[] DEFAULT '{}' NOT NULL,
	"places" timestamp with time zone[] DEFAULT '{}' NOT NULL,
	"locked_until" timestamp (3) with time zone,
	"expires_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "attempt_counts_pkey" PRIMARY KEY("tenant_id","key")
);
--> statement-breakpoint
CREATE TABLE "gatehouse"."known_devices" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"secret_hash" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"last_seen_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "known_devices_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "known_devices_secret_key" UNIQUE("tenant_id","user_id","secret_hash")
);
--> statement-breakpoint
ALTER TABLE "gatehouse"."attempt_counts" ADD CONSTRAINT "attempt_counts_tenant_fkey" FOREIGN KEY ("tenant_id") REFERENCES "gatehouse"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gatehouse"."known_devices" ADD CONSTRAINT "known_devices_user_fkey" FOREIGN KEY ("tenant_id","user_id") REFERENCES "gatehouse"."users"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "attempt_counts_expiry_idx" ON "gatehouse"."attempt_counts" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "known_devices_expiry_idx" ON "gatehouse"."known_devices" USING btree ("expires_at");--> statement-breakpoint
DO $$
DECLARE
  tenant_table text;
BEGIN
  FOREACH tenant_table IN ARRAY ARRAY['attempt_counts', 'known_devices'] LOOP
    EXECUTE format('ALTER TABLE gatehouse.%I ENABLE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('ALTER TABLE gatehouse.%I FORCE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format(
      'CREATE POLICY %I ON gatehouse.%I TO gatehouse_app
         USING (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)',
      tenant_table || '_tenant', tenant_table);
    EXECUTE format(
      'CREATE POLICY %I ON gatehouse.%I TO gatehouse_owner USING (true)', tenant_table || '_owner', tenant_table);
    EXECUTE format(
      'CREATE POLICY %I ON gatehouse.%I TO gatehouse_system USING (true)', tenant_table || '_system', tenant_table);
  END LOOP;
END $$;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON "gatehouse"."attempt_counts" TO gatehouse_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON "gatehouse"."known_devices" TO gatehouse_app;
--> statement-breakpoint
GRANT SELECT, DELETE ON "gatehouse"."attempt_counts", "gatehouse"."known_devices" TO gatehouse_system;
--> statement-breakpoint
-- Nothing is updated: the sweep may thus pass over rows that a sign-in has locked (FOR UPDATE SKIP LOCKED).
GRANT UPDATE ("expires_at") ON "gatehouse"."attempt_counts" TO gatehouse_system;
--> statement-breakpoint
-- The first of the keys that is locked: by its lock, or because a limit was
-- lowered to what has failed already. Hidden keys are passed over. Writes nothing.
CREATE FUNCTION "gatehouse"."attempt_find_lock"(
  p_tenant uuid, p_keys bytea[], p_max integer[], p_window_seconds integer[], p_hidden boolean[])
RETURNS TABLE (locked_by integer, retry_after_seconds integer)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = gatehouse, pg_temp ROWS 1 AS $$
BEGIN
  PERFORM set_config('app.tenant_id', p_tenant::text, true);
  RETURN QUERY
    SELECT k.i::integer, ceil(extract(epoch FROM greatest(
        c.locked_until - clock_timestamp(),
        f.failed[cardinality(f.failed) - k.max + 1] + make_interval(secs => k.seconds) - clock_timestamp())))::integer
    FROM unnest(p_keys, p_max, p_window_seconds, p_hidden) WITH ORDINALITY AS k(key, max, seconds, hidden, i)
    JOIN attempt_counts c ON c.tenant_id = p_tenant AND c.key = k.key
    CROSS JOIN LATERAL (
      SELECT ARRAY(
        SELECT u FROM unnest(c.failed_at) u
        WHERE u > clock_timestamp() - make_interval(secs => k.seconds) ORDER BY u) AS failed
    ) f
    WHERE NOT k.hidden AND (c.locked_until > clock_timestamp() OR cardinality(f.failed) >= k.max)
    ORDER BY k.i LIMIT 1;
END $$;
--> statement-breakpoint
-- Takes a place for a guess under each key, or none and says which key refuses.
-- One of those in p_hidden never refuses, but its lock is told. Rows are locked
-- in one order, so that two guesses never wait for each other; failures and
-- places together never exceed the maximum of a key that may refuse.
CREATE FUNCTION "gatehouse"."attempt_begin"(
  p_tenant uuid, p_keys bytea[], p_max integer[], p_window_seconds integer[], p_hidden boolean[])
RETURNS TABLE (refused_by integer, reason text, retry_after_seconds integer, is_hidden_locked boolean, place text)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = gatehouse, pg_temp ROWS 1 AS $$
DECLARE
  v_index integer;
  v_now timestamptz;
  v_place timestamptz;
  v_count attempt_counts;
  v_since timestamptz;
  v_failed timestamptz[];
  v_free bytea[] := '{}';
BEGIN
  is_hidden_locked := false;
  -- Whoever hammers at what is locked writes nothing.
  SELECT l.locked_by, 'locked', l.retry_after_seconds INTO refused_by, reason, retry_after_seconds
    FROM attempt_find_lock(p_tenant, p_keys, p_max, p_window_seconds, p_hidden) l;
  IF refused_by IS NOT NULL THEN
    RETURN NEXT;
    RETURN;
  END IF;
  FOR v_index IN SELECT i FROM generate_subscripts(p_keys, 1) i ORDER BY p_keys[i] LOOP
    INSERT INTO attempt_counts AS c (tenant_id, key, expires_at)
      VALUES (p_tenant, p_keys[v_index], clock_timestamp() + interval '30 seconds')
      ON CONFLICT (tenant_id, key) DO UPDATE SET expires_at = greatest(c.expires_at, excluded.expires_at);
  END LOOP;

  v_now := clock_timestamp();
  v_place := v_now + interval '30 seconds';
  FOR v_index IN SELECT generate_subscripts(p_keys, 1) LOOP
    SELECT * INTO v_count FROM attempt_counts c WHERE c.tenant_id = p_tenant AND c.key = p_keys[v_index];
    v_since := v_now - make_interval(secs => p_window_seconds[v_index]);
    v_failed := ARRAY(SELECT f FROM unnest(v_count.failed_at) f WHERE f > v_since ORDER BY f);
    -- Locked; or the limit was lowered to what has failed already.
    IF v_count.locked_until > v_now OR cardinality(v_failed) >= p_max[v_index] THEN
      IF p_hidden[v_index] THEN
        is_hidden_locked := true;
        CONTINUE;
      END IF;
      refused_by := v_index;
      reason := 'locked';
      retry_after_seconds := ceil(extract(epoch FROM greatest(
        v_count.locked_until - v_now,
        v_failed[cardinality(v_failed) - p_max[v_index] + 1] - v_since)));
      RETURN NEXT;
      RETURN;
    END IF;
    IF NOT p_hidden[v_index]
      AND cardinality(v_failed) + (SELECT count(*) FROM unnest(v_count.places) p WHERE p > v_now) >= p_max[v_index] THEN
      refused_by := v_index;
      reason := 'busy';
      retry_after_seconds := 1;
      RETURN NEXT;
      RETURN;
    END IF;
    v_free := v_free || p_keys[v_index];
  END LOOP;

  UPDATE attempt_counts c
    SET places = ARRAY(SELECT p FROM unnest(c.places) p WHERE p > v_now) || v_place
    WHERE c.tenant_id = p_tenant AND c.key = ANY (v_free);
  place := v_place::text;
  RETURN NEXT;
END $$;
--> statement-breakpoint
-- Ends a guess: gives its places back, and where it failed counts it, which may
-- lock the key. Answers the numbers of the keys that it locked. Within a
-- transaction of the caller, whose tenant is set.
CREATE FUNCTION "gatehouse"."attempt_end"(
  p_tenant uuid, p_keys bytea[], p_max integer[], p_window_seconds integer[], p_place text, p_is_failure boolean)
RETURNS SETOF integer
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = gatehouse, pg_temp AS $$
DECLARE
  v_index integer;
  v_now timestamptz;
  v_at integer;
  v_window interval;
  v_count attempt_counts;
BEGIN
  FOR v_index IN SELECT i FROM generate_subscripts(p_keys, 1) i ORDER BY p_keys[i] LOOP
    INSERT INTO attempt_counts AS c (tenant_id, key, expires_at)
      VALUES (p_tenant, p_keys[v_index], clock_timestamp())
      ON CONFLICT (tenant_id, key) DO UPDATE SET expires_at = c.expires_at
      RETURNING * INTO v_count;
    v_now := clock_timestamp();
    v_window := make_interval(secs => p_window_seconds[v_index]);
    v_at := array_position(v_count.places, p_place::timestamptz);
    IF v_at IS NOT NULL THEN
      v_count.places := v_count.places[:v_at - 1] || v_count.places[v_at + 1:];
    END IF;
    IF p_is_failure AND (v_count.locked_until IS NULL OR v_count.locked_until <= v_now) THEN
      v_count.failed_at :=
        ARRAY(SELECT f FROM unnest(v_count.failed_at) f WHERE f > v_now - v_window ORDER BY f) || v_now;
      v_count.expires_at := greatest(v_count.expires_at, v_now + v_window);
      IF cardinality(v_count.failed_at) >= p_max[v_index] THEN
        v_count.failed_at := '{}';
        v_count.locked_until := v_now + v_window;
        RETURN NEXT v_index;
      END IF;
    END IF;
    UPDATE attempt_counts c
      SET places = v_count.places, failed_at = v_count.failed_at,
          locked_until = v_count.locked_until, expires_at = v_count.expires_at
      WHERE c.tenant_id = p_tenant AND c.key = p_keys[v_index];
  END LOOP;
END $$;
--> statement-breakpoint
-- As credential_find, which earlier versions call: whom an identifier names, and
-- which of their known devices brings one of the secrets along.
CREATE FUNCTION "gatehouse"."sign_in_find"(p_tenant uuid, p_email text, p_username text, p_device_hashes bytea[])
RETURNS TABLE (user_id uuid, email text, username text, password_hash text, credential_version integer, device_id uuid)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = gatehouse, pg_temp ROWS 1 AS $$
BEGIN
  PERFORM set_config('app.tenant_id', p_tenant::text, true);
  IF p_email IS NOT NULL THEN
    SELECT u.id, u.email, u.username, u.password_hash, u.credential_version
      INTO user_id, email, username, password_hash, credential_version
      FROM users u WHERE u.tenant_id = p_tenant AND u.email = p_email;
  ELSE
    SELECT u.id, u.email, u.username, u.password_hash, u.credential_version
      INTO user_id, email, username, password_hash, credential_version
      FROM users u WHERE u.tenant_id = p_tenant AND u.username = p_username;
  END IF;
  IF cardinality(p_device_hashes) > 0 THEN
    SELECT d.id INTO device_id FROM known_devices d
      WHERE d.tenant_id = p_tenant AND d.user_id = sign_in_find.user_id
        AND d.secret_hash = ANY (p_device_hashes) AND d.expires_at > clock_timestamp()
      ORDER BY d.id LIMIT 1;
  END IF;
  IF user_id IS NOT NULL THEN
    RETURN NEXT;
  END IF;
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION
  "gatehouse"."attempt_find_lock"(uuid, bytea[], integer[], integer[], boolean[]),
  "gatehouse"."attempt_begin"(uuid, bytea[], integer[], integer[], boolean[]),
  "gatehouse"."attempt_end"(uuid, bytea[], integer[], integer[], text, boolean),
  "gatehouse"."sign_in_find"(uuid, text, text, bytea[]) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION
  "gatehouse"."attempt_find_lock"(uuid, bytea[], integer[], integer[], boolean[]),
  "gatehouse"."attempt_begin"(uuid, bytea[], integer[], integer[], boolean[]),
  "gatehouse"."attempt_end"(uuid, bytea[], integer[], integer[], text, boolean),
  "gatehouse"."sign_in_find"(uuid, text, text, bytea[]) TO gatehouse_app;
