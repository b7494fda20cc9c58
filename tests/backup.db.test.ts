/** A backup is whole or refused, comes back row for row, and tells nothing without the key. */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { sql } from 'drizzle-orm';
import postgres from 'postgres';
import { afterAll, beforeEach, expect, inject, test, vi } from 'vitest';
import { audit } from '#lib/server/audit.server.ts';
import { openDatabase } from '#lib/server/database.server.ts';
import type { Keys } from '#lib/server/seal.server.ts';
import { backup } from '../scripts/lofte/backup.ts';
import { restoreCheck } from '../scripts/lofte/restore.ts';
import { decrypt, encrypt, VaultError } from '../scripts/lofte/vault.ts';
import { databasePerTest } from './database.ts';
import { dumpOf, everything, leaderAddress } from './everything.ts';
import { lofte } from './operator.ts';
import { worldOn, type World } from './world.ts';

// Every restore migrates a database from nothing.
vi.setConfig({ testTimeout: 120_000 });
const database = databasePerTest();
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lofte-backup-test-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));
const key = () => new Uint8Array(randomBytes(32));
const fileOf = () => path.join(folder, `${randomBytes(4).toString('hex')}.backup`);

let world: World;
let said: string[];
const say = (line: string) => void said.push(line);
beforeEach(() => {
	world = worldOn(database.db);
	said = [];
});
const at = (keys: Keys = world.keys) => ({ url: database.url, keys, now: world.now });

/** The databases that a check would leave behind. */
async function checkDatabases(): Promise<string[]> {
	const rows = await world.db.execute<{ name: string }>(
		sql`select datname as name from pg_database where datname like 'lofte_check_%'`
	);
	return rows.map(({ name }) => name);
}

async function emptyDatabase(): Promise<string> {
	const url = new URL(inject('postgres'));
	const admin = postgres(url.href, { max: 1, onnotice: () => {} });
	const name = `r_${randomBytes(6).toString('hex')}`;
	await admin.unsafe(`create database ${name}`);
	await admin.end();
	url.pathname = `/${name}`;
	return url.href;
}

test('the whole database comes back row for row, from the command line, and is dropped again', async () => {
	await everything(world, database.url, []);
	await world.db.execute(
		sql`update person set name = E'tab\t new\nline \\ ''quote'' \\N æøå 🌱' where email = ${leaderAddress}`
	);
	for (let n = 0; n < 20; n += 1) await audit(world.system(), { action: 'test', detail: { n } });
	const operator = { url: database.url, keys: world.keys };
	const file = fileOf();
	const made = await lofte(['backup', file], operator).ended;
	expect(made).toMatchObject({ code: 0, err: '' });
	expect(made.out).toMatch(/^\d+ tables, \d+ rows, \d+ bytes/);
	expect(made.out).toContain('0 open surveys and 1 pairing keys. Delete it by');
	expect(fs.statSync(file).mode & 0o777).toBe(0o600);
	expect(fs.readdirSync(folder)).toEqual([path.basename(file)]);
	const bytes = fs.readFileSync(file);
	for (const word of [leaderAddress, 'person', 'Ingrid']) expect(bytes.includes(word)).toBe(false);

	const checked = await lofte(['restore-check', file], operator).ended;
	expect(checked).toMatchObject({ code: 0, err: '' });
	expect(checked.out).toContain(
		'It was restored: every row is there, every promise holds, the audit is unbroken.'
	);
	expect(await checkDatabases()).toEqual([]);

	// A second backup does not overwrite the first.
	const again = await lofte(['backup', file], operator).ended;
	expect(again.code).toBe(1);
	expect(again.out).toContain('is there already');
	expect(fs.readFileSync(file).equals(bytes)).toBe(true);

	// The real thing: into an empty database, row for row, guards and all.
	const into = await emptyDatabase();
	expect(await restoreCheck(file, { ...at(), into }, say)).toBe(0);
	const pool = openDatabase(into, { max: 2 });
	const restored = worldOn(pool.db, world.now.toISOString(), world.keys);
	expect((await dumpOf(restored)).sort()).toEqual((await dumpOf(world)).sort());
	await expect(pool.db.execute(sql`update payment set amount_minor = 1`)).rejects.toThrow();
	await expect(pool.db.execute(sql`update submission set body = 'y'`)).rejects.toThrow();
	await audit(restored.system(), { action: 'goes-on' });
	expect(await pool.db.execute(sql`select * from invariant_violations`)).toEqual([]);
	await pool.close();
	said = [];
	expect(await restoreCheck(file, { ...at(), into }, say)).toBe(1);
	expect(said).toEqual(['The database that it should go into is not empty.']);
});

