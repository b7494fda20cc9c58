/** What this room holds about a person, and how it is erased. */
import { sql } from 'drizzle-orm';
import type { Context } from '#lib/server/context.server.ts';
import {
	erasedAddress,
	erasedName,
	listOf,
	type PersonalData,
	type Subject
} from '#lib/server/personal.server.ts';

/**
 * What somebody applied with, what was decided and offered, where they were named as a sponsor, and
 * when they decided on others as an admin: not what those others wrote. No hash of an offer's link.
 */
export async function personalData(
	{ db }: Context,
	{ email, personId }: Subject
): Promise<PersonalData> {
	return {
		applications: await listOf(
			db,
			sql`select a.id, c.name as cohort, a.email, a.name, a.company, a.locale, a.team_size, a.baseline_guess,
				a.sponsor_name, a.sponsor_email, a.answers, a.towards, a.status, a.decided_at, a.decision_reason, a.created_at
				from application a join cohort c on c.id = a.cohort_id where a.email = ${email} order by a.created_at`
		),
		offers: await listOf(
			db,
			sql`select o.price_minor, o.currency, o.good_until, o.withdrawn_at, o.created_at
				from offer o join application a on a.id = o.application_id where a.email = ${email} order by o.created_at`
		),
		namedAsSponsor: await listOf(
			db,
			sql`select sponsor_name, sponsor_email, created_at from application where lower(sponsor_email) = ${email}`
		),
		decisionsMade: await listOf(
			db,
			sql`select id as application_id, status, decided_at from application where decided_by = ${personId}::uuid`
		)
	};
}

/**
 * Overwrites what somebody applied with; an application that is not decided ends, and so does an
 * offer. That an enrolled one was enrolled stays, because the books say so.
 */
export async function erasePersonalData({ db, now }: Context, { email }: Subject): Promise<void> {
	await db.execute(sql`update offer o set withdrawn_at = ${now.toISOString()}::timestamptz
		from application a where a.id = o.application_id and a.email = ${email} and o.withdrawn_at is null
			and a.status <> 'enrolled'`);
	await db.execute(sql`update application set sponsor_name = null, sponsor_email = null
		where lower(sponsor_email) = ${email}`);
	await db.execute(sql`update application set email = ${erasedAddress(sql`id`)}, name = ${erasedName}, company = '',
		locale = 'en', team_size = 0, baseline_guess = null, sponsor_name = null, sponsor_email = null, answers = '{}',
		towards = '', decision_reason = null,
		status = case when status in ('enrolled', 'declined') then status else 'withdrawn' end
		where email = ${email}`);
}

/** Every address that this room stores. */
export async function storedAddresses({ db }: Context): Promise<string[]> {
	const rows = await db.execute<{ email: string }>(
		sql`select email from application union select sponsor_email from application where sponsor_email is not null`
	);
	return rows.map(({ email }) => email);
}
