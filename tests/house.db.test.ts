/** What the database holds on its own, and that it answers in time or not at all. */
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { sql } from 'drizzle-orm';
import postgres from 'postgres';
import { expect, inject, test } from 'vitest';
import { audit } from '#lib/server/audit.server.ts';
import { DatabaseTooSlow, isDatabaseAway, openDatabase } from '#lib/server/database.server.ts';
import { openLimits } from '#lib/server/limit.server.ts';
import { migrateDatabase } from '../scripts/migrate.ts';
import { databasePerTest } from './database.ts';
import { enrolled } from './enrolled.ts';
import { worldOn } from './world.ts';

const database = databasePerTest();

test('three processes that start at once migrate an empty database once', async () => {
	const url = new URL(inject('postgres'));
	const admin = postgres(url.href, { max: 1, onnotice: () => {} });
	await admin`create database from_nothing`;
	await admin.end();
	url.pathname = '/from_nothing';
	await Promise.all([
		migrateDatabase(url.href),
		migrateDatabase(url.href),
		migrateDatabase(url.href)
	]);
	const made = postgres(url.href, { max: 1 });
	const applied = await made`select count(*)::int as n from drizzle.__drizzle_migrations`;
	const tables = await made`select to_regclass('audit_log') is not null as there`;
	await made.end();
	expect(tables[0]!.there).toBe(true);
	const written = readMigrationFiles({ migrationsFolder: 'drizzle' });
	expect(written.length).toBeGreaterThan(1);
	expect(applied[0]!.n).toBe(written.length);
});

test('a query that would hang is given up, and the pool goes on', async () => {
	const pool = openDatabase(database.url, { max: 2, queryMs: 300 });
	await expect(pool.db.execute(sql`select pg_sleep(20)`)).rejects.toSatisfy(isDatabaseAway);
	expect(await pool.db.execute(sql`select 1 as one`)).toEqual([{ one: 1 }]);
	await pool.close();
});

test('with every connection taken, the next question fails in time instead of waiting for ever', async () => {
	const pool = openDatabase(database.url, { max: 1, queryMs: 200, transactionMs: 200 });
	let release = () => {};
	const held = pool.sql.begin(() => new Promise<void>((resolve) => (release = resolve)));
	const began = performance.now();
	await expect(pool.db.execute(sql`select 1`)).rejects.toSatisfy(
		(error: unknown) =>
			(error as Error).cause instanceof DatabaseTooSlow || error instanceof DatabaseTooSlow
	);
	await expect(pool.db.transaction((tx) => tx.execute(sql`select 1`))).rejects.toThrow(
		DatabaseTooSlow
	);
	expect(performance.now() - began).toBeLessThan(8_000);
	release();
	await held;
	await pool.close();
});

test('a transaction that got its connection too late commits nothing', async () => {
	const pool = openDatabase(database.url, { max: 1, queryMs: 200, transactionMs: 100 });
	await pool.db.execute(sql`create table late_writes (n int)`);
	let release = () => {};
	const held = pool.sql.begin(() => new Promise<void>((resolve) => (release = resolve)));
	const late = pool.db.transaction((tx) => tx.execute(sql`insert into late_writes values (1)`));
	await expect(late).rejects.toThrow(DatabaseTooSlow);
	release();
	await held;
	expect(await pool.db.execute(sql`select count(*)::int as n from late_writes`)).toEqual([
		{ n: 0 }
	]);
	await pool.close();
});

test('two hundred entries at once make one unbroken chain, and a change of any of them is found', async () => {
	const world = worldOn(database.db);
	await Promise.all(
		Array.from({ length: 200 }, (_, n) => audit(world.system(), { action: 'test', detail: { n } }))
	);
	const violations = () => database.db.execute(sql`select rule from invariant_violations`);
	expect(await violations()).toEqual([]);
	expect(
		await database.db.execute(
			sql`select count(distinct prev)::int as n, max(seq)::int as last from audit_log`
		)
	).toEqual([{ n: 200, last: 200 }]);
	await expect(
		database.db.execute(sql`update audit_log set action = 'forged' where seq = 7`)
	).rejects.toThrow();
	await expect(database.db.execute(sql`delete from audit_log where seq = 7`)).rejects.toThrow();
	await expect(database.db.execute(sql`truncate audit_log`)).rejects.toThrow();
	// Somebody with the owner's rights takes the guard away: the chain still tells.
	await database.db.execute(sql`alter table audit_log disable trigger user`);
	await database.db.execute(sql`update audit_log set action = 'forged' where seq = 7`);
	expect(await violations()).toContainEqual({ rule: 'audit-broken-chain' });
});