test('tables of many megabytes go out and come back at the speed of the slower side', async () => {
	const { enrollmentId } = await everything(world, database.url, []);
	const rows = 40_000;
	await world.db
		.execute(sql`insert into known_event (enrollment_id, day, kind, size, note, created_at)
		select ${enrollmentId}, '2027-02-01', 'other', 'minor', repeat(md5(n::text), n % 40), now() from generate_series(1, ${rows}) n`);
	await world.db
		.execute(sql`insert into touchpoint (enrollment_id, kind, day, note_enc, request_key, created_at)
		select ${enrollmentId}, 'coaching', '2027-02-01', decode(repeat(md5(n::text), 30), 'hex'), gen_random_uuid(), now() from generate_series(1, 9973) n`);
	// One that ends in a row wider than what the driver holds back.
	await world.db.execute(sql`update lesson set html = repeat(md5('x'), 20000)`);
	const sum = (db: typeof world.db) =>
		db.execute(
			sql`select count(*)::int as n, md5(string_agg(id::text || note, '' order by id)) as of from known_event`
		);
	const file = fileOf();
	expect(await backup(file, at(), say)).toBe(0);
	const into = await emptyDatabase();
	expect(await restoreCheck(file, { ...at(), into }, say)).toBe(0);
	const pool = openDatabase(into, { max: 1 });
	expect(await sum(pool.db)).toEqual(await sum(world.db));
	await pool.close();
});

test('what is written meanwhile is in it whole or not at all', async () => {
	// The third table waits for a lock that a payment holds; what that one commits comes too late.
	await everything(world, database.url, []);
	const writer = openDatabase(database.url, { max: 1 });
	let release = () => {};
	const writing = writer.sql.begin(async (tx) => {
		await tx`lock table touchpoint_seller in access exclusive mode`;
		await new Promise<void>((resolve) => (release = resolve));
		await tx`delete from touchpoint_seller`;
		await tx`delete from lesson_read`;
	});
	const file = fileOf();
	const making = backup(file, at(), say);
	const waiting = () =>
		world.db.execute(
			sql`select 1 from pg_locks where not granted and relation = 'touchpoint_seller'::regclass`
		);
	await expect.poll(async () => (await waiting()).length, { timeout: 20_000 }).toBe(1);
	release();
	await writing;
	expect(await making).toBe(0);
	expect(await world.db.execute(sql`select 1 from lesson_read`)).toEqual([]);
	const into = await emptyDatabase();
	expect(await restoreCheck(file, { ...at(), into }, say)).toBe(0);
	const pool = openDatabase(into, { max: 1 });
	expect(await pool.db.execute(sql`select 1 from lesson_read`)).toHaveLength(1);
	expect(await pool.db.execute(sql`select 1 from touchpoint_seller`)).toHaveLength(1);
	await Promise.all([pool.close(), writer.close()]);
});

test('a wrong key, a cut file, a flipped byte, another file: a sentence each, and nothing is made', async () => {
	await everything(world, database.url, []);
	const file = fileOf();
	await backup(file, at(), say);
	const whole = fs.readFileSync(file);
	const check = async (bytes: Buffer, keys?: Keys) => {
		said = [];
		const other = fileOf();
		fs.writeFileSync(other, bytes);
		expect(await restoreCheck(other, at(keys), say)).toBe(1);
		expect(await checkDatabases()).toEqual([]);
		expect(said).toHaveLength(1);
		return said[0];
	};
	expect(await check(whole, { current: key() })).toMatch(/other APP_KEYS/);
	expect(await check(whole.subarray(0, whole.length - 1))).toMatch(
		/not what was written|does not open/
	);
	expect(await check(whole.subarray(0, 20))).toMatch(/cut off/);
	expect(await check(Buffer.from('hello'))).toBe('The file is not a backup of Løfte.');
	for (const place of [16, 50, Math.floor(whole.length / 2), whole.length - 1]) {
		const bent = Buffer.from(whole);
		bent[place]! ^= 1;
		await check(bent);
	}
	said = [];
	expect(await restoreCheck(path.join(folder, 'nowhere'), at(), say)).toBe(1);
	expect(said[0]).toMatch(/^There is no file/);
	// The control: untouched it opens, and under the previous key too.
	expect(await restoreCheck(file, at({ current: key(), previous: world.keys.current }), say)).toBe(
		0
	);
});

test('a long stream: every chunk is held to its place', async () => {
	const keys = { current: key() };
	const plain = randomBytes(1_000_000);
	async function* feed(bytes: Buffer, step: number) {
		for (let start = 0; start < bytes.length; start += step)
			yield bytes.subarray(start, start + step);
	}
	const all = async (parts: AsyncIterable<Uint8Array>) => {
		const list: Uint8Array[] = [];
		for await (const part of parts) list.push(part);
		return Buffer.concat(list);
	};
	const sealed = await all(encrypt(keys, feed(plain, 7777)));
	for (const step of [1000, 262_160, 2_000_000])
		expect((await all(decrypt(keys, feed(sealed, step)))).equals(plain)).toBe(true);
	const [head, chunk] = [47, 256 * 1024 + 16];
	const part = (n: number) => sealed.subarray(head + n * chunk, head + (n + 1) * chunk);
	const start = sealed.subarray(0, head);
	const refused = (bytes: Buffer) =>
		expect(all(decrypt(keys, feed(bytes, 100_000)))).rejects.toThrow(VaultError);
	await refused(Buffer.concat([start, part(1), part(0), part(2), part(3)]));
	await refused(Buffer.concat([start, part(0), part(2), part(3)]));
	// Cut exactly between two chunks: only the mark of the last one tells.
	await expect(
		all(decrypt(keys, feed(Buffer.concat([start, part(0), part(1)]), 100_000)))
	).rejects.toThrow(/cut off/);
	await refused(Buffer.concat([sealed, part(0)]));
	expect((await all(encrypt(keys, feed(Buffer.alloc(0), 1)))).length).toBe(head + 16);
});

