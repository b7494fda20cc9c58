/** What this room holds about a person, and how it is erased. */
import { sql } from 'drizzle-orm';
import type { Context } from '#lib/server/context.server.ts';
import {
	erasedName,
	listOf,
	type PersonalData,
	type Subject
} from '#lib/server/personal.server.ts';
import { absencesOf } from './queries.server.ts';

/** Somebody's enrollments, agreements with sponsors, cohorts as a coach, and places on rosters. Nobody else's name but the coach's. */
export async function personalData(
	{ db }: Context,
	{ email, personId }: Subject
): Promise<PersonalData> {
	const me = sql`${personId}::uuid`;
	return {
		enrollments: await listOf(
			db,
			sql`select e.id, c.name as cohort, e.seat_number, coach.name as coach, e.company, e.day_zero, e.time_zone, e.currency,
				e.towards, e.state, e.left_on, e.created_at,
				(select count(*) from seller s where s.enrollment_id = e.id) as sellers_on_roster
				from enrollment e join cohort c on c.id = e.cohort_id join person coach on coach.id = e.coach_id
				where e.leader_id = ${me} order by e.created_at`
		),
		sharedWithSponsors: await listOf(
			db,
			sql`select s.enrollment_id, s.shares, s.agreed_at, s.created_at from sponsorship s
				join enrollment e on e.id = s.enrollment_id where e.leader_id = ${me}`
		),
		sponsorships: await listOf(
			db,
			sql`select enrollment_id, shares, agreed_at, created_at from sponsorship where sponsor_id = ${me}`
		),
		cohortsCoached: await listOf(
			db,
			sql`select name, slug, starts_on, created_at from cohort where coach_id = ${me} order by starts_on`
		),
		enrollmentsCoached: await listOf(
			db,
			sql`select id, day_zero, state, created_at from enrollment where coach_id = ${me} order by day_zero`
		),
		onRosters: await listOf(
			db,
			sql`select s.id, s.name, s.email, s.locale, s.external_id, s.fte, s.started_on, s.ended_on, s.created_at,
				${absencesOf(sql`s.id`)} as absences,
				(select json_agg(json_build_object('at', a.at, 'action', a.action, 'detail', a.detail) order by a.seq)
					from audit_log a where a.object_kind = 'seller' and a.object_id = s.id) as audit
				from seller s where lower(s.email) = ${email} order by s.created_at`
		)
	};
}

/** Every name under which somebody is known. */
export async function namesOf({ db }: Context, { email, personId }: Subject): Promise<string[]> {
	const rows = await db.execute<{ name: string }>(
		sql`select name from person where id = ${personId}::uuid union select name from seller where lower(email) = ${email}`
	);
	return rows.map(({ name }) => name);
}

/** Why a coach cannot be erased yet. */
export async function reasonsToWait(
	{ db, now }: Context,
	{ personId }: Subject
): Promise<string[]> {
	const [run] = await db.execute<{ n: number }>(sql`select count(*)::int as n from cohort
		where coach_id = ${personId}::uuid and (starts_on + 91 > ${now.toISOString()}::timestamptz::date)`);
	return run && run.n > 0
		? [`They coach ${run.n === 1 ? 'a cohort that is' : `${run.n} cohorts that are`} not over.`]
		: [];
}

/**
 * Overwrites the company and the aim of a leader's enrollments, and name, address and CRM id on
 * rosters. Days, those of leave too, and shares of full time stay: the team's results are made of
 * them, and say nothing about a row without a name. Agreements with a sponsor who is erased end.
 */
export async function erasePersonalData(
	{ db }: Context,
	{ email, personId }: Subject
): Promise<void> {
	await db.execute(
		sql`update enrollment set company = '', towards = null where leader_id = ${personId}::uuid`
	);
	await db.execute(sql`delete from sponsorship where sponsor_id = ${personId}::uuid`);
	await db.execute(sql`update seller set name = ${erasedName}, email = null, external_id = null, locale = 'en'
		where lower(email) = ${email}`);
}

/** Every address that this room stores. */
export async function storedAddresses({ db }: Context): Promise<string[]> {
	const rows = await db.execute<{ email: string }>(
		sql`select distinct email from seller where email is not null`
	);
	return rows.map(({ email }) => email);
}
