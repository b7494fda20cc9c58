ALTER TABLE "team_policy" ADD COLUMN "confirmed" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "team_policy" ADD COLUMN "opens_by_itself" boolean DEFAULT false NOT NULL;