test('a role that may not create databases is no obstacle: an embedded server takes it', async () => {
	await everything(world, database.url, []);
	const file = fileOf();
	await backup(file, at(), say);
	const role = `plain_${randomBytes(4).toString('hex')}`;
	await world.db.execute(sql.raw(`create role ${role} login password 'p'`));
	const url = new URL(database.url);
	[url.username, url.password] = [role, 'p'];
	said = [];
	expect(await restoreCheck(file, { url: url.href, keys: world.keys }, say)).toBe(0);
	expect(said[0]).toMatch(/on an embedded one/);
	expect(said.at(-1)).toMatch(/every row is there/);
	expect(await checkDatabases()).toEqual([]);
});

test('a check that is interrupted leaves no copy behind', async () => {
	await everything(world, database.url, []);
	const file = fileOf();
	expect(await backup(file, at(), say)).toBe(0);
	const { child, ended } = lofte(['restore-check', file], { url: database.url, keys: world.keys });
	// The worst moment: the server is making the copy, and the program does not have it yet.
	const begun = async () => {
		const making = await world.db.execute(sql`select 1 from pg_stat_activity
			where state = 'active' and query like 'create database lofte_check_%'`);
		return making.length > 0 || (await checkDatabases()).length > 0;
	};
	await expect.poll(begun, { timeout: 30_000, interval: 5 }).toBe(true);
	child.kill('SIGINT');
	const { code, out } = await ended;
	expect(out).toContain('Stopping: the copy is dropped.');
	expect(code).toBe(1);
	expect(await checkDatabases()).toEqual([]);
});

test('promises are judged at the moment of the backup, and a broken one is told', async () => {
	await everything(world, database.url, []);
	const pg = postgres(database.url, { max: 1 });
	const mail = (
		due: string
	) => pg`insert into email_outbox (dedupe_key, category, priority, recipient_hash, next_try_at, created_at)
		values (${due}, 'notice', 2, '', ${due}, ${due})`;
	await mail('2026-01-10T09:00:00Z');
	const early = fileOf();
	await backup(early, { ...at(), now: new Date('2026-01-10T09:10:00Z') }, say);
	// It is long past now, and was not then.
	expect(await restoreCheck(early, at(), say)).toBe(0);
	const late = fileOf();
	await backup(late, { ...at(), now: new Date('2026-01-10T11:10:00Z') }, say);
	said = [];
	expect(await restoreCheck(late, at(), say)).toBe(1);
	expect(said[0]).toMatch(/^mail-not-sent-for-an-hour/);
	// Somebody with the owner's rights bent the audit: the copy tells it too.
	await pg`delete from email_outbox`;
	await audit(world.system(), { action: 'one' });
	await audit(world.system(), { action: 'two' });
	await pg`alter table audit_log disable trigger user`;
	await pg`update audit_log set action = 'forged' where action = 'one'`;
	await pg.end();
	const bent = fileOf();
	await backup(bent, at(), say);
	said = [];
	expect(await restoreCheck(bent, at(), say)).toBe(1);
	expect(said.join('\n')).toMatch(/^audit-broken-chain/);
});

test('a backup from before the last five migrations is restored, and brought up to date', async () => {
	await everything(world, database.url, []);
	const pg = postgres(database.url, { max: 1, onnotice: () => {} });
	// The database as it was before second steps, confirmed teams, leave, stamps and passkeys.
	await pg`drop table passkey_challenge, passkey`;
	await pg`drop function leader_sees_change, everybody_sees_change cascade`;
	await pg`drop table page_stamp`;
	await pg`drop table absence`;
	await pg`alter table team_policy drop column confirmed, drop column opens_by_itself`;
	await pg`drop table recovery_code, second_factor`;
	await pg`alter table login drop column second_at`;
	await pg`delete from drizzle.__drizzle_migrations where id in
		(select id from drizzle.__drizzle_migrations order by created_at desc limit 5)`;
	const file = fileOf();
	expect(await backup(file, at(), say)).toBe(0);
	expect(await restoreCheck(file, at(), say)).toBe(0);
	// One that was made by a version that we do not know is refused.
	await pg`insert into drizzle.__drizzle_migrations (hash, created_at) values ('of tomorrow', 9999999999999)`;
	await pg.end();
	const later = fileOf();
	await backup(later, at(), say);
	said = [];
	expect(await restoreCheck(later, at(), say)).toBe(1);
	expect(said).toEqual([
		'The backup was made by a version of the product that this one does not know: check it with that one.'
	]);
	expect(await checkDatabases()).toEqual([]);
});
