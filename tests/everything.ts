/**
 * A world in which every table that can say something about somebody does: a leader whose program is
 * over, their coach and sponsor, and a team. A canary stands in every column that is named.
 */
import { sql } from 'drizzle-orm';
import postgres from 'postgres';
import { hashAddress, seal, unsealText } from '#lib/server/seal.server.ts';
import { queueMail } from '#lib/server/outbox.server.ts';
import { emailOutbox } from '#lib/server/tables.server.ts';
import { sealedColumns } from '../scripts/lofte/rotate.ts';
import { enrolled } from './enrolled.ts';
import type { World } from './world.ts';

export const leaderAddress = 'ingrid@canary.example';
export const sellerAddress = 'thea@canary.example';
export const sponsorAddress = 'henrik@canary.example';
export const coachAddress = 'maren@canary.example';

export const canary = (column: string) => `canary-${column.replace('.', '-')}`;

/** @param columns as "table.column": each gets its canary in every row of the leader or the seller */
export async function everything(world: World, url: string, columns: readonly string[]) {
	const team = await enrolled(world, { leader: leaderAddress, coach: coachAddress, sellers: 2 });
	const sponsor = await world.as('sponsor', sponsorAddress, { name: 'Henrik Dahl' });
	const leader = team.leader.who.personId;
	const coach = team.coach.who.personId;
	const [seller, other] = team.sellers.map(({ id }) => id) as [string, string];
	const { enrollmentId, programId, cohortId } = team;
	const hash = Buffer.from(hashAddress(world.keys, leaderAddress));
	const note = (text: string) => Buffer.from(seal(world.keys, 'note', text));
	const remark = Buffer.from(seal(world.keys, 'remark', 'x'));
	const token = 'cd'.repeat(32);
	await queueMail(world.system(), {
		to: leaderAddress,
		category: 'notice',
		fact: 'canary',
		locale: 'en',
		subject: canary('email_outbox.request_enc'),
		paragraphs: ['Ingrid, here it is.'],
		button: { label: 'Sign in', url: 'https://lofte.example/sign-in/secret-token' },
		reason: '…'
	});
	await queueMail(world.system(), {
		to: 'live@lofte.example',
		category: 'notice',
		fact: 'about-the-leader',
		locale: 'en',
		subject: 'An application',
		paragraphs: [`From ${leaderAddress}.`],
		reason: '…'
	});
	await world.db.update(emailOutbox).set({ state: 'sent', sentAt: world.now });

	const pg = postgres(url, { max: 1, onnotice: () => {} });
	// Past every guard: what is built here came about over thirteen weeks.
	await pg`set session_replication_role = replica`;
	await pg`update seller set email = ${sellerAddress}, ended_on = '2027-04-30' where id = ${seller}`;
	await pg`update application set sponsor_name = 'Henrik Dahl', sponsor_email = ${sponsorAddress}, decision_reason = 'x'`;
	await pg`insert into sponsorship (enrollment_id, sponsor_id, shares, agreed_at, created_at)
		values (${enrollmentId}, ${sponsor.who.personId}, '{uplift}', now(), now())`;
	await pg`insert into login (id, person_id, expires_at, absolute_until, created_at)
		values (${token}, ${leader}, now() + interval '1 year', now() + interval '1 year', now())`;
	await pg`insert into login_token (hash, person_id, purpose, next, expires_at, created_at)
		values ('secret-hash', ${leader}, 'sign-in', '/', now() + interval '1 year', now())`;
	await pg`insert into second_factor (person_id, secret_enc, confirmed_at, created_at)
		values (${leader}, ${Buffer.from(seal(world.keys, 'second-step', 'secret-totp'))}, now(), now())`;
	await pg`insert into recovery_code (hash, person_id) values ('secret-code', ${leader})`;
	await pg`insert into passkey (id, person_id, public_key, counter, transports, synced, created_at)
		values ('secret-passkey', ${leader}, 'secret-key', 0, '{internal}', true, now())`;
	await pg`insert into passkey_challenge (hash, person_id, login_id, expires_at)
		values ('secret-question', ${leader}, ${token}, now() + interval '1 minute')`;
	await pg`insert into rate_bucket (key, points) values (${`sign-in-mailbox:${leaderAddress}`}, 1), (${`sign-in-mailbox:x${leaderAddress}`}, 1)`;
	await pg`insert into email_suppression (recipient_hash, scope, reason, at) values (${hash}, 'reminder', 'x', now())`;
	await pg`insert into webhook_event (provider, event_id, type, payload, received_at, state, next_try_at, done_at)
		select 'stripe', 'evt_1', 'x', jsonb_build_object('customer_email', ${leaderAddress}::text, 'url', 'https://lofte.example/offer/secret-token'), now(), 'done', now(), now() from checkout`;
	await pg`insert into webhook_event (provider, event_id, type, payload, received_at, state, next_try_at, done_at)
		values ('stripe', 'evt_2', 'x', '{"about": "somebody else"}', now(), 'done', now(), now())`;
	await pg`insert into webhook_event (provider, event_id, type, payload, received_at, state, next_try_at, done_at)
		select 'stripe', 'evt_3', 'x', jsonb_build_object('id', stripe_session_id), now(), 'done', now(), now() from checkout`;
	await pg`insert into refund (checkout_id, amount_minor, reason, state, stripe_refund_id, created_at)
		select id, 100, 'x', 'succeeded', 'x', now() from checkout`;
	const [session] =
		await pg`insert into session (enrollment_id, coach_id, starts_at, time_zone, minutes, place, status, created_at)
		values (${enrollmentId}, ${coach}, '2027-02-01', 'Europe/Oslo', 60, 'x', 'held', now()) returning id`;
	await pg`insert into session_note (session_id, author_id, visibility, body_enc, saved_at) values
		(${session!.id}, ${coach}, 'own', ${note('x')}, now()), (${session!.id}, ${coach}, 'shared', ${note('shared by the coach')}, now())`;
	const [touch] =
		await pg`insert into touchpoint (enrollment_id, kind, day, note_enc, request_key, created_at)
		values (${enrollmentId}, 'coaching', '2027-02-02', ${note('x')}, gen_random_uuid(), now()) returning id`;
	await pg`insert into touchpoint_seller values (${touch!.id}, ${seller})`;
	const [module] =
		await pg`insert into module (program_id, week, slug, title, aim) values (${programId}, 1, 'm', '', '') returning id`;
	const [lesson] =
		await pg`insert into lesson (module_id, position, title, markdown, html, minutes_to_read) values (${module!.id}, 1, 'L', '', '', 1) returning id`;
	await pg`insert into lesson_read values (${enrollmentId}, ${lesson!.id}, now())`;
	const [task] =
		await pg`insert into assignment (module_id, title, brief, evidence, template, minutes) values (${module!.id}, 'A', '', '{}', '', 10) returning id`;
	const [criterion] =
		await pg`insert into criterion (program_id, position, key, name, levels) values (${programId}, 1, 'k', 'K', '{a,b,c,d}') returning id`;
	const [handedIn] =
		await pg`insert into submission (enrollment_id, assignment_id, attempt, status, body, saved_at, submitted_at, created_at)
		values (${enrollmentId}, ${task!.id}, 1, 'accepted', 'x', now(), now(), now()) returning id`;
	const [review] =
		await pg`insert into review (submission_id, coach_id, outcome, comment, saved_at, given_at)
		values (${handedIn!.id}, ${coach}, 'accepted', 'x', now(), now()) returning id`;
	await pg`insert into score values (${review!.id}, ${criterion!.id}, 3)`;
	await pg`insert into remark (submission_id, author_id, visibility, quote, body, body_enc, created_at) values
		(${handedIn!.id}, ${coach}, 'shared', 'x', 'x', null, now()), (${handedIn!.id}, ${coach}, 'own', null, null, ${remark}, now())`;
	const [file] =
		await pg`insert into import_batch (enrollment_id, file_name, sha256, file_enc, status, answers, summary, uploaded_by, created_at, confirmed_at)
		values (${enrollmentId}, 'x', 'x', ${Buffer.from(seal(world.keys, 'file', 'x'))}, 'confirmed', ${pg.json({ 'owner:Seller 1': seller, 'stage:Won': 'won' })}, '{}', ${leader}, now(), now()) returning id`;
	for (const [who, name] of [
		[seller, 'D1'],
		[other, 'D2']
	] as const) {
		const [deal] =
			await pg`insert into deal (enrollment_id, external_id, seller_id, name, status, closed_on, amount_minor, currency, import_id)
			values (${enrollmentId}, ${name}, ${who}, 'x', 'won', '2027-02-03', 5000000, 'NOK', ${file!.id}) returning id`;
		await pg`insert into deal_version (deal_id, import_id, before, after, at) select id, ${file!.id}, to_jsonb(deal), to_jsonb(deal), now() from deal where id = ${deal!.id}`;
	}
	await pg`insert into baseline (enrollment_id, version, policy, computed, inputs_sha256, method_version, locked_at, leader_id, coach_id, reason)
		values (${enrollmentId}, 1, '{}', '{}', 'x', '1.0', now(), ${leader}, ${coach}, 'x')`;
	await pg`insert into baseline_draft (enrollment_id, policy, inputs_sha256, updated_at) values (${enrollmentId}, '{}', 'x', now())`;
	await pg`insert into known_event (enrollment_id, day, kind, size, note, created_at) values (${enrollmentId}, '2027-02-04', 'x', 'minor', 'x', now())`;
	for (const pillar of ['engagement', 'sales', 'revenue'])
		await pg`insert into pillar_result (enrollment_id, pillar, week, payload, method_version, frozen_at, computed_at)
			values (${enrollmentId}, ${pillar}, 13, ${pg.json({ source: { fileName: ownFile } })}, '1.0', now(), now())`;
	await pg`insert into cohort_result (cohort_id, payload, method_version, computed_at) values (${cohortId}, '{"final": false}', '1.0', now())`;
	await pg`insert into team_policy (enrollment_id, frozen_at, pairing_key_enc) values (${enrollmentId}, now(), ${Buffer.from(seal(world.keys, 'pairing-key', 'x'))})`;
	const [wave] =
		await pg`insert into wave (enrollment_id, index, status, min_group, opens_at, closes_at, public_key, invited, answered, closed_at)
		values (${enrollmentId}, 0, 'closed', 5, '2027-01-05', '2027-01-10', '', 8, 8, '2027-01-10') returning id`;
	for (let n = 0; n < 8; n += 1)
		await pg`insert into response (wave_id, respondent_key, answers) values (${wave!.id}, ${Buffer.from([n])}, '{1,2,3}')`;
	await pg`insert into team_comment (wave_id, body) values (${wave!.id}, 'x')`;
	await pg`insert into published_result (enrollment_id, wave_id, wave_index, payload, method_version, published_at)
		values (${enrollmentId}, ${wave!.id}, 0, '{"state": "suppressed"}', '1.0', now())`;

	const rowsOf: Record<string, string> = {
		person: `id = '${leader}'`,
		seller: `id = '${seller}'`,
		deal: `seller_id = '${seller}'`,
		deal_version: `deal_id in (select id from deal where seller_id = '${seller}')`,
		session_note: `visibility = 'own'`,
		email_outbox: `dedupe_key = 'canary'`,
		webhook_event: `event_id = 'evt_1'`
	};
	const types =
		await pg`select table_name || '.' || column_name as name, udt_name as type from information_schema.columns where table_schema = 'public'`;
	for (const name of columns) {
		const [table, column] = name.split('.') as [string, string];
		const type = types.find((one) => one.name === name)?.type as string;
		const sealed = sealedColumns.find((one) => one.table === table && one.column === column);
		const value =
			type === 'jsonb'
				? pg`coalesce(${pg(column)}, '{}') || ${pg.json({ canary: canary(name) })}`
				: type === 'bytea'
					? pg`${Buffer.from(seal(world.keys, sealed!.purpose, canary(name)))}`
					: pg`${canary(name)}`;
		await pg`update ${pg(table)} set ${pg(column)} = ${value} where (${pg(column)} is not null or ${table !== 'remark'}) and ${pg.unsafe(rowsOf[table] ?? 'true')}`;
	}
	await pg.end();
	return { ...team, sponsor, leaderId: leader, coachId: coach, sellerId: seller, token };
}

/** Everything that lies in the database, one line a row, what is sealed opened. */
/** What a leader called a file; every result made from it says so. */
export const ownFile = 'numbers-of-their-own-naming.csv';

export async function dumpOf({ db, keys }: World): Promise<string[]> {
	const tables = await db.execute<{ name: string }>(
		sql`select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`
	);
	const lines: string[] = [];
	for (const { name } of tables) {
		const rows = await db.execute<{ line: string }>(
			sql`select to_jsonb(t)::text as line from ${sql.identifier(name)} t order by 1`
		);
		lines.push(...rows.map(({ line }) => `${name} ${line}`));
	}
	for (const { table, column, inside, purpose } of sealedColumns) {
		if (inside) continue;
		const rows = await db.execute<{ sealed: Buffer }>(
			sql`select ${sql.identifier(column)} as sealed from ${sql.identifier(table)} where ${sql.identifier(column)} is not null`
		);
		lines.push(
			...rows.map(({ sealed }) => `${table} ${column} ${unsealText(keys, purpose, sealed)}`)
		);
	}
	return lines;
}
