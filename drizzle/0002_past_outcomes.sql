ALTER TABLE "cohort_result" ADD COLUMN "ended_on" date;--> statement-breakpoint
UPDATE "cohort_result" r SET "ended_on" = c."starts_on" + 90 FROM "cohort" c
WHERE c."id" = r."cohort_id" AND (r."payload" ->> 'final')::boolean;--> statement-breakpoint
CREATE INDEX "cohort_result_ended" ON "cohort_result" USING btree ("ended_on");--> statement-breakpoint
ALTER TABLE "cohort_result" ADD CONSTRAINT "cohort_result_ended_when_final" CHECK (("cohort_result"."ended_on" is not null) = ("cohort_result"."payload" ->> 'final')::boolean);