DROP FUNCTION
  "gatehouse"."session_check"(uuid, uuid, uuid),
  "gatehouse"."session_rotate"(uuid, uuid, bigint, bytea, integer),
  "gatehouse"."credential_find"(uuid, text, text);
--> statement-breakpoint
DROP VIEW "gatehouse"."session_details";
