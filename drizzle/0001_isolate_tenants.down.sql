REVOKE ALL ON ALL TABLES IN SCHEMA "gatehouse" FROM gatehouse_app, gatehouse_system;
--> statement-breakpoint
REVOKE USAGE ON SCHEMA "gatehouse" FROM gatehouse_app, gatehouse_system;
--> statement-breakpoint
DO $$
DECLARE
  tenant_table text;
BEGIN
  FOREACH tenant_table IN ARRAY ARRAY[
    'audit_events', 'audit_personal', 'dev_mails', 'invitations', 'one_time_tokens',
    'open_registrations', 'outbox', 'sessions', 'user_roles', 'users'
  ] LOOP
    EXECUTE format('DROP POLICY %I ON gatehouse.%I', tenant_table || '_tenant', tenant_table);
    EXECUTE format('DROP POLICY %I ON gatehouse.%I', tenant_table || '_owner', tenant_table);
    EXECUTE format('DROP POLICY %I ON gatehouse.%I', tenant_table || '_system', tenant_table);
    EXECUTE format('ALTER TABLE gatehouse.%I NO FORCE ROW LEVEL SECURITY', tenant_table);
    EXECUTE format('ALTER TABLE gatehouse.%I DISABLE ROW LEVEL SECURITY', tenant_table);
  END LOOP;
END $$;
