-- What changed is told here, in the transaction of the change, and read by every process (docs/explanation/revocation.md).
CREATE TABLE "gatehouse"."address_targets" (
	"tenant_id" uuid NOT NULL,
	"address" "bytea" NOT NULL,
	"target" "bytea" NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "address_targets_pkey" PRIMARY KEY("tenant_id","address","target")
);
--> statement-breakpoint
CREATE TABLE "gatehouse"."revocations" (
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "gatehouse"."revocations_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"tenant_id" uuid,
	"subject_id" uuid,
	"transaction" "xid8" DEFAULT pg_current_xact_id() NOT NULL,
	"until" timestamp (3) with time zone DEFAULT clock_timestamp() + interval '10 minutes' NOT NULL,
	CONSTRAINT "revocations_pkey" PRIMARY KEY("id"),
	CONSTRAINT "revocations_kind_check" CHECK ("gatehouse"."revocations"."kind" in ('session', 'user', 'tenant', 'signing_keys'))
);
--> statement-breakpoint
ALTER TABLE "gatehouse"."sessions" ADD COLUMN "step_up_at" timestamp (3) with time zone;
--> statement-breakpoint
ALTER TABLE "gatehouse"."signing_keys" ALTER COLUMN "sealed_private_key" DROP NOT NULL;
--> statement-breakpoint
ALTER TABLE "gatehouse"."signing_keys" ADD COLUMN "asked_for_at" timestamp (3) with time zone;
--> statement-breakpoint
ALTER TABLE "gatehouse"."signing_keys" ADD COLUMN "activated_at" timestamp (3) with time zone;
--> statement-breakpoint
ALTER TABLE "gatehouse"."signing_keys" ADD COLUMN "retired_at" timestamp (3) with time zone;
--> statement-breakpoint
ALTER TABLE "gatehouse"."signing_keys" ADD COLUMN "expires_at" timestamp (3) with time zone;
--> statement-breakpoint
ALTER TABLE "gatehouse"."address_targets" ADD CONSTRAINT "address_targets_tenant_fkey" FOREIGN KEY ("tenant_id") REFERENCES "gatehouse"."tenants"("id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
CREATE INDEX "address_targets_expiry_idx" ON "gatehouse"."address_targets" USING btree ("expires_at");
--> statement-breakpoint
CREATE INDEX "revocations_transaction_idx" ON "gatehouse"."revocations" USING btree ("transaction");
--> statement-breakpoint
CREATE INDEX "revocations_until_idx" ON "gatehouse"."revocations" USING btree ("until");
--> statement-breakpoint
CREATE UNIQUE INDEX "signing_keys_active_idx" ON "gatehouse"."signing_keys" USING btree ("state") WHERE "gatehouse"."signing_keys"."state" = 'active';
--> statement-breakpoint
CREATE UNIQUE INDEX "signing_keys_next_idx" ON "gatehouse"."signing_keys" USING btree ("state") WHERE "gatehouse"."signing_keys"."state" = 'next';

--> statement-breakpoint
UPDATE "gatehouse"."signing_keys" SET "activated_at" = clock_timestamp() WHERE "state" = 'active';
--> statement-breakpoint
-- There are some only where this version was undone; the longest that a token of theirs may live is a day.
UPDATE "gatehouse"."signing_keys"
  SET "retired_at" = clock_timestamp(), "expires_at" = clock_timestamp() + interval '1 day 1 minute'
  WHERE "state" = 'retired';
--> statement-breakpoint
ALTER TABLE "gatehouse"."address_targets" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "gatehouse"."address_targets" FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "address_targets_tenant" ON "gatehouse"."address_targets" TO gatehouse_app
  USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
--> statement-breakpoint
CREATE POLICY "address_targets_owner" ON "gatehouse"."address_targets" TO gatehouse_owner USING (true);
--> statement-breakpoint
CREATE POLICY "address_targets_system" ON "gatehouse"."address_targets" TO gatehouse_system USING (true);
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON "gatehouse"."address_targets" TO gatehouse_app;
--> statement-breakpoint
GRANT SELECT, DELETE ON "gatehouse"."address_targets" TO gatehouse_system;
--> statement-breakpoint
GRANT SELECT, INSERT ON "gatehouse"."revocations" TO gatehouse_app;
--> statement-breakpoint
GRANT SELECT, INSERT, DELETE ON "gatehouse"."revocations" TO gatehouse_system;
--> statement-breakpoint
-- Triggers, so that no way of changing a row is forgotten: neither a statement that is written next year, nor an
-- operator's own. Whoever may change the row may insert here.
CREATE FUNCTION "gatehouse"."note_session_change"() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = gatehouse, pg_temp AS $$
BEGIN
  INSERT INTO revocations (kind, tenant_id, subject_id) VALUES ('session', OLD.tenant_id, OLD.id);
  PERFORM pg_notify('gatehouse_revocations', '');
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE FUNCTION "gatehouse"."note_user_change"() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = gatehouse, pg_temp AS $$
BEGIN
  INSERT INTO revocations (kind, tenant_id, subject_id) VALUES ('user', OLD.tenant_id, OLD.id);
  PERFORM pg_notify('gatehouse_revocations', '');
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE FUNCTION "gatehouse"."note_role_change"() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = gatehouse, pg_temp AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    INSERT INTO revocations (kind, tenant_id, subject_id) VALUES ('user', OLD.tenant_id, OLD.user_id);
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO revocations (kind, tenant_id, subject_id) VALUES ('user', NEW.tenant_id, NEW.user_id);
  END IF;
  PERFORM pg_notify('gatehouse_revocations', '');
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE FUNCTION "gatehouse"."note_tenant_change"() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = gatehouse, pg_temp AS $$
BEGIN
  INSERT INTO revocations (kind, tenant_id) VALUES ('tenant', OLD.id);
  PERFORM pg_notify('gatehouse_revocations', '');
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE FUNCTION "gatehouse"."note_signing_key_change"() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = gatehouse, pg_temp AS $$
BEGIN
  INSERT INTO revocations (kind) VALUES ('signing_keys');
  PERFORM pg_notify('gatehouse_revocations', '');
  RETURN NULL;
END $$;
--> statement-breakpoint
-- A rotation and a note of when a session was seen touch none of these columns, and cost nothing here.
CREATE TRIGGER "sessions_changed"
  AFTER UPDATE OF tenant_id, id, user_id, amr, aal, auth_time, device_name, user_agent, ip, step_up_at, ended_at
  ON "gatehouse"."sessions" FOR EACH ROW WHEN (OLD IS DISTINCT FROM NEW)
  EXECUTE FUNCTION "gatehouse"."note_session_change"();
--> statement-breakpoint
-- Only a limit that comes sooner than it was to: a rotation and a note of when it was seen move them away.
CREATE TRIGGER "sessions_shortened"
  AFTER UPDATE OF idle_expires_at, absolute_expires_at, inactive_at ON "gatehouse"."sessions" FOR EACH ROW
  WHEN (least(NEW.idle_expires_at, NEW.absolute_expires_at, NEW.inactive_at)
    < least(OLD.idle_expires_at, OLD.absolute_expires_at, OLD.inactive_at))
  EXECUTE FUNCTION "gatehouse"."note_session_change"();
--> statement-breakpoint
-- What the sweep removes has ended long ago, and nobody remembers it.
CREATE TRIGGER "sessions_deleted" AFTER DELETE ON "gatehouse"."sessions" FOR EACH ROW
  WHEN (OLD.ended_at IS NULL AND OLD.absolute_expires_at > clock_timestamp())
  EXECUTE FUNCTION "gatehouse"."note_session_change"();
--> statement-breakpoint
CREATE TRIGGER "users_changed" AFTER UPDATE ON "gatehouse"."users" FOR EACH ROW WHEN (OLD IS DISTINCT FROM NEW)
  EXECUTE FUNCTION "gatehouse"."note_user_change"();
--> statement-breakpoint
CREATE TRIGGER "users_deleted" AFTER DELETE ON "gatehouse"."users" FOR EACH ROW
  EXECUTE FUNCTION "gatehouse"."note_user_change"();
--> statement-breakpoint
CREATE TRIGGER "user_roles_changed" AFTER INSERT OR UPDATE OR DELETE ON "gatehouse"."user_roles" FOR EACH ROW
  EXECUTE FUNCTION "gatehouse"."note_role_change"();
--> statement-breakpoint
CREATE TRIGGER "tenants_changed" AFTER UPDATE ON "gatehouse"."tenants" FOR EACH ROW WHEN (OLD IS DISTINCT FROM NEW)
  EXECUTE FUNCTION "gatehouse"."note_tenant_change"();
--> statement-breakpoint
CREATE TRIGGER "tenants_deleted" AFTER DELETE ON "gatehouse"."tenants" FOR EACH ROW
  EXECUTE FUNCTION "gatehouse"."note_tenant_change"();
--> statement-breakpoint
CREATE TRIGGER "signing_keys_changed" AFTER INSERT OR UPDATE OR DELETE ON "gatehouse"."signing_keys"
  FOR EACH STATEMENT EXECUTE FUNCTION "gatehouse"."note_signing_key_change"();
--> statement-breakpoint
-- What became visible since the mark that was read last. Serial numbers do not follow the order of commits; that a
-- transaction was not visible in the snapshot before does. With no mark there is nothing to catch up with.
--
-- A mark is a place, a snapshot, and when it was read: after half a minute all is told to be forgotten, whatever clock
-- stood still meanwhile. The place is this start of the server and these very files of the tables: a database
-- that was restored, however, is another place, and so is one whose tables were emptied by TRUNCATE, which no trigger
-- tells row by row. A row that a dump brought along names a transaction of another counter, and is nobody's news.
CREATE FUNCTION "gatehouse"."revocations_since"(p_mark text, p_limit integer)
RETURNS TABLE (mark text, is_reset boolean, kind text, tenant_id uuid, subject_id uuid)
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = gatehouse, pg_temp AS $$
  SELECT
    concat_ws(' ', here.place, here.snapshot, date_part('epoch', clock_timestamp())),
    p_mark IS NOT NULL AND (here.place <> here.place_before
      OR clock_timestamp() > here.read_at_before + interval '30 seconds'
      OR pg_snapshot_xmin(here.snapshot) < pg_snapshot_xmin(here.snapshot_before)),
    r.kind, r.tenant_id, r.subject_id
  FROM (
    SELECT
      concat_ws('+', date_part('epoch', pg_postmaster_start_time()), pg_relation_filepath('revocations'),
        pg_relation_filepath('sessions'), pg_relation_filepath('user_roles'), pg_relation_filepath('signing_keys')
      ) AS place,
      split_part(p_mark, ' ', 1) AS place_before,
      pg_current_snapshot() AS snapshot,
      split_part(p_mark, ' ', 2)::pg_snapshot AS snapshot_before,
      to_timestamp(split_part(p_mark, ' ', 3)::double precision) AS read_at_before
  ) AS here
  LEFT JOIN LATERAL (
    SELECT * FROM revocations
    WHERE transaction >= pg_snapshot_xmin(here.snapshot_before)
      AND transaction < pg_snapshot_xmax(here.snapshot)
      AND NOT pg_visible_in_snapshot(transaction, here.snapshot_before)
    LIMIT p_limit
  ) AS r ON true
$$;
--> statement-breakpoint
-- As session_check_json of 0006, which stays for processes of the last version. It writes nothing: when a session was
-- seen is noted by sessions_seen, many at once. Says besides how long the session has left, how long ago its user
-- proved who they are, and whether they are to do so again; all by this clock.
CREATE FUNCTION "gatehouse"."session_look"(p_tenant uuid, p_session uuid, p_user uuid)
RETURNS json
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = gatehouse, pg_temp AS $$
DECLARE
  found_one record;
BEGIN
  PERFORM set_config('app.tenant_id', p_tenant::text, true);
  SELECT
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
    floor(date_part('epoch',
      least(s.idle_expires_at, s.absolute_expires_at, s.inactive_at) - clock_timestamp()) * 1000) AS remaining_ms,
    floor(date_part('epoch', clock_timestamp() - s.auth_time) * 1000) AS auth_age_ms,
    s.step_up_at IS NOT NULL AS is_step_up_due,
    CASE
      WHEN s.ended_at IS NULL AND u.status = 'active'
        AND clock_timestamp() < least(s.idle_expires_at, s.absolute_expires_at, s.inactive_at) THEN 'live'
      ELSE 'ended'
    END AS outcome
    INTO found_one
    FROM sessions s
    JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
    JOIN tenants t ON t.id = s.tenant_id
    WHERE s.tenant_id = p_tenant AND s.id = p_session AND s.user_id = p_user;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  RETURN row_to_json(found_one);
END $$;
--> statement-breakpoint
-- Notes when sessions were last seen, which moves their inactivity limit: a list of {tenant, session, age_ms}. One that
-- is being changed at this moment is passed over, for it is being seen; so nobody waits here.
CREATE FUNCTION "gatehouse"."sessions_seen"(p_seen json)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = gatehouse, pg_temp AS $$
DECLARE
  a_tenant uuid;
  its_seen json;
BEGIN
  FOR a_tenant, its_seen IN
    SELECT (seen.value ->> 'tenant')::uuid, json_agg(seen.value) FROM json_array_elements(p_seen) AS seen GROUP BY 1
  LOOP
    PERFORM set_config('app.tenant_id', a_tenant::text, true);
    UPDATE sessions s
      SET last_seen_at = noted.at, inactive_at = noted.at + make_interval(secs => s.inactivity_seconds)
      FROM (
        SELECT found.id, clock_timestamp() - make_interval(secs => seen.age_ms / 1000.0) AS at
        FROM json_to_recordset(its_seen) AS seen (session uuid, age_ms double precision)
        JOIN sessions found ON found.tenant_id = a_tenant AND found.id = seen.session
        WHERE found.ended_at IS NULL
        FOR UPDATE OF found SKIP LOCKED
      ) AS noted
      WHERE s.tenant_id = a_tenant AND s.id = noted.id AND s.last_seen_at < noted.at
        AND noted.at < least(s.idle_expires_at, s.absolute_expires_at, s.inactive_at);
  END LOOP;
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION
  "gatehouse"."note_session_change"(), "gatehouse"."note_user_change"(), "gatehouse"."note_role_change"(),
  "gatehouse"."note_tenant_change"(), "gatehouse"."note_signing_key_change"(),
  "gatehouse"."revocations_since"(text, integer),
  "gatehouse"."session_look"(uuid, uuid, uuid), "gatehouse"."sessions_seen"(json) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION
  "gatehouse"."revocations_since"(text, integer),
  "gatehouse"."session_look"(uuid, uuid, uuid), "gatehouse"."sessions_seen"(json) TO gatehouse_app;
