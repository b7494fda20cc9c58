-- What must never be false and no column type can say.

-- A seat names the checkout that holds or bought it; the room of seats lies below the room of payments.
alter table seat add constraint seat_checkout_exists foreign key (checkout_id) references checkout (id);
--> statement-breakpoint
create function refuse_change() returns trigger language plpgsql as $$
begin
	raise exception '% is never changed or deleted', tg_table_name using errcode = 'restrict_violation';
end $$;
--> statement-breakpoint
create trigger baseline_is_locked before update or delete on baseline for each row execute function refuse_change();
--> statement-breakpoint
create trigger baseline_is_kept before truncate on baseline for each statement execute function refuse_change();
--> statement-breakpoint
create trigger published_result_is_final before update or delete on published_result for each row execute function refuse_change();
--> statement-breakpoint
create trigger deal_version_only_grows before update or delete on deal_version for each row execute function refuse_change();
--> statement-breakpoint
create trigger payment_is_kept before update or delete on payment for each row execute function refuse_change();
--> statement-breakpoint
create trigger audit_log_only_grows before update or delete on audit_log for each row execute function refuse_change();
--> statement-breakpoint
create trigger audit_log_is_kept before truncate on audit_log for each statement execute function refuse_change();
--> statement-breakpoint
create trigger refund_is_kept before delete on refund for each row execute function refuse_change();
--> statement-breakpoint
create trigger audit_head_is_kept before delete on audit_head for each row execute function refuse_change();
--> statement-breakpoint
create trigger audit_head_is_never_lost before truncate on audit_head for each statement execute function refuse_change();
--> statement-breakpoint
create trigger refund_is_never_lost before truncate on refund for each statement execute function refuse_change();
--> statement-breakpoint
create trigger review_is_never_lost before truncate on review for each statement execute function refuse_change();
--> statement-breakpoint
create trigger submission_is_never_lost before truncate on submission for each statement execute function refuse_change();
--> statement-breakpoint
create trigger payment_is_never_lost before truncate on payment for each statement execute function refuse_change();
--> statement-breakpoint
create trigger deal_version_is_kept before truncate on deal_version for each statement execute function refuse_change();
--> statement-breakpoint
create trigger published_result_is_kept before truncate on published_result for each statement execute function refuse_change();
--> statement-breakpoint
-- A text that was handed in stays as it was handed in.
create function submission_guard() returns trigger language plpgsql as $$
begin
	if old.status <> 'draft' and (new.body <> old.body or new.attempt <> old.attempt or new.status = 'draft'
		or new.enrollment_id <> old.enrollment_id or new.assignment_id <> old.assignment_id) then
		raise exception 'a submitted attempt never changes' using errcode = 'restrict_violation';
	end if;
	if old.status in ('accepted', 'returned') and new.status <> old.status then
		raise exception 'a reviewed attempt keeps its outcome' using errcode = 'restrict_violation';
	end if;
	return new;
end $$;
--> statement-breakpoint
create trigger submission_stays before update on submission for each row execute function submission_guard();
--> statement-breakpoint
create trigger submission_is_kept before delete on submission for each row execute function refuse_change();
--> statement-breakpoint
-- A review that was given stays.
create function review_guard() returns trigger language plpgsql as $$
begin
	if old.outcome is not null then
		raise exception 'a given review never changes' using errcode = 'restrict_violation';
	end if;
	return new;
end $$;
--> statement-breakpoint
create trigger review_stays before update on review for each row execute function review_guard();
--> statement-breakpoint
create trigger review_is_kept before delete on review for each row when (old.outcome is not null) execute function refuse_change();
--> statement-breakpoint
-- Its levels stay with it.
create function score_guard() returns trigger language plpgsql as $$
begin
	if exists (select 1 from review where id in (old.review_id, new.review_id) and outcome is not null) then
		raise exception 'a given review never changes' using errcode = 'restrict_violation';
	end if;
	return coalesce(new, old);
