/** What this room holds about a person, and how it is erased. */
import { sql } from 'drizzle-orm';
import type { Context } from '#lib/server/context.server.ts';
import { listOf, type PersonalData, type Subject } from '#lib/server/personal.server.ts';
import { unsealText } from '#lib/server/seal.server.ts';

const ledBy = (personId: string | null) =>
	sql`(select id from enrollment where leader_id = ${personId}::uuid)`;

/**
 * A leader's and a coach's sessions and notes, a leader's touchpoints, and the touchpoints that
 * reached a seller. A note of somebody's own about the other is about both: its words are in it only
 * on request, and never when it is about several sellers.
 *
 * @param withPrivate whether the words of such notes are in it
 */
export async function personalData(
	{ db, keys }: Context,
	{ email, personId }: Subject,
	{ withPrivate }: { withPrivate: boolean }
): Promise<PersonalData> {
	const me = sql`${personId}::uuid`;
	type Sealed = { sealed: Buffer | null; private: boolean; row: Record<string, unknown> };
	const opened = (rows: readonly Sealed[]) =>
		rows.map(({ sealed, private: hidden, row }) => ({
			...row,
			words: sealed && (withPrivate || !hidden) ? unsealText(keys, 'note', sealed) : null
		}));
	const notes = await db.execute<Sealed>(sql`
		select n.body_enc as sealed, n.visibility = 'own' and not (n.author_id = ${me} and n.author_id = e.leader_id) as private,
			jsonb_build_object('session_id', s.id, 'by_you', n.author_id = ${me}, 'visibility', n.visibility, 'saved_at', n.saved_at) as row
		from session_note n join session s on s.id = n.session_id join enrollment e on e.id = s.enrollment_id
		where n.author_id = ${me} or e.leader_id = ${me}
		order by n.saved_at, n.visibility`);
	const touchpoints = await db.execute<Sealed>(sql`
		select t.note_enc as sealed, false as private, jsonb_build_object('kind', t.kind, 'day', t.day, 'minutes', t.minutes,
			'sellers', (select count(*) from touchpoint_seller x where x.touchpoint_id = t.id), 'created_at', t.created_at) as row
		from touchpoint t where t.enrollment_id in ${ledBy(personId)} order by t.day, t.created_at`);
	const reached = await db.execute<Sealed>(sql`
		select case when (select count(*) from touchpoint_seller y where y.touchpoint_id = t.id) = 1 then t.note_enc end as sealed, true as private, jsonb_build_object('kind', t.kind, 'day', t.day, 'minutes', t.minutes) as row
		from touchpoint t join touchpoint_seller x on x.touchpoint_id = t.id join seller s on s.id = x.seller_id
		where lower(s.email) = ${email} order by t.day`);
	return {
		sessions: await listOf(
			db,
			sql`select id, kind, starts_at, time_zone, minutes, place, status, created_at, coach_id = ${me} as as_coach
				from session where coach_id = ${me} or enrollment_id in ${ledBy(personId)} order by starts_at`
		),
		sessionNotes: opened(notes),
		touchpoints: opened(touchpoints),
		touchpointsThatReachedYou: opened(reached)
	};
}

/**
 * Deletes the notes on a leader's sessions, whoever wrote them, and what a coach noted for themselves;
 * what a coach shared belongs to the leader too and stays. Times and kinds stay as numbers. What a
 * leader noted about a seller is the leader's, sealed, and cannot be searched: it stays.
 */
export async function erasePersonalData({ db }: Context, { personId }: Subject): Promise<void> {
	const me = sql`${personId}::uuid`;
	await db.execute(sql`delete from session_note where (author_id = ${me} and visibility = 'own') or
		session_id in (select id from session where enrollment_id in ${ledBy(personId)})`);
	await db.execute(
		sql`update session set place = '' where coach_id = ${me} or enrollment_id in ${ledBy(personId)}`
	);
	await db.execute(
		sql`update touchpoint set note_enc = null where enrollment_id in ${ledBy(personId)}`
	);
}
