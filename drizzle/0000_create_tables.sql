-- Generated from adapters/postgres/schema; by hand: IF NOT EXISTS, and PARTITION BY on the audit tables.
CREATE SCHEMA IF NOT EXISTS "gatehouse";
--> statement-breakpoint
CREATE TABLE "gatehouse"."audit_events" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"type" text NOT NULL,
	"category" text NOT NULL,
	"severity" text NOT NULL,
	"outcome" text NOT NULL,
	"actor_type" text NOT NULL,
	"actor_id" uuid,
	"target_type" text NOT NULL,
	"target_id" uuid,
	"request_id" text,
	"data" jsonb DEFAULT '{}'::jsonb NOT NULL,
	CONSTRAINT "audit_events_pkey" PRIMARY KEY("tenant_id","created_at","id")
) PARTITION BY RANGE ("created_at");
--> statement-breakpoint
CREATE TABLE "gatehouse"."audit_personal" (
	"tenant_id" uuid NOT NULL,
	"event_id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"salt" "bytea" NOT NULL,
	"ip" text,
	"user_agent" text,
	"addresses" jsonb DEFAULT '{}'::jsonb NOT NULL,
	CONSTRAINT "audit_personal_pkey" PRIMARY KEY("tenant_id","created_at","event_id")
) PARTITION BY RANGE ("created_at");
--> statement-breakpoint
CREATE TABLE "gatehouse"."dev_mails" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"recipient" text NOT NULL,
	"template" text NOT NULL,
	"subject" text NOT NULL,
	"text" text NOT NULL,
	"html" text NOT NULL,
	"links" jsonb NOT NULL,
	"token" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "dev_mails_pkey" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "gatehouse"."outbox" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"template" text NOT NULL,
	"recipient" text NOT NULL,
	"facts" jsonb NOT NULL,
	"sealed_token" "bytea",
	"status" text DEFAULT 'waiting' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"due_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"finished_at" timestamp (3) with time zone,
	"last_error" text,
	CONSTRAINT "outbox_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "outbox_status_check" CHECK ("gatehouse"."outbox"."status" in ('waiting', 'sent', 'dead', 'expired')),
	CONSTRAINT "outbox_secret_check" CHECK ("gatehouse"."outbox"."status" = 'waiting' or "gatehouse"."outbox"."sealed_token" is null)
);
--> statement-breakpoint
CREATE TABLE "gatehouse"."sessions" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"number" bigint DEFAULT 0 NOT NULL,
	"secret_hash" "bytea" NOT NULL,
	"amr" text[] NOT NULL,
	"aal" smallint NOT NULL,
	"auth_time" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"device_name" text,
	"user_agent" text,
	"ip" text,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"last_seen_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"rotated_at" timestamp (3) with time zone,
	"idle_seconds" integer NOT NULL,
	"inactivity_seconds" integer NOT NULL,
	"idle_expires_at" timestamp (3) with time zone NOT NULL,
	"absolute_expires_at" timestamp (3) with time zone NOT NULL,
	"inactive_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	"end_reason" text,
	CONSTRAINT "sessions_pkey" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "gatehouse"."invitations" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"email" text,
	"roles" text[] NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"accepted_at" timestamp (3) with time zone,
	CONSTRAINT "invitations_pkey" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "gatehouse"."one_time_tokens" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"kind" text NOT NULL,
	"hash" "bytea" NOT NULL,
	"subject_id" uuid NOT NULL,
	"email" text,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"used_at" timestamp (3) with time zone,
	"killed_at" timestamp (3) with time zone,
	CONSTRAINT "one_time_tokens_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "one_time_tokens_hash_key" UNIQUE("tenant_id","hash")
);
--> statement-breakpoint
CREATE TABLE "gatehouse"."open_registrations" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"email" text NOT NULL,
	"password_hash" text NOT NULL,
	"name" text,
	"username" text,
	"locale" text,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"closed_at" timestamp (3) with time zone,
	CONSTRAINT "open_registrations_pkey" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "gatehouse"."signing_keys" (
	"kid" text NOT NULL,
	"algorithm" text NOT NULL,
	"state" text NOT NULL,
	"public_jwk" jsonb NOT NULL,
	"sealed_private_key" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "signing_keys_pkey" PRIMARY KEY("kid"),
	CONSTRAINT "signing_keys_state_check" CHECK ("gatehouse"."signing_keys"."state" in ('next', 'active', 'retired'))
);
--> statement-breakpoint
CREATE TABLE "gatehouse"."tenants" (
	"id" uuid NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"status" text DEFAULT 'active' NOT NULL,
	"settings" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "tenants_pkey" PRIMARY KEY("id"),
	CONSTRAINT "tenants_slug_key" UNIQUE("slug"),
	CONSTRAINT "tenants_status_check" CHECK ("gatehouse"."tenants"."status" in ('active', 'suspended'))
);
--> statement-breakpoint
CREATE TABLE "gatehouse"."user_roles" (
	"tenant_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"role" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "user_roles_pkey" PRIMARY KEY("tenant_id","user_id","role")
);
--> statement-breakpoint
CREATE TABLE "gatehouse"."users" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"email" text NOT NULL,
	"email_verified" boolean NOT NULL,
	"username" text,
	"name" text,
	"locale" text,
	"picture" text,
	"metadata" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"status" text DEFAULT 'active' NOT NULL,
	"password_hash" text,
	"credential_version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"last_login_at" timestamp (3) with time zone,
	CONSTRAINT "users_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "users_email_key" UNIQUE("tenant_id","email"),
	CONSTRAINT "users_username_key" UNIQUE("tenant_id","username"),
	CONSTRAINT "users_status_check" CHECK ("gatehouse"."users"."status" in ('active', 'suspended', 'deleted', 'invited'))
);
--> statement-breakpoint
ALTER TABLE "gatehouse"."dev_mails" ADD CONSTRAINT "dev_mails_tenant_fkey" FOREIGN KEY ("tenant_id") REFERENCES "gatehouse"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gatehouse"."outbox" ADD CONSTRAINT "outbox_tenant_fkey" FOREIGN KEY ("tenant_id") REFERENCES "gatehouse"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gatehouse"."sessions" ADD CONSTRAINT "sessions_user_fkey" FOREIGN KEY ("tenant_id","user_id") REFERENCES "gatehouse"."users"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gatehouse"."invitations" ADD CONSTRAINT "invitations_tenant_fkey" FOREIGN KEY ("tenant_id") REFERENCES "gatehouse"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gatehouse"."one_time_tokens" ADD CONSTRAINT "one_time_tokens_tenant_fkey" FOREIGN KEY ("tenant_id") REFERENCES "gatehouse"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gatehouse"."open_registrations" ADD CONSTRAINT "open_registrations_tenant_fkey" FOREIGN KEY ("tenant_id") REFERENCES "gatehouse"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gatehouse"."user_roles" ADD CONSTRAINT "user_roles_user_fkey" FOREIGN KEY ("tenant_id","user_id") REFERENCES "gatehouse"."users"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gatehouse"."users" ADD CONSTRAINT "users_tenant_fkey" FOREIGN KEY ("tenant_id") REFERENCES "gatehouse"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_events_actor_idx" ON "gatehouse"."audit_events" USING btree ("tenant_id","actor_id","created_at");--> statement-breakpoint
CREATE INDEX "audit_events_target_idx" ON "gatehouse"."audit_events" USING btree ("tenant_id","target_id","created_at");--> statement-breakpoint
CREATE INDEX "dev_mails_newest_idx" ON "gatehouse"."dev_mails" USING btree ("id");--> statement-breakpoint
CREATE INDEX "outbox_due_idx" ON "gatehouse"."outbox" USING btree ("due_at") WHERE "gatehouse"."outbox"."status" = 'waiting';--> statement-breakpoint
CREATE INDEX "outbox_finished_idx" ON "gatehouse"."outbox" USING btree ("finished_at");--> statement-breakpoint
CREATE INDEX "sessions_user_idx" ON "gatehouse"."sessions" USING btree ("tenant_id","user_id","created_at");--> statement-breakpoint
CREATE INDEX "sessions_expiry_idx" ON "gatehouse"."sessions" USING btree ("absolute_expires_at");--> statement-breakpoint
CREATE INDEX "tenants_cors_origins_idx" ON "gatehouse"."tenants" USING gin (("settings" -> 'cors_origins'));--> statement-breakpoint
CREATE INDEX "invitations_expiry_idx" ON "gatehouse"."invitations" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "one_time_tokens_subject_idx" ON "gatehouse"."one_time_tokens" USING btree ("tenant_id","subject_id");--> statement-breakpoint
CREATE INDEX "one_time_tokens_email_idx" ON "gatehouse"."one_time_tokens" USING btree ("tenant_id","email");--> statement-breakpoint
CREATE INDEX "one_time_tokens_expiry_idx" ON "gatehouse"."one_time_tokens" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "open_registrations_email_idx" ON "gatehouse"."open_registrations" USING btree ("tenant_id","email","id");--> statement-breakpoint
CREATE INDEX "open_registrations_expiry_idx" ON "gatehouse"."open_registrations" USING btree ("expires_at");