end $$;
--> statement-breakpoint
create trigger score_stays before insert or update or delete on score for each row execute function score_guard();
--> statement-breakpoint
-- A closed wave is never opened again; its threshold never changes once people were asked.
create function wave_guard() returns trigger language plpgsql as $$
begin
	if old.status = 'closed' and new.status <> 'closed' then
		raise exception 'a closed wave is never opened again' using errcode = 'restrict_violation';
	end if;
	if new.min_group <> old.min_group or new.index <> old.index or new.enrollment_id <> old.enrollment_id
		or new.public_key <> old.public_key then
		raise exception 'what people were told when they were asked stays' using errcode = 'restrict_violation';
	end if;
	return new;
end $$;
--> statement-breakpoint
create trigger wave_keeps_its_word before update on wave for each row execute function wave_guard();
--> statement-breakpoint
create function team_policy_guard() returns trigger language plpgsql as $$
begin
	if old.frozen_at is not null and new.min_group <> old.min_group then
		raise exception 'the threshold is frozen' using errcode = 'restrict_violation';
	end if;
	if old.pairing_key_destroyed_at is not null and new.pairing_key_enc is not null then
		raise exception 'a destroyed pairing key stays destroyed' using errcode = 'restrict_violation';
	end if;
	return new;
end $$;
--> statement-breakpoint
create trigger team_policy_is_frozen before update on team_policy for each row execute function team_policy_guard();
--> statement-breakpoint
-- Answers go into a box only while the wave is open. `for share` waits for a close that is under way.
create function sealed_box_guard() returns trigger language plpgsql as $$
declare state text;
begin
	select status into state from wave where id = new.wave_id for share;
	if state is distinct from 'open' then
		raise exception 'the wave is closed' using errcode = 'restrict_violation';
	end if;
	return new;
end $$;
--> statement-breakpoint
create trigger sealed_box_only_while_open before insert on sealed_box for each row execute function sealed_box_guard();
--> statement-breakpoint
create trigger sealed_box_stays before update on sealed_box for each row execute function refuse_change();
--> statement-breakpoint
-- Links are made, and answers and words are written down, while their wave is open: the close does it last of all.
create trigger invitation_only_while_open before insert on invitation for each row execute function sealed_box_guard();
--> statement-breakpoint
create trigger response_only_while_open before insert on response for each row execute function sealed_box_guard();
--> statement-breakpoint
create trigger response_stays before update on response for each row execute function refuse_change();
--> statement-breakpoint
create trigger team_comment_only_while_open before insert on team_comment for each row execute function sealed_box_guard();
--> statement-breakpoint
create trigger team_comment_stays before update on team_comment for each row execute function refuse_change();
--> statement-breakpoint
-- A result that was computed for the last time is what it is.
create trigger pillar_result_is_final before update or delete on pillar_result for each row
	when (old.frozen_at is not null) execute function refuse_change();
--> statement-breakpoint
-- The price of an offer is the price.
create trigger offer_keeps_its_price before update on offer for each row
	when (old.price_minor <> new.price_minor or old.currency <> new.currency or old.application_id <> new.application_id)
	execute function refuse_change();
--> statement-breakpoint
-- What was asked for stays, and money that has arrived is never forgotten again.
create function checkout_guard() returns trigger language plpgsql as $$
begin
	if new.amount_minor <> old.amount_minor or new.currency <> old.currency or new.offer_id <> old.offer_id
		or new.application_id <> old.application_id or new.cohort_id <> old.cohort_id
		or new.stripe_session_id is distinct from old.stripe_session_id and old.stripe_session_id is not null
		or new.stripe_payment_intent is distinct from old.stripe_payment_intent and old.stripe_payment_intent is not null then
		raise exception 'what was asked for stays' using errcode = 'restrict_violation';
	end if;
	if old.status in ('paid', 'disputed', 'refund-due', 'refunded', 'flagged')
		and new.status not in ('paid', 'disputed', 'refund-due', 'refunded', 'flagged') then
		raise exception 'money that has arrived is not forgotten' using errcode = 'restrict_violation';
	end if;
	return new;
