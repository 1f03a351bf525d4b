-- A row is visible to its own tenant only, even to a query that forgot to ask.
-- Outside a unit of work the setting is NULL on a new connection and '' on a
-- used one; nullif makes both NULL, which matches no row. FORCE binds the
-- owner too, so owner and system have policies of their own: without them a
-- data migration would silently change nothing.
DO $$
DECLARE
  tenant_table text;
BEGIN
  FOREACH tenant_table IN ARRAY ARRAY[
    'audit_events', 'audit_personal', 'dev_mails', 'invitations', 'one_time_tokens',
    'open_registrations', 'outbox', 'sessions', 'user_roles', 'users'
  ] LOOP
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
GRANT USAGE ON SCHEMA "gatehouse" TO gatehouse_app, gatehouse_system;
--> statement-breakpoint
GRANT SELECT ON "gatehouse"."migrations" TO gatehouse_app, gatehouse_system;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON "gatehouse"."tenants", "gatehouse"."signing_keys" TO gatehouse_app;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON
  "gatehouse"."users", "gatehouse"."open_registrations", "gatehouse"."one_time_tokens",
  "gatehouse"."invitations", "gatehouse"."sessions" TO gatehouse_app;
--> statement-breakpoint
GRANT SELECT, INSERT, DELETE ON "gatehouse"."user_roles" TO gatehouse_app;
--> statement-breakpoint
GRANT SELECT, INSERT ON "gatehouse"."audit_events", "gatehouse"."audit_personal" TO gatehouse_app;
--> statement-breakpoint
GRANT INSERT ON "gatehouse"."outbox" TO gatehouse_app;
--> statement-breakpoint
GRANT SELECT ON "gatehouse"."tenants" TO gatehouse_system;
--> statement-breakpoint
GRANT SELECT, UPDATE, DELETE ON "gatehouse"."outbox" TO gatehouse_system;
--> statement-breakpoint
GRANT SELECT, INSERT, DELETE ON "gatehouse"."dev_mails" TO gatehouse_system;
--> statement-breakpoint
GRANT SELECT, DELETE ON
  "gatehouse"."open_registrations", "gatehouse"."one_time_tokens", "gatehouse"."invitations",
  "gatehouse"."sessions" TO gatehouse_system;
