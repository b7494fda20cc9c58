CREATE TABLE "application" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"cohort_id" uuid NOT NULL,
	"email" text NOT NULL,
	"name" text NOT NULL,
	"company" text NOT NULL,
	"locale" text NOT NULL,
	"team_size" integer NOT NULL,
	"baseline_guess" integer,
	"sponsor_name" text,
	"sponsor_email" text,
	"answers" jsonb NOT NULL,
	"towards" text NOT NULL,
	"status" text DEFAULT 'submitted' NOT NULL,
	"decided_by" uuid,
	"decided_at" timestamp with time zone,
	"decision_reason" text,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "application_status" CHECK ("application"."status" in ('submitted', 'offered', 'declined', 'withdrawn', 'enrolled', 'waiting-for-seat')),
	CONSTRAINT "application_email_lower" CHECK ("application"."email" = lower("application"."email")),
	CONSTRAINT "application_team" CHECK ("application"."team_size" between 0 and 500)
);
--> statement-breakpoint
CREATE TABLE "offer" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"application_id" uuid NOT NULL,
	"price_minor" bigint NOT NULL,
	"currency" char(3) NOT NULL,
	"token_hash" text NOT NULL,
	"good_until" timestamp with time zone NOT NULL,
	"withdrawn_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "offer_price" CHECK ("offer"."price_minor" > 0)
);
--> statement-breakpoint
CREATE TABLE "session" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"enrollment_id" uuid NOT NULL,
	"coach_id" uuid NOT NULL,
	"kind" text DEFAULT 'one-to-one' NOT NULL,
	"starts_at" timestamp with time zone NOT NULL,
	"time_zone" text NOT NULL,
	"minutes" integer NOT NULL,
	"place" text DEFAULT '' NOT NULL,
	"status" text DEFAULT 'planned' NOT NULL,
	"sequence" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "session_kind" CHECK ("session"."kind" in ('first', 'one-to-one', 'pair', 'closing')),
	CONSTRAINT "session_status" CHECK ("session"."status" in ('planned', 'held', 'missed', 'canceled')),
	CONSTRAINT "session_minutes" CHECK ("session"."minutes" between 10 and 240)
);
--> statement-breakpoint
CREATE TABLE "session_note" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"session_id" uuid NOT NULL,
	"author_id" uuid NOT NULL,
	"visibility" text NOT NULL,
	"body_enc" "bytea" NOT NULL,
	"revision" integer DEFAULT 0 NOT NULL,
	"saved_at" timestamp with time zone NOT NULL,
	CONSTRAINT "session_note_one" UNIQUE("session_id","author_id","visibility"),
	CONSTRAINT "session_note_visibility" CHECK ("session_note"."visibility" in ('shared', 'own'))
);
--> statement-breakpoint
CREATE TABLE "touchpoint" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"enrollment_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"day" date NOT NULL,
	"minutes" integer,
	"note_enc" "bytea",
	"request_key" uuid NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "touchpoint_request" UNIQUE("request_key"),
	CONSTRAINT "touchpoint_kind" CHECK ("touchpoint"."kind" in ('coaching', 'feedback', 'listening', 'recognition', 'stepped-back', 'team-meeting', 'training')),
	CONSTRAINT "touchpoint_minutes" CHECK ("touchpoint"."minutes" between 1 and 480)
);
--> statement-breakpoint
CREATE TABLE "touchpoint_seller" (
	"touchpoint_id" uuid NOT NULL,
	"seller_id" uuid NOT NULL,
	CONSTRAINT "touchpoint_seller_pk" PRIMARY KEY("touchpoint_id","seller_id")
);
--> statement-breakpoint
CREATE TABLE "cohort" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"program_id" uuid NOT NULL,
	"coach_id" uuid NOT NULL,
	"starts_on" date NOT NULL,
	"price_minor" bigint NOT NULL,
	"currency" char(3) NOT NULL,
	"time_zone" text DEFAULT 'Europe/Oslo' NOT NULL,
	"sales_open" boolean DEFAULT false NOT NULL,
	"pledge" jsonb NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "cohort_slug" UNIQUE("slug"),
	CONSTRAINT "cohort_price" CHECK ("cohort"."price_minor" > 0)
);
--> statement-breakpoint
CREATE TABLE "enrollment" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"cohort_id" uuid NOT NULL,
	"seat_number" integer NOT NULL,
	"leader_id" uuid NOT NULL,
	"coach_id" uuid NOT NULL,
	"company" text NOT NULL,
	"day_zero" date NOT NULL,
	"time_zone" text NOT NULL,
	"currency" char(3) NOT NULL,
	"towards" text,
	"state" text DEFAULT 'active' NOT NULL,
	"left_on" date,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "enrollment_seat" UNIQUE("cohort_id","seat_number"),
	CONSTRAINT "enrollment_leader" UNIQUE("cohort_id","leader_id"),
	CONSTRAINT "enrollment_state" CHECK ("enrollment"."state" in ('active', 'left')),
	CONSTRAINT "enrollment_left" CHECK (("enrollment"."state" = 'left') = ("enrollment"."left_on" is not null))
);
--> statement-breakpoint
CREATE TABLE "seat" (
	"cohort_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"state" text DEFAULT 'free' NOT NULL,
	"checkout_id" uuid,
	"hold_until" timestamp with time zone,
	CONSTRAINT "seat_pk" PRIMARY KEY("cohort_id","number"),
	CONSTRAINT "seat_checkout" UNIQUE("checkout_id"),
	CONSTRAINT "seat_number" CHECK ("seat"."number" > 0),
	CONSTRAINT "seat_state" CHECK ("seat"."state" in ('free', 'held', 'sold', 'blocked')),
	CONSTRAINT "seat_has_its_checkout" CHECK (("seat"."state" in ('held', 'sold')) = ("seat"."checkout_id" is not null)),
	CONSTRAINT "seat_hold" CHECK (("seat"."state" = 'held') = ("seat"."hold_until" is not null))
);
--> statement-breakpoint
CREATE TABLE "seller" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"enrollment_id" uuid NOT NULL,
	"name" text NOT NULL,
	"email" text,
	"locale" text DEFAULT 'en' NOT NULL,
	"external_id" text,
	"fte" numeric(3, 2) DEFAULT 1 NOT NULL,
	"started_on" date NOT NULL,
	"ended_on" date,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "seller_email" UNIQUE("enrollment_id","email"),
	CONSTRAINT "seller_external_id" UNIQUE("enrollment_id","external_id"),
	CONSTRAINT "seller_fte" CHECK ("seller"."fte" > 0 and "seller"."fte" <= 1),
	CONSTRAINT "seller_locale" CHECK ("seller"."locale" in ('en', 'nb')),
	CONSTRAINT "seller_ended" CHECK ("seller"."ended_on" is null or "seller"."ended_on" >= "seller"."started_on")
);
--> statement-breakpoint
CREATE TABLE "sponsorship" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"enrollment_id" uuid NOT NULL,
	"sponsor_id" uuid NOT NULL,
	"shares" text[] DEFAULT '{}' NOT NULL,
	"agreed_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "sponsorship_once" UNIQUE("enrollment_id","sponsor_id"),
	CONSTRAINT "sponsorship_shares" CHECK ("sponsorship"."shares" <@ array['uplift', 'sessions', 'progress']),
	CONSTRAINT "sponsorship_agreed" CHECK (cardinality("sponsorship"."shares") = 0 or "sponsorship"."agreed_at" is not null)
);
--> statement-breakpoint
CREATE TABLE "lesson_read" (
	"enrollment_id" uuid NOT NULL,
	"lesson_id" uuid NOT NULL,
	"read_at" timestamp with time zone NOT NULL,
	CONSTRAINT "lesson_read_pk" PRIMARY KEY("enrollment_id","lesson_id")
);
--> statement-breakpoint
CREATE TABLE "remark" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"submission_id" uuid NOT NULL,
	"author_id" uuid NOT NULL,
	"visibility" text NOT NULL,
	"quote" text,
	"starts_at" integer,
	"body" text,
	"body_enc" "bytea",
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "remark_visibility" CHECK ("remark"."visibility" in ('shared', 'own')),
	CONSTRAINT "remark_own_is_encrypted" CHECK (("remark"."visibility" = 'own') = ("remark"."body_enc" is not null) and ("remark"."visibility" = 'shared') = ("remark"."body" is not null))
);
--> statement-breakpoint
CREATE TABLE "review" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"submission_id" uuid NOT NULL,
	"coach_id" uuid NOT NULL,
	"outcome" text,
	"comment" text DEFAULT '' NOT NULL,
	"revision" integer DEFAULT 0 NOT NULL,
	"saved_at" timestamp with time zone NOT NULL,
	"given_at" timestamp with time zone,
	CONSTRAINT "review_one_a_submission" UNIQUE("submission_id"),
	CONSTRAINT "review_outcome" CHECK ("review"."outcome" in ('accepted', 'returned')),
	CONSTRAINT "review_given" CHECK (("review"."outcome" is null) = ("review"."given_at" is null))
);
--> statement-breakpoint
CREATE TABLE "score" (
	"review_id" uuid NOT NULL,
	"criterion_id" uuid NOT NULL,
	"level" smallint NOT NULL,
	CONSTRAINT "score_pk" PRIMARY KEY("review_id","criterion_id"),
	CONSTRAINT "score_level" CHECK ("score"."level" between 1 and 4)
);
--> statement-breakpoint
CREATE TABLE "submission" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"enrollment_id" uuid NOT NULL,
	"assignment_id" uuid NOT NULL,
	"attempt" integer NOT NULL,
	"status" text DEFAULT 'draft' NOT NULL,
	"body" text NOT NULL,
	"revision" integer DEFAULT 0 NOT NULL,
	"saved_at" timestamp with time zone NOT NULL,
	"submitted_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "submission_attempt" UNIQUE("enrollment_id","assignment_id","attempt"),
	CONSTRAINT "submission_status" CHECK ("submission"."status" in ('draft', 'submitted', 'in-review', 'accepted', 'returned')),
	CONSTRAINT "submission_attempt_counts" CHECK ("submission"."attempt" > 0),
	CONSTRAINT "submission_submitted" CHECK (("submission"."status" = 'draft') = ("submission"."submitted_at" is null)),
	CONSTRAINT "submission_length" CHECK (length("submission"."body") <= 60000)
);
--> statement-breakpoint
CREATE TABLE "assignment" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"module_id" uuid NOT NULL,
	"title" text NOT NULL,
	"brief" text NOT NULL,
	"evidence" text[] NOT NULL,
	"template" text NOT NULL,
	"minutes" integer NOT NULL,
	CONSTRAINT "assignment_one_a_module" UNIQUE("module_id")
);
--> statement-breakpoint
CREATE TABLE "criterion" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"program_id" uuid NOT NULL,
	"assignment_id" uuid,
	"position" integer NOT NULL,
	"key" text NOT NULL,
	"name" text NOT NULL,
	"levels" text[] NOT NULL,
	CONSTRAINT "criterion_key" UNIQUE NULLS NOT DISTINCT("program_id","assignment_id","key"),
	CONSTRAINT "criterion_has_four_levels" CHECK (cardinality("criterion"."levels") = 4)
);
--> statement-breakpoint
CREATE TABLE "lesson" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"module_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"title" text NOT NULL,
	"markdown" text NOT NULL,
	"html" text NOT NULL,
	"minutes_to_read" integer NOT NULL,
	CONSTRAINT "lesson_position" UNIQUE("module_id","position")
);
--> statement-breakpoint
CREATE TABLE "module" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"program_id" uuid NOT NULL,
	"week" integer NOT NULL,
	"slug" text NOT NULL,
	"title" text NOT NULL,
	"aim" text NOT NULL,
	"draws" text[] DEFAULT '{}' NOT NULL,
	CONSTRAINT "module_week" UNIQUE("program_id","week"),
	CONSTRAINT "module_slug" UNIQUE("program_id","slug"),
	CONSTRAINT "module_week_in_program" CHECK ("module"."week" between 0 and 13)
);
--> statement-breakpoint
CREATE TABLE "program" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"slug" text NOT NULL,
	"title" text NOT NULL,
	"summary" text NOT NULL,
	"phases" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "program_slug" UNIQUE("slug")
);
--> statement-breakpoint
CREATE TABLE "invitation" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"wave_id" uuid NOT NULL,
	"seller_id" uuid NOT NULL,
	"token_hash" text NOT NULL,
	"done" boolean DEFAULT false NOT NULL,
	CONSTRAINT "invitation_token" UNIQUE("token_hash"),
	CONSTRAINT "invitation_once" UNIQUE("wave_id","seller_id")
);
--> statement-breakpoint
CREATE TABLE "published_result" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"enrollment_id" uuid NOT NULL,
	"wave_id" uuid NOT NULL,
	"wave_index" smallint NOT NULL,
	"payload" jsonb NOT NULL,
	"method_version" text NOT NULL,
	"published_at" timestamp with time zone NOT NULL,
	CONSTRAINT "published_result_wave" UNIQUE("wave_id"),
	CONSTRAINT "published_result_index" UNIQUE("enrollment_id","wave_index")
);
--> statement-breakpoint
CREATE TABLE "response" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"wave_id" uuid NOT NULL,
	"respondent_key" "bytea" NOT NULL,
	"answers" smallint[] NOT NULL,
	CONSTRAINT "response_once" UNIQUE("wave_id","respondent_key")
);
--> statement-breakpoint
CREATE TABLE "sealed_box" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"wave_id" uuid NOT NULL,
	"sealed" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "team_comment" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"wave_id" uuid NOT NULL,
	"body" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "team_policy" (
	"enrollment_id" uuid PRIMARY KEY NOT NULL,
	"min_group" smallint DEFAULT 5 NOT NULL,
	"frozen_at" timestamp with time zone,
	"pairing_key_enc" "bytea",
	"pairing_key_destroyed_at" timestamp with time zone,
	CONSTRAINT "team_policy_floor" CHECK ("team_policy"."min_group" between 4 and 10)
);
--> statement-breakpoint
CREATE TABLE "wave" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"enrollment_id" uuid NOT NULL,
	"index" smallint NOT NULL,
	"status" text DEFAULT 'open' NOT NULL,
	"min_group" smallint NOT NULL,
	"opens_at" timestamp with time zone NOT NULL,
	"closes_at" timestamp with time zone NOT NULL,
	"public_key" "bytea" NOT NULL,
	"private_key_enc" "bytea",
	"invited" integer,
	"answered" integer,
	"closed_at" timestamp with time zone,
	CONSTRAINT "wave_once" UNIQUE("enrollment_id","index"),
	CONSTRAINT "wave_index" CHECK ("wave"."index" between 0 and 6),
	CONSTRAINT "wave_status" CHECK ("wave"."status" in ('open', 'closed')),
	CONSTRAINT "wave_closed" CHECK (("wave"."status" = 'closed') = ("wave"."closed_at" is not null)),
	CONSTRAINT "wave_key_gone" CHECK ("wave"."status" = 'open' or "wave"."private_key_enc" is null)
);
--> statement-breakpoint
CREATE TABLE "checkout" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"offer_id" uuid NOT NULL,
	"application_id" uuid NOT NULL,
	"cohort_id" uuid NOT NULL,
	"attempt" integer DEFAULT 1 NOT NULL,
	"status" text DEFAULT 'new' NOT NULL,
	"amount_minor" bigint NOT NULL,
	"currency" char(3) NOT NULL,
	"stripe_session_id" text,
	"stripe_payment_intent" text,
	"url" text,
	"expires_at" timestamp with time zone,
	"failure" text,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "checkout_stripe_session" UNIQUE("stripe_session_id"),
	CONSTRAINT "checkout_stripe_intent" UNIQUE("stripe_payment_intent"),
	CONSTRAINT "checkout_attempt" UNIQUE("application_id","attempt"),
	CONSTRAINT "checkout_status" CHECK ("checkout"."status" in ('new', 'open', 'processing', 'paid', 'refund-due', 'refunded', 'disputed', 'expired', 'canceled', 'flagged')),
	CONSTRAINT "checkout_amount" CHECK ("checkout"."amount_minor" > 0)
);
--> statement-breakpoint
CREATE TABLE "payment" (
	"stripe_payment_intent" text PRIMARY KEY NOT NULL,
	"checkout_id" uuid NOT NULL,
	"amount_minor" bigint NOT NULL,
	"currency" char(3) NOT NULL,
	"livemode" boolean NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "payment_one_a_checkout" UNIQUE("checkout_id"),
	CONSTRAINT "payment_amount" CHECK ("payment"."amount_minor" > 0)
);
--> statement-breakpoint
CREATE TABLE "refund" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"checkout_id" uuid NOT NULL,
	"amount_minor" bigint NOT NULL,
	"reason" text NOT NULL,
	"state" text DEFAULT 'intent' NOT NULL,
	"stripe_refund_id" text,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "refund_stripe" UNIQUE("stripe_refund_id"),
	CONSTRAINT "refund_amount" CHECK ("refund"."amount_minor" > 0),
	CONSTRAINT "refund_state" CHECK ("refund"."state" in ('intent', 'sent', 'succeeded', 'failed'))
);
--> statement-breakpoint
CREATE TABLE "login" (
	"id" text PRIMARY KEY NOT NULL,
	"person_id" uuid NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"absolute_until" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "login_id_is_a_hash" CHECK ("login"."id" ~ '^[0-9a-f]{64}$')
);
--> statement-breakpoint
CREATE TABLE "login_token" (
	"hash" text PRIMARY KEY NOT NULL,
	"person_id" uuid NOT NULL,
	"purpose" text NOT NULL,
	"next" text,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "login_token_purpose" CHECK ("login_token"."purpose" in ('sign-in', 'welcome'))
);
--> statement-breakpoint
CREATE TABLE "person" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"email" text NOT NULL,
	"name" text NOT NULL,
	"locale" text DEFAULT 'en' NOT NULL,
	"time_zone" text DEFAULT 'Europe/Oslo' NOT NULL,
	"theme" text DEFAULT 'system' NOT NULL,
	"roles" text[] DEFAULT '{}' NOT NULL,
	"disabled_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "person_email" UNIQUE("email"),
	CONSTRAINT "person_email_lower" CHECK ("person"."email" = lower("person"."email")),
	CONSTRAINT "person_locale" CHECK ("person"."locale" in ('en', 'nb')),
	CONSTRAINT "person_theme" CHECK ("person"."theme" in ('system', 'light', 'night')),
	CONSTRAINT "person_roles" CHECK ("person"."roles" <@ array['leader', 'coach', 'admin', 'sponsor'])
);
--> statement-breakpoint
CREATE TABLE "audit_head" (
	"one" integer PRIMARY KEY DEFAULT 1 NOT NULL,
	"seq" bigint NOT NULL,
	"h" "bytea" NOT NULL,
	CONSTRAINT "audit_head_is_one" CHECK ("audit_head"."one" = 1)
);
--> statement-breakpoint
CREATE TABLE "audit_log" (
	"seq" bigint PRIMARY KEY NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" uuid,
	"action" text NOT NULL,
	"object_kind" text,
	"object_id" uuid,
	"detail" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"prev" "bytea" NOT NULL,
	"h" "bytea" NOT NULL,
	CONSTRAINT "audit_log_no_fork" UNIQUE("prev")
);
--> statement-breakpoint
CREATE TABLE "email_outbox" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"dedupe_key" text NOT NULL,
	"category" text NOT NULL,
	"priority" smallint NOT NULL,
	"recipient_hash" "bytea" NOT NULL,
	"request_enc" "bytea",
	"state" text DEFAULT 'queued' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"first_try_at" timestamp with time zone,
	"next_try_at" timestamp with time zone NOT NULL,
	"good_until" timestamp with time zone,
	"provider_id" text,
	"last_error" text,
	"created_at" timestamp with time zone NOT NULL,
	"sent_at" timestamp with time zone,
	CONSTRAINT "email_outbox_fact" UNIQUE("dedupe_key"),
	CONSTRAINT "email_outbox_state" CHECK ("email_outbox"."state" in ('queued', 'sent', 'failed', 'suppressed', 'unknown', 'expired'))
);
--> statement-breakpoint
CREATE TABLE "email_suppression" (
	"recipient_hash" "bytea" NOT NULL,
	"scope" text NOT NULL,
	"reason" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "email_suppression_pk" PRIMARY KEY("recipient_hash","scope")
);
--> statement-breakpoint
CREATE TABLE "heartbeat" (
	"name" text PRIMARY KEY NOT NULL,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "provider_call" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"provider" text NOT NULL,
	"purpose" text NOT NULL,
	"subject_id" uuid NOT NULL,
	"attempt" integer DEFAULT 1 NOT NULL,
	"idem_key" text NOT NULL,
	"request" jsonb NOT NULL,
	"state" text DEFAULT 'intent' NOT NULL,
	"response_ref" text,
	"created_at" timestamp with time zone NOT NULL,
	"done_at" timestamp with time zone,
	CONSTRAINT "provider_call_key" UNIQUE("idem_key"),
	CONSTRAINT "provider_call_once" UNIQUE("purpose","subject_id","attempt"),
	CONSTRAINT "provider_call_state" CHECK ("provider_call"."state" in ('intent', 'done', 'failed', 'unknown'))
);
--> statement-breakpoint
CREATE TABLE "rate_bucket" (
	"key" text PRIMARY KEY NOT NULL,
	"points" integer DEFAULT 0 NOT NULL,
	"expire" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "webhook_event" (
	"provider" text NOT NULL,
	"event_id" text NOT NULL,
	"type" text NOT NULL,
	"object_id" text,
	"payload" jsonb NOT NULL,
	"livemode" boolean,
	"received_at" timestamp with time zone NOT NULL,
	"state" text DEFAULT 'new' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_try_at" timestamp with time zone NOT NULL,
	"last_error" text,
	"done_at" timestamp with time zone,
	CONSTRAINT "webhook_event_pk" PRIMARY KEY("provider","event_id"),
	CONSTRAINT "webhook_event_state" CHECK ("webhook_event"."state" in ('new', 'done', 'ignored', 'parked'))
);
--> statement-breakpoint
CREATE TABLE "baseline" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"enrollment_id" uuid NOT NULL,
	"version" smallint NOT NULL,
	"policy" jsonb NOT NULL,
	"computed" jsonb NOT NULL,
	"inputs_sha256" text NOT NULL,
	"method_version" text NOT NULL,
	"locked_at" timestamp with time zone NOT NULL,
	"leader_id" uuid NOT NULL,
	"coach_id" uuid NOT NULL,
	"reason" text,
	CONSTRAINT "baseline_version" UNIQUE("enrollment_id","version")
);
--> statement-breakpoint
CREATE TABLE "baseline_draft" (
	"enrollment_id" uuid PRIMARY KEY NOT NULL,
	"policy" jsonb NOT NULL,
	"leader_signed_at" timestamp with time zone,
	"coach_signed_at" timestamp with time zone,
	"inputs_sha256" text NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "cohort_result" (
	"cohort_id" uuid PRIMARY KEY NOT NULL,
	"payload" jsonb NOT NULL,
	"method_version" text NOT NULL,
	"computed_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "deal" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"enrollment_id" uuid NOT NULL,
	"external_id" text NOT NULL,
	"seller_id" uuid NOT NULL,
	"name" text DEFAULT '' NOT NULL,
	"status" text NOT NULL,
	"closed_on" date,
	"created_on" date,
	"amount_minor" bigint,
	"currency" char(3) NOT NULL,
	"kind" text DEFAULT 'new' NOT NULL,
	"import_id" uuid NOT NULL,
	CONSTRAINT "deal_once" UNIQUE("enrollment_id","external_id"),
	CONSTRAINT "deal_status" CHECK ("deal"."status" in ('open', 'won', 'lost')),
	CONSTRAINT "deal_kind" CHECK ("deal"."kind" in ('new', 'expansion', 'renewal')),
	CONSTRAINT "deal_won_has_money_and_day" CHECK ("deal"."status" <> 'won' or ("deal"."amount_minor" is not null and "deal"."closed_on" is not null)),
	CONSTRAINT "deal_amount" CHECK ("deal"."amount_minor" >= 0)
);
--> statement-breakpoint
CREATE TABLE "deal_version" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"deal_id" uuid NOT NULL,
	"import_id" uuid NOT NULL,
	"before" jsonb,
	"after" jsonb NOT NULL,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "import_batch" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"enrollment_id" uuid NOT NULL,
	"file_name" text NOT NULL,
	"sha256" text NOT NULL,
	"file_enc" "bytea",
	"status" text DEFAULT 'preview' NOT NULL,
	"answers" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"summary" jsonb,
	"uploaded_by" uuid NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"confirmed_at" timestamp with time zone,
	CONSTRAINT "import_batch_status" CHECK ("import_batch"."status" in ('preview', 'confirmed', 'discarded'))
);
--> statement-breakpoint
CREATE TABLE "known_event" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"enrollment_id" uuid NOT NULL,
	"day" date NOT NULL,
	"kind" text NOT NULL,
	"size" text NOT NULL,
	"note" text DEFAULT '' NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "known_event_size" CHECK ("known_event"."size" in ('minor', 'major'))
);
--> statement-breakpoint
CREATE TABLE "pillar_result" (
	"enrollment_id" uuid NOT NULL,
	"pillar" text NOT NULL,
	"week" smallint NOT NULL,
	"payload" jsonb NOT NULL,
	"method_version" text NOT NULL,
	"frozen_at" timestamp with time zone,
	"computed_at" timestamp with time zone NOT NULL,
	CONSTRAINT "pillar_result_one" UNIQUE("enrollment_id","pillar"),
	CONSTRAINT "pillar_result_pillar" CHECK ("pillar_result"."pillar" in ('engagement', 'sales', 'revenue'))
);
--> statement-breakpoint
ALTER TABLE "application" ADD CONSTRAINT "application_cohort_id_cohort_id_fk" FOREIGN KEY ("cohort_id") REFERENCES "public"."cohort"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "application" ADD CONSTRAINT "application_decided_by_person_id_fk" FOREIGN KEY ("decided_by") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "offer" ADD CONSTRAINT "offer_application_id_application_id_fk" FOREIGN KEY ("application_id") REFERENCES "public"."application"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "session" ADD CONSTRAINT "session_enrollment_id_enrollment_id_fk" FOREIGN KEY ("enrollment_id") REFERENCES "public"."enrollment"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "session" ADD CONSTRAINT "session_coach_id_person_id_fk" FOREIGN KEY ("coach_id") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "session_note" ADD CONSTRAINT "session_note_session_id_session_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."session"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "session_note" ADD CONSTRAINT "session_note_author_id_person_id_fk" FOREIGN KEY ("author_id") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "touchpoint" ADD CONSTRAINT "touchpoint_enrollment_id_enrollment_id_fk" FOREIGN KEY ("enrollment_id") REFERENCES "public"."enrollment"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "touchpoint_seller" ADD CONSTRAINT "touchpoint_seller_touchpoint_id_touchpoint_id_fk" FOREIGN KEY ("touchpoint_id") REFERENCES "public"."touchpoint"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "touchpoint_seller" ADD CONSTRAINT "touchpoint_seller_seller_id_seller_id_fk" FOREIGN KEY ("seller_id") REFERENCES "public"."seller"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "cohort" ADD CONSTRAINT "cohort_program_id_program_id_fk" FOREIGN KEY ("program_id") REFERENCES "public"."program"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "cohort" ADD CONSTRAINT "cohort_coach_id_person_id_fk" FOREIGN KEY ("coach_id") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "enrollment" ADD CONSTRAINT "enrollment_cohort_id_cohort_id_fk" FOREIGN KEY ("cohort_id") REFERENCES "public"."cohort"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "enrollment" ADD CONSTRAINT "enrollment_leader_id_person_id_fk" FOREIGN KEY ("leader_id") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "enrollment" ADD CONSTRAINT "enrollment_coach_id_person_id_fk" FOREIGN KEY ("coach_id") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "enrollment" ADD CONSTRAINT "enrollment_sits_on_a_seat" FOREIGN KEY ("cohort_id","seat_number") REFERENCES "public"."seat"("cohort_id","number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "seat" ADD CONSTRAINT "seat_cohort_id_cohort_id_fk" FOREIGN KEY ("cohort_id") REFERENCES "public"."cohort"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "seller" ADD CONSTRAINT "seller_enrollment_id_enrollment_id_fk" FOREIGN KEY ("enrollment_id") REFERENCES "public"."enrollment"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sponsorship" ADD CONSTRAINT "sponsorship_enrollment_id_enrollment_id_fk" FOREIGN KEY ("enrollment_id") REFERENCES "public"."enrollment"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sponsorship" ADD CONSTRAINT "sponsorship_sponsor_id_person_id_fk" FOREIGN KEY ("sponsor_id") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lesson_read" ADD CONSTRAINT "lesson_read_enrollment_id_enrollment_id_fk" FOREIGN KEY ("enrollment_id") REFERENCES "public"."enrollment"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lesson_read" ADD CONSTRAINT "lesson_read_lesson_id_lesson_id_fk" FOREIGN KEY ("lesson_id") REFERENCES "public"."lesson"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "remark" ADD CONSTRAINT "remark_submission_id_submission_id_fk" FOREIGN KEY ("submission_id") REFERENCES "public"."submission"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "remark" ADD CONSTRAINT "remark_author_id_person_id_fk" FOREIGN KEY ("author_id") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "review" ADD CONSTRAINT "review_submission_id_submission_id_fk" FOREIGN KEY ("submission_id") REFERENCES "public"."submission"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "review" ADD CONSTRAINT "review_coach_id_person_id_fk" FOREIGN KEY ("coach_id") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "score" ADD CONSTRAINT "score_review_id_review_id_fk" FOREIGN KEY ("review_id") REFERENCES "public"."review"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "score" ADD CONSTRAINT "score_criterion_id_criterion_id_fk" FOREIGN KEY ("criterion_id") REFERENCES "public"."criterion"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "submission" ADD CONSTRAINT "submission_enrollment_id_enrollment_id_fk" FOREIGN KEY ("enrollment_id") REFERENCES "public"."enrollment"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "submission" ADD CONSTRAINT "submission_assignment_id_assignment_id_fk" FOREIGN KEY ("assignment_id") REFERENCES "public"."assignment"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "assignment" ADD CONSTRAINT "assignment_module_id_module_id_fk" FOREIGN KEY ("module_id") REFERENCES "public"."module"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "criterion" ADD CONSTRAINT "criterion_program_id_program_id_fk" FOREIGN KEY ("program_id") REFERENCES "public"."program"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "criterion" ADD CONSTRAINT "criterion_assignment_id_assignment_id_fk" FOREIGN KEY ("assignment_id") REFERENCES "public"."assignment"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lesson" ADD CONSTRAINT "lesson_module_id_module_id_fk" FOREIGN KEY ("module_id") REFERENCES "public"."module"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "module" ADD CONSTRAINT "module_program_id_program_id_fk" FOREIGN KEY ("program_id") REFERENCES "public"."program"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invitation" ADD CONSTRAINT "invitation_wave_id_wave_id_fk" FOREIGN KEY ("wave_id") REFERENCES "public"."wave"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invitation" ADD CONSTRAINT "invitation_seller_id_seller_id_fk" FOREIGN KEY ("seller_id") REFERENCES "public"."seller"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "published_result" ADD CONSTRAINT "published_result_enrollment_id_enrollment_id_fk" FOREIGN KEY ("enrollment_id") REFERENCES "public"."enrollment"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "published_result" ADD CONSTRAINT "published_result_wave_id_wave_id_fk" FOREIGN KEY ("wave_id") REFERENCES "public"."wave"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "response" ADD CONSTRAINT "response_wave_id_wave_id_fk" FOREIGN KEY ("wave_id") REFERENCES "public"."wave"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sealed_box" ADD CONSTRAINT "sealed_box_wave_id_wave_id_fk" FOREIGN KEY ("wave_id") REFERENCES "public"."wave"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "team_comment" ADD CONSTRAINT "team_comment_wave_id_wave_id_fk" FOREIGN KEY ("wave_id") REFERENCES "public"."wave"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "team_policy" ADD CONSTRAINT "team_policy_enrollment_id_enrollment_id_fk" FOREIGN KEY ("enrollment_id") REFERENCES "public"."enrollment"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "wave" ADD CONSTRAINT "wave_enrollment_id_enrollment_id_fk" FOREIGN KEY ("enrollment_id") REFERENCES "public"."enrollment"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "checkout" ADD CONSTRAINT "checkout_offer_id_offer_id_fk" FOREIGN KEY ("offer_id") REFERENCES "public"."offer"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "checkout" ADD CONSTRAINT "checkout_application_id_application_id_fk" FOREIGN KEY ("application_id") REFERENCES "public"."application"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "checkout" ADD CONSTRAINT "checkout_cohort_id_cohort_id_fk" FOREIGN KEY ("cohort_id") REFERENCES "public"."cohort"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payment" ADD CONSTRAINT "payment_checkout_id_checkout_id_fk" FOREIGN KEY ("checkout_id") REFERENCES "public"."checkout"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "refund" ADD CONSTRAINT "refund_checkout_id_checkout_id_fk" FOREIGN KEY ("checkout_id") REFERENCES "public"."checkout"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "login" ADD CONSTRAINT "login_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."person"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "login_token" ADD CONSTRAINT "login_token_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."person"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "baseline" ADD CONSTRAINT "baseline_enrollment_id_enrollment_id_fk" FOREIGN KEY ("enrollment_id") REFERENCES "public"."enrollment"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "baseline" ADD CONSTRAINT "baseline_leader_id_person_id_fk" FOREIGN KEY ("leader_id") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "baseline" ADD CONSTRAINT "baseline_coach_id_person_id_fk" FOREIGN KEY ("coach_id") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "baseline_draft" ADD CONSTRAINT "baseline_draft_enrollment_id_enrollment_id_fk" FOREIGN KEY ("enrollment_id") REFERENCES "public"."enrollment"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "cohort_result" ADD CONSTRAINT "cohort_result_cohort_id_cohort_id_fk" FOREIGN KEY ("cohort_id") REFERENCES "public"."cohort"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deal" ADD CONSTRAINT "deal_enrollment_id_enrollment_id_fk" FOREIGN KEY ("enrollment_id") REFERENCES "public"."enrollment"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deal" ADD CONSTRAINT "deal_seller_id_seller_id_fk" FOREIGN KEY ("seller_id") REFERENCES "public"."seller"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deal" ADD CONSTRAINT "deal_import_id_import_batch_id_fk" FOREIGN KEY ("import_id") REFERENCES "public"."import_batch"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deal_version" ADD CONSTRAINT "deal_version_deal_id_deal_id_fk" FOREIGN KEY ("deal_id") REFERENCES "public"."deal"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deal_version" ADD CONSTRAINT "deal_version_import_id_import_batch_id_fk" FOREIGN KEY ("import_id") REFERENCES "public"."import_batch"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "import_batch" ADD CONSTRAINT "import_batch_enrollment_id_enrollment_id_fk" FOREIGN KEY ("enrollment_id") REFERENCES "public"."enrollment"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "import_batch" ADD CONSTRAINT "import_batch_uploaded_by_person_id_fk" FOREIGN KEY ("uploaded_by") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "known_event" ADD CONSTRAINT "known_event_enrollment_id_enrollment_id_fk" FOREIGN KEY ("enrollment_id") REFERENCES "public"."enrollment"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "pillar_result" ADD CONSTRAINT "pillar_result_enrollment_id_enrollment_id_fk" FOREIGN KEY ("enrollment_id") REFERENCES "public"."enrollment"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "application_one_open" ON "application" USING btree ("cohort_id","email") WHERE status not in ('declined', 'withdrawn');--> statement-breakpoint
CREATE INDEX "application_queue" ON "application" USING btree ("cohort_id","status","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "offer_token" ON "offer" USING btree ("token_hash");--> statement-breakpoint
CREATE UNIQUE INDEX "offer_one_live" ON "offer" USING btree ("application_id") WHERE withdrawn_at is null;--> statement-breakpoint
CREATE INDEX "session_enrollment" ON "session" USING btree ("enrollment_id","starts_at");--> statement-breakpoint
CREATE INDEX "session_coach" ON "session" USING btree ("coach_id","starts_at");--> statement-breakpoint
CREATE INDEX "touchpoint_enrollment" ON "touchpoint" USING btree ("enrollment_id","day");--> statement-breakpoint
CREATE INDEX "touchpoint_seller_seller" ON "touchpoint_seller" USING btree ("seller_id");--> statement-breakpoint
CREATE INDEX "cohort_coach" ON "cohort" USING btree ("coach_id");--> statement-breakpoint
CREATE INDEX "cohort_starts" ON "cohort" USING btree ("starts_on");--> statement-breakpoint
CREATE INDEX "enrollment_of_leader" ON "enrollment" USING btree ("leader_id");--> statement-breakpoint
CREATE INDEX "enrollment_of_coach" ON "enrollment" USING btree ("coach_id");--> statement-breakpoint
CREATE INDEX "seller_enrollment" ON "seller" USING btree ("enrollment_id");--> statement-breakpoint
CREATE INDEX "sponsorship_sponsor" ON "sponsorship" USING btree ("sponsor_id");--> statement-breakpoint
CREATE INDEX "remark_submission" ON "remark" USING btree ("submission_id","starts_at");--> statement-breakpoint
CREATE INDEX "review_coach" ON "review" USING btree ("coach_id","given_at");--> statement-breakpoint
CREATE UNIQUE INDEX "submission_one_open" ON "submission" USING btree ("enrollment_id","assignment_id") WHERE status in ('draft', 'submitted', 'in-review');--> statement-breakpoint
CREATE INDEX "submission_waiting" ON "submission" USING btree ("submitted_at") WHERE status in ('submitted', 'in-review');--> statement-breakpoint
CREATE INDEX "criterion_assignment" ON "criterion" USING btree ("assignment_id");--> statement-breakpoint
CREATE INDEX "invitation_seller" ON "invitation" USING btree ("seller_id");--> statement-breakpoint
CREATE INDEX "sealed_box_wave" ON "sealed_box" USING btree ("wave_id");--> statement-breakpoint
CREATE INDEX "team_comment_wave" ON "team_comment" USING btree ("wave_id");--> statement-breakpoint
CREATE INDEX "wave_due" ON "wave" USING btree ("closes_at") WHERE status = 'open';--> statement-breakpoint
CREATE UNIQUE INDEX "checkout_one_live" ON "checkout" USING btree ("application_id") WHERE status in ('new', 'open', 'processing', 'paid', 'disputed');--> statement-breakpoint
CREATE INDEX "checkout_cohort" ON "checkout" USING btree ("cohort_id");--> statement-breakpoint
CREATE INDEX "checkout_offer" ON "checkout" USING btree ("offer_id");--> statement-breakpoint
CREATE INDEX "checkout_unfinished" ON "checkout" USING btree ("expires_at") WHERE status in ('new', 'open', 'processing', 'refund-due');--> statement-breakpoint
CREATE INDEX "refund_checkout" ON "refund" USING btree ("checkout_id");--> statement-breakpoint
CREATE INDEX "login_person" ON "login" USING btree ("person_id");--> statement-breakpoint
CREATE INDEX "login_token_person" ON "login_token" USING btree ("person_id");--> statement-breakpoint
CREATE INDEX "audit_log_object" ON "audit_log" USING btree ("object_kind","object_id","seq");--> statement-breakpoint
CREATE INDEX "email_outbox_due" ON "email_outbox" USING btree ("priority","next_try_at") WHERE state = 'queued';--> statement-breakpoint
CREATE INDEX "provider_call_open" ON "provider_call" USING btree ("created_at") WHERE state = 'intent';--> statement-breakpoint
CREATE INDEX "webhook_event_due" ON "webhook_event" USING btree ("next_try_at") WHERE state = 'new';--> statement-breakpoint
CREATE INDEX "deal_window" ON "deal" USING btree ("enrollment_id","closed_on");--> statement-breakpoint
CREATE INDEX "deal_import" ON "deal" USING btree ("import_id");--> statement-breakpoint
CREATE INDEX "deal_seller" ON "deal" USING btree ("seller_id");--> statement-breakpoint
CREATE INDEX "deal_version_deal" ON "deal_version" USING btree ("deal_id");--> statement-breakpoint
CREATE INDEX "deal_version_import" ON "deal_version" USING btree ("import_id");--> statement-breakpoint
CREATE UNIQUE INDEX "import_batch_same_file" ON "import_batch" USING btree ("enrollment_id","sha256") WHERE status <> 'discarded';--> statement-breakpoint
CREATE INDEX "import_batch_enrollment" ON "import_batch" USING btree ("enrollment_id","created_at");--> statement-breakpoint
CREATE INDEX "known_event_enrollment" ON "known_event" USING btree ("enrollment_id","day");