end $$;
--> statement-breakpoint
create trigger checkout_keeps_its_word before update on checkout for each row execute function checkout_guard();
--> statement-breakpoint
-- The seat that somebody sits on is nobody else's.
create function seat_guard() returns trigger language plpgsql as $$
begin
	if (new.state <> 'sold' or new.checkout_id is distinct from old.checkout_id or new.cohort_id <> old.cohort_id
		or new.number <> old.number) and exists
		(select 1 from enrollment e where e.cohort_id = old.cohort_id and e.seat_number = old.number) then
		raise exception 'somebody sits on this seat' using errcode = 'restrict_violation';
	end if;
	return new;
end $$;
--> statement-breakpoint
create trigger seat_stays_taken before update on seat for each row when (old.state = 'sold') execute function seat_guard();
--> statement-breakpoint
-- Money that goes back is never more than money that came. The lock makes two refunds wait for each other.
create function refund_guard() returns trigger language plpgsql as $$
declare paid bigint; back bigint;
begin
	select amount_minor into paid from payment where checkout_id = new.checkout_id for update;
	select coalesce(sum(amount_minor), 0) into back from refund
		where checkout_id = new.checkout_id and state <> 'failed' and id <> new.id;
	if new.state <> 'failed' and back + new.amount_minor > coalesce(paid, 0) then
		raise exception 'a refund is never more than the payment' using errcode = 'check_violation';
	end if;
	return new;
end $$;
--> statement-breakpoint
create trigger refund_within_payment before insert or update on refund for each row execute function refund_guard();
--> statement-breakpoint
insert into audit_head (one, seq, h) values (1, 0, '\x00') on conflict do nothing;
--> statement-breakpoint
-- One entry, chained to the one before. The head row is the lock: without it the chain forks under load.
create function audit_append(p_at timestamptz, p_actor_kind text, p_actor_id uuid, p_action text,
	p_object_kind text, p_object_id uuid, p_detail jsonb) returns bigint language plpgsql as $$
declare
	head audit_head;
	entry_h bytea;
	entry_at timestamptz := date_trunc('milliseconds', p_at);
	entry_detail jsonb := coalesce(p_detail, '{}'::jsonb);
begin
	select * into head from audit_head where one = 1 for update;
	entry_h := audit_hash(head.h, head.seq + 1, entry_at, p_actor_kind, p_actor_id, p_action, p_object_kind, p_object_id, entry_detail);
	insert into audit_log (seq, at, actor_kind, actor_id, action, object_kind, object_id, detail, prev, h)
		values (head.seq + 1, entry_at, p_actor_kind, p_actor_id, p_action, p_object_kind, p_object_id, entry_detail, head.h, entry_h);
	update audit_head set seq = head.seq + 1, h = entry_h where one = 1;
	return head.seq + 1;
end $$;
--> statement-breakpoint
create function audit_hash(prev bytea, seq bigint, at timestamptz, actor_kind text, actor_id uuid, action text,
	object_kind text, object_id uuid, detail jsonb) returns bytea language sql immutable as $$
	select sha256(prev || convert_to((
		select string_agg(length(coalesce(part, '-'))::text || ':' || coalesce(part, '-'), '|' order by place)
		from unnest(array[seq::text, (extract(epoch from at) * 1000)::bigint::text, actor_kind, actor_id::text, action,
			object_kind, object_id::text, detail::text]) with ordinality as parts (part, place)), 'UTF8'))
