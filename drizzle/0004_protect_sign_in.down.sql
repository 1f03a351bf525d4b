DROP FUNCTION
  "gatehouse"."attempt_find_lock"(uuid, bytea[], integer[], integer[], boolean[]),
  "gatehouse"."attempt_begin"(uuid, bytea[], integer[], integer[], boolean[]),
  "gatehouse"."attempt_end"(uuid, bytea[], integer[], integer[], text, boolean),
  "gatehouse"."sign_in_find"(uuid, text, text, bytea[]);
--> statement-breakpoint
DROP TABLE "gatehouse"."known_devices", "gatehouse"."attempt_counts";
