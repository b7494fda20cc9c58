/** What this room holds about a person, and how it is erased. */
import { sql } from 'drizzle-orm';
import type { Context } from '#lib/server/context.server.ts';
import {
	listOf,
	type Guard,
	type PersonalData,
	type Subject
} from '#lib/server/personal.server.ts';
import { unsealText } from '#lib/server/seal.server.ts';

const handedIn = (personId: string | null) =>
	sql`submission_id in (select s.id from submission s join enrollment e on e.id = s.enrollment_id where e.leader_id = ${personId}::uuid)`;

/**
 * What a leader wrote and was told about it, and what a coach told leaders. A coach's own remarks and
 * a review that is not given yet are about both of them: their words are in it only on request.
 *
 * @param withPrivate whether the words of such notes are in it
 */
export async function personalData(
	{ db, keys }: Context,
	{ personId }: Subject,
	{ withPrivate }: { withPrivate: boolean }
): Promise<PersonalData> {
	const me = sql`${personId}::uuid`;
	const own = await db.execute<{ sealed: Buffer; row: Record<string, unknown> }>(sql`
		select r.body_enc as sealed, jsonb_build_object('submission_id', r.submission_id, 'quote', case when ${withPrivate} then r.quote end,
			'created_at', r.created_at) as row
		from remark r where r.visibility = 'own' and (r.author_id = ${me} or r.${handedIn(personId)}) order by r.created_at`);
	return {
		submissions: await listOf(
			db,
			sql`select s.id, a.title as assignment, s.attempt, s.status, s.body, s.saved_at, s.submitted_at, s.created_at
				from submission s join enrollment e on e.id = s.enrollment_id join assignment a on a.id = s.assignment_id
				where e.leader_id = ${me} order by s.created_at`
		),
		reviews: await listOf(
			db,
			sql`select r.submission_id, r.coach_id = ${me} as by_you, r.outcome, r.comment, r.given_at,
				(select jsonb_object_agg(c.name, x.level) from score x join criterion c on c.id = x.criterion_id where x.review_id = r.id) as levels
				from review r where r.given_at is not null and (r.coach_id = ${me} or ${handedIn(personId)}) order by r.given_at`
		),
		reviewsNotGiven: await listOf(
			db,
			sql`select r.submission_id, r.coach_id = ${me} as by_you, r.saved_at,
				case when ${withPrivate} then r.comment end as comment
				from review r where r.given_at is null and (r.coach_id = ${me} or ${handedIn(personId)})`
		),
		remarks: await listOf(
			db,
			sql`select r.submission_id, r.author_id = ${me} as by_you, r.quote, r.body, r.created_at from remark r
				join submission s on s.id = r.submission_id
				where r.visibility = 'shared' and (r.author_id = ${me} or (s.status in ('accepted', 'returned') and ${handedIn(personId)}))
				order by r.created_at`
		),
		ownRemarks: own.map(({ sealed, row }) => ({
			...row,
			words: withPrivate ? unsealText(keys, 'remark', sealed) : null
		})),
		lessonsRead: await listOf(
			db,
			sql`select l.title as lesson, r.read_at from lesson_read r join lesson l on l.id = r.lesson_id
				join enrollment e on e.id = r.enrollment_id where e.leader_id = ${me} order by r.read_at`
		)
	};
}

/** What keeps from ever changing what an erasure has to change here. */
export const guards: Guard[] = [
	['submission', 'submission_stays'],
	['review', 'review_stays']
];

/**
 * Empties what a leader handed in and what was said to it; attempts, outcomes and levels stay as
 * numbers. Of a coach go what was never given and what was their own: what they gave belongs to the
 * leaders who were given it.
 */
export async function erasePersonalData({ db }: Context, { personId }: Subject): Promise<void> {
	const me = sql`${personId}::uuid`;
	await db.execute(
		sql`delete from remark where ${handedIn(personId)} or (author_id = ${me} and visibility = 'own')`
	);
	await db.execute(
		sql`delete from review where given_at is null and (coach_id = ${me} or ${handedIn(personId)})`
	);
	await db.execute(
		sql`delete from lesson_read where enrollment_id in (select id from enrollment where leader_id = ${me})`
	);
	await db.execute(sql`update submission set body = '' where enrollment_id in
		(select id from enrollment where leader_id = ${me})`);
	await db.execute(sql`update review set comment = '' where ${handedIn(personId)}`);
}
