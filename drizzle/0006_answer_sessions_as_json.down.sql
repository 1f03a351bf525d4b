DROP FUNCTION
  "gatehouse"."session_check_json"(uuid, uuid, uuid),
  "gatehouse"."session_rotate_json"(uuid, uuid, bigint, bytea, integer);
