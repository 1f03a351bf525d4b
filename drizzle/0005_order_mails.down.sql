DROP INDEX "gatehouse"."outbox_status_idx";
--> statement-breakpoint
DROP INDEX "gatehouse"."outbox_received_idx";
--> statement-breakpoint
DROP INDEX "gatehouse"."outbox_claimed_idx";
--> statement-breakpoint
DROP INDEX "gatehouse"."outbox_recipient_idx";
--> statement-breakpoint
DROP INDEX "gatehouse"."outbox_expiry_idx";
--> statement-breakpoint
ALTER TABLE "gatehouse"."outbox" DROP COLUMN "claimed_until";
--> statement-breakpoint
ALTER TABLE "gatehouse"."outbox" ALTER COLUMN "created_at" SET DATA TYPE timestamp (3) with time zone;
--> statement-breakpoint
ALTER TABLE "gatehouse"."outbox" DROP CONSTRAINT "outbox_status_check";
--> statement-breakpoint
-- Neither was sent, and the secrets of both are erased.
UPDATE "gatehouse"."outbox" SET "status" = 'dead', "last_error" = 'suppressed' WHERE "status" = 'suppressed';
--> statement-breakpoint
ALTER TABLE "gatehouse"."outbox" ADD CONSTRAINT "outbox_status_check" CHECK ("gatehouse"."outbox"."status" in ('waiting', 'sent', 'dead', 'expired'));
