-- A row whose month has no partition yet is caught here, never refused.
CREATE TABLE "gatehouse"."audit_events_default" PARTITION OF "gatehouse"."audit_events" DEFAULT;
--> statement-breakpoint
CREATE TABLE "gatehouse"."audit_personal_default" PARTITION OF "gatehouse"."audit_personal" DEFAULT;
--> statement-breakpoint
-- Nobody is granted anything on a partition: rows are reached through the parent and its policies.
CREATE FUNCTION "gatehouse"."audit_isolate_partition"(partition text) RETURNS void
LANGUAGE plpgsql SECURITY INVOKER SET search_path = gatehouse, pg_temp AS $$
BEGIN
  EXECUTE format('ALTER TABLE gatehouse.%I ENABLE ROW LEVEL SECURITY', partition);
  EXECUTE format('ALTER TABLE gatehouse.%I FORCE ROW LEVEL SECURITY', partition);
  EXECUTE format('CREATE POLICY %I ON gatehouse.%I TO gatehouse_owner USING (true)', partition || '_owner', partition);
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION "gatehouse"."audit_isolate_partition"(text) FROM PUBLIC;
--> statement-breakpoint
SELECT "gatehouse"."audit_isolate_partition"('audit_events_default');
--> statement-breakpoint
SELECT "gatehouse"."audit_isolate_partition"('audit_personal_default');
--> statement-breakpoint
-- Makes the partitions of this and the next three months (UTC), and of every
-- earlier month of which the default partition has caught rows, moves them
-- there, and drops whole months that are older than the retention. One call at
-- a time, and none waits for a lock over 100 ms: call it again.
-- SECURITY DEFINER because only an owner can make and drop tables; executable
-- by gatehouse_system alone.
CREATE FUNCTION "gatehouse"."audit_partitions"(retention_months integer, today timestamptz DEFAULT clock_timestamp())
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = gatehouse, pg_temp
SET lock_timeout = '100ms'
AS $$
DECLARE
  parent text;
  month timestamp;
  this_month timestamp := date_trunc('month', today AT TIME ZONE 'UTC');
  first_month timestamp;
  partition text;
  is_caught boolean;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('gatehouse.audit_partitions', 0));
  IF retention_months < 1 THEN
    RAISE EXCEPTION 'retention_months must be at least 1';
  END IF;
  FOREACH parent IN ARRAY ARRAY['audit_events', 'audit_personal'] LOOP
    EXECUTE format('SELECT date_trunc(''month'', min(created_at) AT TIME ZONE ''UTC'') FROM gatehouse.%I', parent || '_default')
      INTO first_month;
    FOR month IN
      SELECT generate_series(least(this_month, first_month), this_month + interval '3 months', interval '1 month')
    LOOP
      partition := parent || to_char(month, '"_"YYYY"_"MM');
      CONTINUE WHEN to_regclass('gatehouse.' || quote_ident(partition)) IS NOT NULL;
      EXECUTE format('SELECT EXISTS (SELECT FROM gatehouse.%I WHERE created_at >= $1 AND created_at < $2)', parent || '_default')
        INTO is_caught USING month AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC';
      CONTINUE WHEN month < this_month AND NOT is_caught;
      IF is_caught THEN
        EXECUTE format('ALTER TABLE gatehouse.%I DETACH PARTITION gatehouse.%I', parent, parent || '_default');
      END IF;
      EXECUTE format('CREATE TABLE gatehouse.%I PARTITION OF gatehouse.%I FOR VALUES FROM (%L) TO (%L)',
        partition, parent, month AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC');
      PERFORM audit_isolate_partition(partition);
      IF is_caught THEN
        EXECUTE format(
          'WITH caught AS (DELETE FROM gatehouse.%I WHERE created_at >= $1 AND created_at < $2 RETURNING *)
           INSERT INTO gatehouse.%I SELECT * FROM caught', parent || '_default', parent)
          USING month AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC';
        EXECUTE format('ALTER TABLE gatehouse.%I ATTACH PARTITION gatehouse.%I DEFAULT', parent, parent || '_default');
      END IF;
    END LOOP;
    FOR partition IN
      SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = to_regclass('gatehouse.' || parent)
        AND c.relname ~ ('^' || parent || '_\d{4}_\d{2}$')
        AND to_date(right(c.relname, 7), 'YYYY_MM') < this_month - make_interval(months => retention_months)
    LOOP
      EXECUTE format('DROP TABLE gatehouse.%I', partition);
    END LOOP;
  END LOOP;
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION "gatehouse"."audit_partitions"(integer, timestamptz) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION "gatehouse"."audit_partitions"(integer, timestamptz) TO gatehouse_system;
--> statement-breakpoint
SELECT "gatehouse"."audit_partitions"(24);
