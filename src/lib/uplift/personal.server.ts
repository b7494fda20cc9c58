/** What this room holds about a person, and how it is erased. */
import { sql } from 'drizzle-orm';
import type { Context } from '#lib/server/context.server.ts';
import {
	listOf,
	type Guard,
	type PersonalData,
	type Subject
} from '#lib/server/personal.server.ts';

const ledBy = (personId: string | null) =>
	sql`(select id from enrollment where leader_id = ${personId}::uuid)`;
const soldBy = (email: string) => sql`(select id from seller where lower(email) = ${email})`;
/** An enrollment is over when its three results are final. */
const running = sql`e.state = 'active' and
	(select count(*) from pillar_result p where p.enrollment_id = e.id and p.frozen_at is not null) < 3`;

/**
 * A leader's files, baselines, events and results, and a seller's deals with their history. Not the
 * deals of a leader's team, nor how a leader's files name sellers: those are the sellers' data.
 */
export async function personalData(
	{ db }: Context,
	{ email, personId }: Subject
): Promise<PersonalData> {
	const mine = sql`enrollment_id in ${ledBy(personId)}`;
	return {
		files: await listOf(
			db,
			sql`select file_name, status, summary, created_at, confirmed_at from import_batch where ${mine} or uploaded_by = ${personId}::uuid order by created_at`
		),
		baselineDrafts: await listOf(
			db,
			sql`select policy, leader_signed_at, coach_signed_at, updated_at from baseline_draft where ${mine}`
		),
		baselines: await listOf(
			db,
			sql`select version, policy, computed, method_version, locked_at, reason, leader_id = ${personId}::uuid as as_leader
				from baseline where leader_id = ${personId}::uuid or ${mine} order by locked_at`
		),
		baselinesSignedAsCoach: await listOf(
			db,
			sql`select version, locked_at from baseline where coach_id = ${personId}::uuid order by locked_at`
		),
		knownEvents: await listOf(
			db,
			sql`select day, kind, size, note, created_at from known_event where ${mine} order by day`
		),
		results: await listOf(
			db,
			sql`select pillar, week, payload, method_version, frozen_at, computed_at from pillar_result where ${mine}`
		),
		deals: await listOf(
			db,
			sql`select external_id, name, status, closed_on, created_on, amount_minor, currency, kind from deal
				where seller_id in ${soldBy(email)} order by closed_on, external_id`
		),
		changesOfDeals: await listOf(
			db,
			sql`select v.before, v.after, v.at from deal_version v join deal d on d.id = v.deal_id
				where d.seller_id in ${soldBy(email)} order by v.at`
		)
	};
}

/** Why a leader, a coach or a seller cannot be erased yet: something that is measured needs them. */
export async function reasonsToWait(
	{ db, now }: Context,
	{ email, personId }: Subject
): Promise<string[]> {
	const led = await db.execute<{ day: string }>(
		sql`select e.day_zero::text as day from enrollment e where e.leader_id = ${personId}::uuid and ${running}`
	);
	const [others] = await db.execute<{ coached: number; sold: number; read: number }>(sql`select
		(select count(*)::int from enrollment e where e.coach_id = ${personId}::uuid and ${running}) as coached,
		(select count(*)::int from seller s join enrollment e on e.id = s.enrollment_id where lower(s.email) = ${email}
			and (s.ended_on is null or s.ended_on > ${now.toISOString()}::timestamptz::date) and ${running}) as sold,
		(select count(*)::int from import_batch b join seller s on s.enrollment_id = b.enrollment_id
			where lower(s.email) = ${email} and b.status = 'preview') as read`);
	return [
		...led.map(
			({ day }) => `Their program (day 0: ${day}) runs, or its results are not final yet.`
		),
		...(others && others.coached > 0
			? [
					`Leaders of theirs (${others.coached}) have a program that runs, or results that are not final yet.`
				]
			: []),
		...(others && others.sold > 0
			? [
					'They are on the roster of a team that is being measured: the leader sets their last day first.'
				]
			: []),
		...(others && others.read > 0
			? ['A file that may name them waits for their leader to confirm or discard it.']
			: [])
	];
}

/** What keeps from ever changing what an erasure has to change here. */
export const guards: Guard[] = [
	['pillar_result', 'pillar_result_is_final'],
	['deal_version', 'deal_version_only_grows']
];

/**
 * Overwrites the words that a leader gave to the figures, and the names of a seller's deals with
 * their whole history. Amounts, days, baselines and results stay: they are about rows without a name.
 */
export async function erasePersonalData(
	{ db }: Context,
	{ email, personId }: Subject,
	names: readonly string[]
): Promise<void> {
	const mine = sql`enrollment_id in ${ledBy(personId)}`;
	await db.execute(sql`update import_batch set file_name = '', answers = '{}', file_enc = null,
		status = case when status = 'preview' then 'discarded' else status end where ${mine}`);
	await db.execute(sql`update known_event set note = '' where ${mine}`);
	// A final result never changes; the name that a leader gave a file is not part of what it says.
	if (personId)
		await db.execute(sql`update pillar_result set payload = jsonb_set(payload, '{source,fileName}', '""')
			where ${mine} and payload #> '{source,fileName}' is not null`);
	// What a leader answered about an owner in a file carries the owner's name.
	const words = sql`(select lower(w) as word from jsonb_array_elements_text(${JSON.stringify([email, ...names])}::text::jsonb) w
		union select lower(external_id) from seller where lower(email) = ${email} and external_id is not null)`;
	await db.execute(sql`update import_batch b set answers = coalesce((select jsonb_object_agg(a.key, a.value)
			from jsonb_each(b.answers) a where not exists (select 1 from ${words} x
				where strpos(lower(a.key || ' ' || a.value::text), x.word) > 0)), '{}')
		where b.enrollment_id in (select enrollment_id from seller where lower(email) = ${email})`);
	const [sold] = await db.execute(
		sql`select 1 from deal where seller_id in ${soldBy(email)} limit 1`
	);
	if (!sold) return;
	await db.execute(sql`update deal set name = '' where seller_id in ${soldBy(email)}`);
	const blank = sql.raw(`'{"name": ""}'::jsonb`);
	await db.execute(sql`update deal_version v set before = v.before || ${blank}, after = v.after || ${blank}
		from deal d where d.id = v.deal_id and d.seller_id in ${soldBy(email)}`);
}
