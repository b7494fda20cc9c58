/** What the database holds on its own, and that it answers in time or not at all. */
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
	expect(applied[0]!.n).toBe(2);
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
