CREATE TABLE "absence" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"seller_id" uuid NOT NULL,
	"first_day" date NOT NULL,
	"last_day" date NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "absence_once" UNIQUE("seller_id","first_day","last_day"),
	CONSTRAINT "absence_days" CHECK ("absence"."last_day" between "absence"."first_day" and "absence"."first_day" + 366)
);
--> statement-breakpoint
ALTER TABLE "absence" ADD CONSTRAINT "absence_seller_id_seller_id_fk" FOREIGN KEY ("seller_id") REFERENCES "public"."seller"("id") ON DELETE no action ON UPDATE no action;