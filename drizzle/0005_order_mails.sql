-- Mails to one recipient leave in the order in which they were queued, and are capped per recipient.
-- Claimed rows keep moving due_at as well, so that a worker of the last version leaves them alone.
ALTER TABLE "gatehouse"."outbox" DROP CONSTRAINT "outbox_status_check";
--> statement-breakpoint
ALTER TABLE "gatehouse"."outbox" ADD CONSTRAINT "outbox_status_check" CHECK ("gatehouse"."outbox"."status" in ('waiting', 'sent', 'dead', 'expired', 'suppressed'));
--> statement-breakpoint
ALTER TABLE "gatehouse"."outbox" ALTER COLUMN "created_at" SET DATA TYPE timestamp with time zone;
--> statement-breakpoint
ALTER TABLE "gatehouse"."outbox" ADD COLUMN "claimed_until" timestamp (3) with time zone;
--> statement-breakpoint
CREATE INDEX "outbox_expiry_idx" ON "gatehouse"."outbox" USING btree ("expires_at") WHERE "gatehouse"."outbox"."status" = 'waiting';
--> statement-breakpoint
CREATE INDEX "outbox_recipient_idx" ON "gatehouse"."outbox" USING btree ("tenant_id","recipient","created_at","id") WHERE "gatehouse"."outbox"."status" = 'waiting';
--> statement-breakpoint
CREATE INDEX "outbox_claimed_idx" ON "gatehouse"."outbox" USING btree ("tenant_id","recipient","claimed_until") WHERE "gatehouse"."outbox"."status" = 'waiting' and "gatehouse"."outbox"."claimed_until" is not null;
--> statement-breakpoint
CREATE INDEX "outbox_received_idx" ON "gatehouse"."outbox" USING btree ("tenant_id","recipient","finished_at") WHERE "gatehouse"."outbox"."status" in ('sent', 'dead');
--> statement-breakpoint
CREATE INDEX "outbox_status_idx" ON "gatehouse"."outbox" USING btree ("status","created_at","id");
