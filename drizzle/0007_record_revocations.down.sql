DROP FUNCTION "gatehouse"."sessions_seen"(json);
--> statement-breakpoint
DROP FUNCTION "gatehouse"."session_look"(uuid, uuid, uuid);
--> statement-breakpoint
DROP FUNCTION "gatehouse"."revocations_since"(text, integer);
--> statement-breakpoint
DROP TRIGGER "signing_keys_changed" ON "gatehouse"."signing_keys";
--> statement-breakpoint
DROP TRIGGER "tenants_deleted" ON "gatehouse"."tenants";
--> statement-breakpoint
DROP TRIGGER "tenants_changed" ON "gatehouse"."tenants";
--> statement-breakpoint
DROP TRIGGER "user_roles_changed" ON "gatehouse"."user_roles";
--> statement-breakpoint
DROP TRIGGER "users_deleted" ON "gatehouse"."users";
--> statement-breakpoint
DROP TRIGGER "users_changed" ON "gatehouse"."users";
--> statement-breakpoint
DROP TRIGGER "sessions_shortened" ON "gatehouse"."sessions";
--> statement-breakpoint
DROP TRIGGER "sessions_deleted" ON "gatehouse"."sessions";
--> statement-breakpoint
DROP TRIGGER "sessions_changed" ON "gatehouse"."sessions";
--> statement-breakpoint
DROP FUNCTION "gatehouse"."note_signing_key_change"();
--> statement-breakpoint
DROP FUNCTION "gatehouse"."note_tenant_change"();
--> statement-breakpoint
DROP FUNCTION "gatehouse"."note_role_change"();
--> statement-breakpoint
DROP FUNCTION "gatehouse"."note_user_change"();
--> statement-breakpoint
DROP FUNCTION "gatehouse"."note_session_change"();
--> statement-breakpoint
DROP INDEX "gatehouse"."signing_keys_next_idx";
--> statement-breakpoint
DROP INDEX "gatehouse"."signing_keys_active_idx";
--> statement-breakpoint
DROP INDEX "gatehouse"."revocations_until_idx";
--> statement-breakpoint
DROP INDEX "gatehouse"."revocations_transaction_idx";
--> statement-breakpoint
DROP INDEX "gatehouse"."address_targets_expiry_idx";
--> statement-breakpoint
ALTER TABLE "gatehouse"."address_targets" DROP CONSTRAINT "address_targets_tenant_fkey";
--> statement-breakpoint
-- The version before asks of no key whether it has expired: one that was ended would verify again.
DELETE FROM "gatehouse"."signing_keys" WHERE "expires_at" <= clock_timestamp() OR "sealed_private_key" IS NULL;
--> statement-breakpoint
ALTER TABLE "gatehouse"."signing_keys" DROP COLUMN "expires_at";
--> statement-breakpoint
ALTER TABLE "gatehouse"."signing_keys" DROP COLUMN "retired_at";
--> statement-breakpoint
ALTER TABLE "gatehouse"."signing_keys" DROP COLUMN "activated_at";
--> statement-breakpoint
ALTER TABLE "gatehouse"."signing_keys" DROP COLUMN "asked_for_at";
--> statement-breakpoint
ALTER TABLE "gatehouse"."signing_keys" ALTER COLUMN "sealed_private_key" SET NOT NULL;
--> statement-breakpoint
ALTER TABLE "gatehouse"."sessions" DROP COLUMN "step_up_at";
--> statement-breakpoint
DROP TABLE "gatehouse"."revocations";
--> statement-breakpoint
DROP TABLE "gatehouse"."address_targets";
