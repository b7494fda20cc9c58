/** What this room holds about a person, and how little of it can be told or erased. */
import { sql } from 'drizzle-orm';
import type { Context } from '#lib/server/context.server.ts';
import { listOf, type PersonalData, type Subject } from '#lib/server/personal.server.ts';

/**
 * The waves of a leader's team with what was published of them, and the open waves that a seller is
 * asked in: not whether they answered. What respondents answered or wrote is not in it, because
 * nobody can tell whose it is.
 */
export async function personalData(
	{ db }: Context,
	{ email, personId }: Subject
): Promise<PersonalData> {
	return {
		waves: await listOf(
			db,
			sql`select w.enrollment_id, w.index, w.status, w.min_group, w.opens_at, w.closes_at, w.invited, w.closed_at, p.payload as published
				from wave w join enrollment e on e.id = w.enrollment_id left join published_result p on p.wave_id = w.id
				where e.leader_id = ${personId}::uuid order by w.opens_at`
		),
		askedIn: await listOf(
			db,
			sql`select w.index, w.opens_at, w.closes_at from invitation i join wave w on w.id = i.wave_id
				join seller s on s.id = i.seller_id where lower(s.email) = ${email} order by w.opens_at`
		)
	};
}

/**
 * Why somebody cannot be erased yet. While a wave is open its links and its count of people stand;
 * what was answered stays unaffected by an erasure, open or published.
 */
export async function reasonsToWait(
	{ db }: Context,
	{ email, personId }: Subject
): Promise<string[]> {
	const open = await db.execute<{
		until: string;
	}>(sql`select distinct w.closes_at::date::text as until
		from wave w join enrollment e on e.id = w.enrollment_id
		left join invitation i on i.wave_id = w.id left join seller s on s.id = i.seller_id
		where w.status = 'open' and (e.leader_id = ${personId}::uuid or lower(s.email) = ${email})`);
	return open.map(({ until }) => `A survey that they are part of is open until ${until}.`);
}

/** Forgets at which address the coach confirmed them; all else that is left says nothing about them. */
export async function erasePersonalData({ db }: Context, { email }: Subject): Promise<void> {
	await db.execute(sql`update team_policy p set confirmed = array(
			select mark from unnest(p.confirmed) mark
			where not exists (select 1 from seller s where s.enrollment_id = p.enrollment_id
				and lower(s.email) = ${email} and split_part(mark, ' ', 1) = s.id::text))
		where exists (select 1 from seller s where s.enrollment_id = p.enrollment_id and lower(s.email) = ${email})`);
}
