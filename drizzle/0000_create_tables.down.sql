DROP TABLE
  "gatehouse"."audit_personal",
  "gatehouse"."audit_events",
  "gatehouse"."dev_mails",
  "gatehouse"."outbox",
  "gatehouse"."sessions",
  "gatehouse"."invitations",
  "gatehouse"."one_time_tokens",
  "gatehouse"."open_registrations",
  "gatehouse"."user_roles",
  "gatehouse"."users",
  "gatehouse"."signing_keys",
  "gatehouse"."tenants";
