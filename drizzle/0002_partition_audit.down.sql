DROP FUNCTION "gatehouse"."audit_partitions"(integer, timestamptz);
--> statement-breakpoint
DROP FUNCTION "gatehouse"."audit_isolate_partition"(text);
--> statement-breakpoint
DO $$
DECLARE
  partition text;
BEGIN
  FOR partition IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent IN ('gatehouse.audit_events'::regclass, 'gatehouse.audit_personal'::regclass)
  LOOP
    EXECUTE format('DROP TABLE gatehouse.%I', partition);
  END LOOP;
END $$;