$$;
--> statement-breakpoint
-- Every row here is a broken promise. `npm run lofte -- invariants` and the hourly job read it.
create view invariant_violations as
	select 'paid-checkout-without-seat' as rule, c.id::text as subject from checkout c
		where c.status in ('paid', 'disputed') and not exists (select 1 from seat s where s.checkout_id = c.id and s.state = 'sold')
	union all
	select 'sold-seat-without-payment', s.checkout_id::text from seat s
		where s.state = 'sold' and not exists (select 1 from payment p where p.checkout_id = s.checkout_id)
	union all
	select 'sold-seat-without-enrollment', s.cohort_id::text || '/' || s.number from seat s
		where s.state = 'sold' and not exists
			(select 1 from enrollment e where e.cohort_id = s.cohort_id and e.seat_number = s.number)
	union all
	select 'enrollment-without-sold-seat', e.id::text from enrollment e
		where not exists (select 1 from seat s where s.cohort_id = e.cohort_id and s.number = e.seat_number and s.state = 'sold')
	union all
	select 'more-refunded-than-paid', r.checkout_id::text from refund r
		where r.state <> 'failed' group by r.checkout_id
		having sum(r.amount_minor) > (select coalesce(sum(p.amount_minor), 0) from payment p where p.checkout_id = r.checkout_id)
	union all
	select 'closed-wave-with-sealed-answers', b.wave_id::text from sealed_box b join wave w on w.id = b.wave_id where w.status = 'closed'
	union all
	select 'closed-wave-with-invitations', i.wave_id::text from invitation i join wave w on w.id = i.wave_id where w.status = 'closed'
	union all
	select 'answers-of-an-open-wave', r.wave_id::text from response r join wave w on w.id = r.wave_id where w.status = 'open'
	union all
	select 'closed-wave-without-result', w.id::text from wave w
		where w.status = 'closed' and not exists (select 1 from published_result p where p.wave_id = w.id)
	union all
	select 'shown-below-the-threshold', p.id::text from published_result p join wave w on w.id = p.wave_id
		where p.payload ->> 'state' <> 'suppressed' and least((p.payload -> 'n' ->> 'wave')::int,
			(p.payload -> 'n' ->> 'baseline')::int, (p.payload -> 'n' ->> 'both')::int) < w.min_group
	union all
	select 'figure-of-a-hidden-team', r.enrollment_id::text from pillar_result r
		where r.pillar = 'engagement' and num_nonnulls(r.payload ->> 'gradePct', r.payload ->> 'upliftPct',
			r.payload ->> 'changePoints', r.payload ->> 'ciPct', r.payload ->> 'forecast') > 0
			and exists (select 1 from published_result p where p.enrollment_id = r.enrollment_id and p.wave_index = 0
				and p.payload ->> 'state' = 'suppressed')
	union all
	select 'exact-engagement-stored', r.enrollment_id::text from pillar_result r
		where r.pillar = 'engagement' and r.payload ->> 'basis' is not null
	union all
	select 'words-of-fewer-than-eight', c.wave_id::text from team_comment c
		where (select count(*) from response r where r.wave_id = c.wave_id) < 8
	union all
	select 'open-wave-without-key', w.id::text from wave w join team_policy p on p.enrollment_id = w.enrollment_id
		where w.status = 'open' and (w.private_key_enc is null or p.pairing_key_enc is null)
	union all
	select 'wave-open-past-its-end', w.id::text from wave w where w.status = 'open' and w.closes_at < now() - interval '1 hour'
	union all
	select 'pairing-key-past-its-time', p.enrollment_id::text from team_policy p join enrollment e on e.id = p.enrollment_id
		where p.pairing_key_enc is not null and e.day_zero + 180 < now()::date
	union all
	select 'paid-checkout-without-payment', c.id::text from checkout c
		where c.status in ('paid', 'disputed', 'refund-due', 'refunded') and not exists
			(select 1 from payment p where p.checkout_id = c.id)
	union all
	select 'payment-of-an-unpaid-checkout', c.id::text from checkout c join payment p on p.checkout_id = c.id
		where c.status not in ('paid', 'disputed', 'refund-due', 'refunded')
	union all
	select 'payment-of-another-amount', c.id::text from checkout c join payment p on p.checkout_id = c.id
		where p.amount_minor <> c.amount_minor or p.currency <> c.currency
	union all
	select 'refunded-and-not-all-is-back', c.id::text from checkout c join payment p on p.checkout_id = c.id
		where c.status = 'refunded' and p.amount_minor > (select coalesce(sum(r.amount_minor), 0) from refund r
			where r.checkout_id = c.id and r.state in ('sent', 'succeeded'))
	union all
	select 'refund-due-for-an-hour', c.id::text from checkout c
		where c.status = 'refund-due' and c.updated_at < now() - interval '1 hour'
	union all
	select 'refund-not-sent-for-an-hour', r.id::text from refund r
		where r.state = 'intent' and r.created_at < now() - interval '1 hour'
	union all
	select 'held-seat-past-its-time', s.checkout_id::text from seat s
		where s.state = 'held' and s.hold_until < now() - interval '30 minutes'
			and not exists (select 1 from checkout c where c.id = s.checkout_id and c.status = 'processing')
	union all
	select 'seat-held-for-nobody', s.checkout_id::text from seat s join checkout c on c.id = s.checkout_id
		where s.state = 'held' and c.status not in ('new', 'open', 'processing')
	union all
	select 'enrolled-application-without-enrollment', a.id::text from application a
		where a.status = 'enrolled' and not exists (select 1 from checkout c join seat s on s.checkout_id = c.id
			join enrollment e on e.cohort_id = s.cohort_id and e.seat_number = s.number where c.application_id = a.id)
	union all
	select 'enrollment-without-enrolled-application', e.id::text from enrollment e
		join seat s on s.cohort_id = e.cohort_id and s.number = e.seat_number
		join checkout c on c.id = s.checkout_id join application a on a.id = c.application_id
		where a.status <> 'enrolled'
	union all
	select 'call-without-outcome-for-a-day', c.id::text from provider_call c
		where c.state = 'intent' and c.created_at < now() - interval '24 hours'
	union all
	select 'event-not-acted-on', v.provider || '/' || v.event_id from webhook_event v
		where v.state = 'new' and v.next_try_at < now() - interval '10 minutes'
	union all
	select 'event-parked', v.provider || '/' || v.event_id from webhook_event v where v.state = 'parked'
	union all
	select 'mail-not-sent-for-an-hour', o.id::text from email_outbox o
		where o.state = 'queued' and o.next_try_at < now() - interval '1 hour'
	union all
	select 'login-of-somebody-switched-off', l.person_id::text from login l join person p on p.id = l.person_id
		where p.disabled_at is not null
	union all
	select 'audit-gap', 'after ' || a.seq from audit_log a
		where a.seq < (select seq from audit_head) and not exists (select 1 from audit_log b where b.seq = a.seq + 1)
	union all
	select 'audit-gap', 'before ' || a.seq from audit_log a
		where a.seq > 1 and not exists (select 1 from audit_log b where b.seq = a.seq - 1)
	union all
	select 'audit-tail-missing', 'head ' || head.seq from audit_head head
		where head.seq > 0 and not exists (select 1 from audit_log a where a.seq = head.seq and a.h = head.h)
	union all
	select 'audit-broken-chain', 'after ' || a.seq from audit_log a join audit_log b on b.seq = a.seq + 1 where b.prev <> a.h
	union all
	select 'audit-broken-chain', a.seq::text from audit_log a
		where a.h <> audit_hash(a.prev, a.seq, a.at, a.actor_kind, a.actor_id, a.action, a.object_kind, a.object_id, a.detail)
	union all
	select 'two-open-attempts', s.enrollment_id::text from submission s
		where s.status in ('draft', 'submitted', 'in-review') group by s.enrollment_id, s.assignment_id having count(*) > 1;
