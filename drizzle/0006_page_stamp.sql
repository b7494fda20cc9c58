CREATE TABLE "page_stamp" (
	"person_id" uuid,
	"stamp" uuid NOT NULL,
	CONSTRAINT "page_stamp_person" UNIQUE NULLS NOT DISTINCT("person_id")
);
--> statement-breakpoint
ALTER TABLE "page_stamp" ADD CONSTRAINT "page_stamp_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."person"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
-- From the first moment on no two states of the database have the same stamp.
insert into page_stamp (person_id, stamp) values (null, gen_random_uuid());
--> statement-breakpoint
-- Called at the very end of a transaction, so that its lock on a stamp is the last one it takes and is held for a moment.
create function leader_sees_change() returns trigger language plpgsql as $$
declare
	leaders uuid[];
begin
	case tg_argv[0]
		when 'enrollment' then
			leaders := array[old.leader_id, new.leader_id];
		when 'of an enrollment' then
			select array_agg(leader_id) into leaders from enrollment where id in (old.enrollment_id, new.enrollment_id);
		when 'of a submission' then
			select array_agg(e.leader_id) into leaders from submission s join enrollment e on e.id = s.enrollment_id
			where s.id in (old.submission_id, new.submission_id);
		when 'of a seller' then
			select array_agg(e.leader_id) into leaders from seller s join enrollment e on e.id = s.enrollment_id
			where s.id in (old.seller_id, new.seller_id);
		when 'of a touchpoint' then
			select array_agg(e.leader_id) into leaders from touchpoint t join enrollment e on e.id = t.enrollment_id
			where t.id in (old.touchpoint_id, new.touchpoint_id);
	end case;
	insert into page_stamp (person_id, stamp)
	select distinct id, gen_random_uuid() from person where id = any (leaders) order by id
	on conflict (person_id) do update set stamp = excluded.stamp;
	return null;
end $$;
--> statement-breakpoint
create function everybody_sees_change() returns trigger language plpgsql as $$
begin
	insert into page_stamp (person_id, stamp) values (null, gen_random_uuid())
	on conflict (person_id) do update set stamp = excluded.stamp;
	return null;
end $$;
--> statement-breakpoint
create constraint trigger enrollment_is_seen after insert or update or delete on enrollment deferrable initially deferred
	for each row execute function leader_sees_change('enrollment');
--> statement-breakpoint
create constraint trigger pillar_result_is_seen after insert or update or delete on pillar_result deferrable initially deferred
	for each row execute function leader_sees_change('of an enrollment');
--> statement-breakpoint
create constraint trigger lesson_read_is_seen after insert or update or delete on lesson_read deferrable initially deferred
	for each row execute function leader_sees_change('of an enrollment');
--> statement-breakpoint
create constraint trigger submission_is_seen after insert or update or delete on submission deferrable initially deferred
	for each row execute function leader_sees_change('of an enrollment');
--> statement-breakpoint
create constraint trigger review_is_seen after insert or update or delete on review deferrable initially deferred
	for each row execute function leader_sees_change('of a submission');
--> statement-breakpoint
create constraint trigger seller_is_seen after insert or update or delete on seller deferrable initially deferred
	for each row execute function leader_sees_change('of an enrollment');
--> statement-breakpoint
create constraint trigger absence_is_seen after insert or update or delete on absence deferrable initially deferred
	for each row execute function leader_sees_change('of a seller');
--> statement-breakpoint
create constraint trigger touchpoint_is_seen after insert or update or delete on touchpoint deferrable initially deferred
	for each row execute function leader_sees_change('of an enrollment');
--> statement-breakpoint
create constraint trigger touchpoint_seller_is_seen after insert or update or delete on touchpoint_seller deferrable initially deferred
	for each row execute function leader_sees_change('of a touchpoint');
--> statement-breakpoint
create constraint trigger session_is_seen after insert or update or delete on session deferrable initially deferred
	for each row execute function leader_sees_change('of an enrollment');
--> statement-breakpoint
create constraint trigger module_is_seen after insert or update or delete on module deferrable initially deferred
	for each row execute function everybody_sees_change();
--> statement-breakpoint
create constraint trigger lesson_is_seen after insert or update or delete on lesson deferrable initially deferred
	for each row execute function everybody_sees_change();
--> statement-breakpoint
create constraint trigger assignment_is_seen after insert or update or delete on assignment deferrable initially deferred
	for each row execute function everybody_sees_change();
--> statement-breakpoint
-- A person or a cohort is on nobody's page before an enrollment names it, and stays as long as one does.
create constraint trigger person_is_seen after update of name, time_zone on person deferrable initially deferred
	for each row when (old.name <> new.name or old.time_zone <> new.time_zone) execute function everybody_sees_change();
--> statement-breakpoint
create constraint trigger cohort_is_seen after update of name, program_id on cohort deferrable initially deferred
	for each row when (old.name <> new.name or old.program_id <> new.program_id) execute function everybody_sees_change();