test('a limit counts the same for every process', async () => {
	const first = openLimits(database.db);
	const second = openLimits(database.db);
	const outcomes = await Promise.all(
		Array.from({ length: 12 }, (_, n) => (n % 2 ? first : second)('sign-in-address', 'somebody'))
	);
	expect(outcomes.filter(Boolean)).toHaveLength(3);
});

test('a seat and the money for it cannot be bent, whoever asks the database', async () => {
	const world = worldOn(database.db);
	const { enrollmentId, cohortId } = await enrolled(world);
	const refused = (statement: ReturnType<typeof sql>) =>
		expect(database.db.execute(statement)).rejects.toThrow();
	await refused(sql`insert into enrollment (cohort_id, seat_number, leader_id, coach_id, company, day_zero, time_zone, currency, created_at)
		select cohort_id, seat_number, coach_id, coach_id, company, day_zero, time_zone, currency, created_at from enrollment where id = ${enrollmentId}`);
	await refused(sql`update seat set checkout_id = null where cohort_id = ${cohortId}`);
	await refused(
		sql`insert into refund (checkout_id, amount_minor, reason, created_at) select id, amount_minor + 1, 'x', now() from checkout where cohort_id = ${cohortId}`
	);
	await refused(sql`update payment set amount_minor = 1`);
});

test('what was decided stays decided, whoever asks the database', async () => {
	const world = worldOn(database.db);
	const { enrollmentId } = await enrolled(world);
	const { db } = database;
	await db.execute(sql`insert into pillar_result (enrollment_id, pillar, week, payload, method_version, frozen_at, computed_at)
		values (${enrollmentId}, 'sales', 13, '{}', '1.0', now(), now())`);
	const refused = (statement: ReturnType<typeof sql>) =>
		expect(db.execute(statement)).rejects.toMatchObject({ cause: { code: '23001' } });
	await refused(sql`update offer set price_minor = 1`);
	await refused(sql`update checkout set amount_minor = 1`);
	await refused(sql`update checkout set status = 'expired'`);
	await refused(sql`update checkout set stripe_session_id = 'cs_other'`);
	await refused(sql`update seat set state = 'free', checkout_id = null where state = 'sold'`);
	await refused(sql`update pillar_result set payload = '{"upliftPct": 25}'`);
	await refused(sql`delete from pillar_result`);
	await refused(sql`delete from audit_head`);
	for (const table of ['payment', 'refund', 'published_result', 'deal_version', 'review'])
		await refused(sql.raw(`truncate ${table} cascade`));
	expect(await db.execute(sql`select * from invariant_violations`)).toEqual([]);
});

test.each([
	[
		'audit-tail-missing',
		'audit_log',
		'delete from audit_log where seq = (select seq from audit_head)'
	],
	['payment-of-an-unpaid-checkout', 'checkout', "update checkout set status = 'expired'"],
	['paid-checkout-without-payment', 'payment', 'delete from payment'],
	['payment-of-another-amount', 'payment', 'update payment set amount_minor = 1'],
	[
		'enrolled-application-without-enrollment',
		'enrollment',
		'delete from seller; delete from enrollment'
	],
	[
		'enrollment-without-enrolled-application',
		'application',
		"update application set status = 'offered'"
	],
	[
		'call-without-outcome-for-a-day',
		'provider_call',
		"update provider_call set state = 'intent', created_at = now() - interval '25 hours'"
	],
	[
		'mail-not-sent-for-an-hour',
		'email_outbox',
		`insert into email_outbox (dedupe_key, category, priority, recipient_hash, next_try_at, created_at)
			values ('x', 'notice', 2, '', now() - interval '2 hours', now())`
	],
	[
		'event-not-acted-on',
		'webhook_event',
		`insert into webhook_event (provider, event_id, type, payload, received_at, next_try_at)
			values ('stripe', 'evt_1', 'x', '{}', now(), now() - interval '11 minutes')`
	],
	[
		'exact-engagement-stored',
		'pillar_result',
		`insert into pillar_result (enrollment_id, pillar, week, payload, method_version, computed_at)
			select id, 'engagement', 13, '{"basis": {"lnRatio": 0.1}}', '1.0', now() from enrollment`
	]
])('a lie in the books is found: %s', async (rule, table, lie) => {
	await enrolled(worldOn(database.db));
	// Somebody with the owner's rights takes the guards away.
	await database.db.execute(sql.raw(`alter table ${table} disable trigger user`));
	for (const statement of lie.split('; ')) await database.db.execute(sql.raw(statement));
	const rules = await database.db.execute(sql`select rule from invariant_violations`);
	expect(rules).toContainEqual({ rule });
});
