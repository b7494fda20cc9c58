/** What is sealed under the previous key is sealed anew, whatever happens meanwhile. */
import { randomBytes, randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { beforeEach, expect, test } from 'vitest';
import { openDatabase } from '#lib/server/database.server.ts';
import {
	addressHashes,
	hashAddress,
	seal,
	unsealText,
	type Keys
} from '#lib/server/seal.server.ts';
import { rotateKeys, sealedColumns } from '../scripts/lofte/rotate.ts';
import { databasePerTest } from './database.ts';
import { enrolled } from './enrolled.ts';
import { lofte } from './operator.ts';
import { worldOn, type World } from './world.ts';

const database = databasePerTest();
const key = () => new Uint8Array(randomBytes(32));
let old: Keys;
let both: Keys;
let onlyNew: Keys;
let world: World;
let said: string[];
const say = (line: string) => void said.push(line);
const rotate = (keys = both) => rotateKeys({ ...world.system(), keys }, say);

beforeEach(() => {
	old = { current: key() };
	both = { current: key(), previous: old.current };
	onlyNew = { current: both.current };
	world = worldOn(database.db, '2027-01-04T09:00:00Z', old);
	said = [];
});

const login = 'ab'.repeat(32);

/** One row of each kind, sealed under the old key. */
async function everyKind() {
	const { db } = world;
	const team = await enrolled(world);
	const leader = team.leader.who.personId;
	const coach = team.coach.who.personId;
	const sealed = (purpose: string) => Buffer.from(seal(old, purpose, `words of ${purpose}`));
	await db.execute(sql`insert into email_outbox (dedupe_key, category, priority, recipient_hash, request_enc, next_try_at, created_at)
		values ('x', 'notice', 2, ${Buffer.from(hashAddress(old, 'seller1@team.example'))}, ${sealed('mail')}, now(), now())`);
	await db.execute(sql`insert into login (id, person_id, expires_at, absolute_until, created_at)
		values (${login}, ${leader}, now() + interval '1 day', now() + interval '1 day', now())`);
	await db.execute(sql`insert into second_factor (person_id, secret_enc, confirmed_at, created_at) values
		(${coach}, ${sealed('second-step')}, now(), now()), (${leader}, ${sealed(`second-step/${login}`)}, null, now())`);
	await db.execute(sql`update provider_call set request = jsonb_set(request, '{token}',
		to_jsonb(${sealed('offer-link').toString('base64url')}::text))`);
	const session = randomUUID();
	await db.execute(sql`insert into session (id, enrollment_id, coach_id, starts_at, time_zone, minutes, created_at)
		values (${session}, ${team.enrollmentId}, ${coach}, now(), 'Europe/Oslo', 60, now())`);
	await db.execute(sql`insert into session_note (session_id, author_id, visibility, body_enc, saved_at)
		values (${session}, ${coach}, 'own', ${sealed('note')}, now())`);
	await db.execute(sql`insert into touchpoint (enrollment_id, kind, day, note_enc, request_key, created_at)
		values (${team.enrollmentId}, 'coaching', '2027-01-12', ${sealed('note')}, gen_random_uuid(), now())`);
	await db.execute(sql`insert into import_batch (enrollment_id, file_name, sha256, file_enc, uploaded_by, created_at)
		values (${team.enrollmentId}, 'f', 'f', ${sealed('file')}, ${leader}, now())`);
	await db.execute(sql`insert into team_policy (enrollment_id, frozen_at, pairing_key_enc)
		values (${team.enrollmentId}, now(), ${sealed('pairing-key')})`);
	await db.execute(sql`insert into wave (enrollment_id, index, min_group, opens_at, closes_at, public_key, private_key_enc)
		values (${team.enrollmentId}, 0, 5, now(), now() + interval '3 days', '', ${sealed('wave-key')})`);
	await db.execute(sql`with m as (insert into module (program_id, week, slug, title, aim) values (${team.programId}, 1, 'm', '', '') returning id),
		a as (insert into assignment (module_id, title, brief, evidence, template, minutes) select id, '', '', '{}', '', 10 from m returning id),
		s as (insert into submission (enrollment_id, assignment_id, attempt, body, saved_at, created_at)
			select ${team.enrollmentId}, id, 1, '', now(), now() from a returning id)
		insert into remark (submission_id, author_id, visibility, body_enc, created_at) select id, ${coach}, 'own', ${sealed('remark')}, now() from s`);
	return { leader, coach };
}

/** Every sealed value that opens with some keys: one line each. */
async function opened(keys: Keys): Promise<string[]> {
	const lines: string[] = [];
	for (const { table, column, inside, purpose } of sealedColumns) {
		const rows = await world.db.execute<{ v: Buffer | { token?: string } }>(
			sql.raw(`select ${column} as v from ${table} where ${column} is not null`)
		);
		for (const { v } of rows) {
			const sealed = inside
				? Buffer.from((v as { token?: string }).token ?? '', 'base64url')
				: (v as Buffer);
			for (const one of [purpose, `${purpose}/${login}`])
				try {
					lines.push(`${table}: ${unsealText(keys, one, sealed)}`);
				} catch {
					// Not for this purpose, or not under these keys.
				}
		}
	}
	return lines.sort();
}

test('every sealed column is known, and every other column of bytes is known not to be', async () => {
	const notSealed = {
		'audit_head.h': 'a hash',
		'audit_log.h': 'a hash',
		'audit_log.prev': 'a hash',
		'email_outbox.recipient_hash': 'a keyed hash, computed anew',
		'email_suppression.recipient_hash': 'a keyed hash, computed anew',
		'passkey.public_key': 'the public half of a key pair',
		'response.respondent_key': 'a pseudonym under the team’s own key',
		'sealed_box.sealed': 'under the wave’s own key',
		'wave.public_key': 'a public key'
	};
	const columns = await world.db.execute<{
		name: string;
	}>(sql`select table_name || '.' || column_name as name
		from information_schema.columns where table_schema = 'public' and udt_name = 'bytea'`);
	const bytes = sealedColumns.filter(({ inside }) => !inside);
	expect(columns.map(({ name }) => name).sort()).toEqual(
		[...bytes.map(({ table, column }) => `${table}.${column}`), ...Object.keys(notSealed)].sort()
	);
});

test('everything opens with the new key alone afterwards, and nothing did before', async () => {
	await everyKind();
	const before = await opened(old);
	expect(before.length).toBeGreaterThan(sealedColumns.length);
	expect(await opened(onlyNew)).toEqual([]);
	expect(await rotate()).toBe(0);
	expect(said).toContain('second steps: 2 sealed anew, 0 were already');
	expect(said.at(-1)).toBe('None is left under another key.');
	expect(await opened(onlyNew)).toEqual(before);
	expect(await opened(old)).toEqual([]);
	// The second run finds nothing to do.
	said = [];
	expect(await rotate()).toBe(0);
	expect(said.filter((line) => /: [1-9]\d* sealed anew/.test(line))).toEqual([]);
	expect(await opened(onlyNew)).toEqual(before);
	const entries = await world.db.execute(
		sql`select detail from audit_log where action = 'keys-rotated'`
	);
	expect(entries).toHaveLength(1);
});

test('killed in the middle it loses nothing, and the next run goes on', async () => {
	const { db } = world;
	const team = await enrolled(world);
	const rows = 50;
	for (let n = 0; n < rows; n += 1)
		await db.execute(sql`insert into touchpoint (enrollment_id, kind, day, note_enc, request_key, created_at)
			values (${team.enrollmentId}, 'coaching', '2027-01-12', ${Buffer.from(seal(old, 'note', `note ${n}`))}, gen_random_uuid(), now())`);
	// It stops at the thirtieth value, in the middle of the second batch, for a lock that the test holds.
	await db.execute(
		sql.raw(`create sequence written; create function waits() returns trigger language plpgsql as $$
		begin
			if nextval('written') = 30 then perform pg_advisory_xact_lock(30); end if;
			return new;
		end $$;
		create trigger waits before update on touchpoint for each row execute function waits()`)
	);
	const holder = openDatabase(database.url, { max: 1 });
	await holder.sql`select pg_advisory_lock(30)`;
	const rotating = lofte(['rotate-keys'], { url: database.url, keys: both });
	const waiting = () =>
		db.execute(sql`select 1 from pg_locks where locktype = 'advisory' and not granted
			and database = (select oid from pg_database where datname = current_database())`);
	await expect.poll(async () => (await waiting()).length, { timeout: 20_000 }).toBe(1);
	rotating.child.kill('SIGKILL');
	await rotating.ended;
	await holder.close();
	await expect.poll(async () => (await waiting()).length, { timeout: 20_000 }).toBe(0);
	await db.execute(sql.raw('drop trigger waits on touchpoint'));
	const under = async (keys: Keys) =>
		(await opened(keys)).filter((line) => line.startsWith('touch'));
	expect(await under(onlyNew)).toHaveLength(20);
	expect(await under(both)).toHaveLength(rows);
	const again = await lofte(['rotate-keys'], { url: database.url, keys: both }).ended;
	expect(again).toMatchObject({ code: 0, err: '' });
	expect(again.out).toContain('touchpoint notes: 30 sealed anew, 20 were already');
	expect(new Set(await under(onlyNew)).size).toBe(rows);
});

test('what opens under neither key is counted by kind, stays as it is, and the rest is moved', async () => {
	await everyKind();
	const stranger = Buffer.from(seal({ current: key() }, 'note', 'words that nobody reads'));
	await world.db.execute(sql`update session_note set body_enc = ${stranger}`);
	expect(await rotate()).toBe(1);
	expect(said).toContain('session notes: 1 open under neither key');
	expect(said).toContain('touchpoint notes: 1 sealed anew, 0 were already');
	expect(said.join('\n')).not.toContain('words');
	const [kept] = await world.db.execute<{ body: Buffer }>(
		sql`select body_enc as body from session_note`
	);
	expect(kept!.body.equals(stranger)).toBe(true);
	// Without the previous key nothing opens, and nothing is harmed.
	said = [];
	const alone = { current: key() };
	expect(await rotate(alone)).toBe(1);
	expect((await opened(both)).length).toBeGreaterThan(5);
});

test('an app key that nobody confirmed and whose login is gone is dropped; a confirmed one never is', async () => {
	const { coach } = await everyKind();
	await world.db.execute(sql`delete from login`);
	expect(await rotate()).toBe(0);
	expect(said).toContain('second steps: 1 sealed anew, 0 were already, 1 of no use dropped');
	const left = await world.db.execute(sql`select person_id as who from second_factor`);
	expect(left).toEqual([{ who: coach }]);
});

test('who said no to mail has said no, also when the old key is gone', async () => {
	await everyKind();
	const stop = (address: string) =>
		world.db.execute(sql`insert into email_suppression (recipient_hash, scope, reason, at)
			values (${Buffer.from(hashAddress(old, address))}, 'all', 'bounced', now())`);
	await stop('seller1@team.example');
	await stop('gone@elsewhere.example');
	expect(await rotate()).toBe(0);
	expect(said.join('\n')).toContain('1 addresses that want no mail are known by their hash alone');
	const found = async (address: string, keys: Keys) => {
		const hashes = addressHashes(keys, address).map((hash) => Buffer.from(hash).toString('hex'));
		const rows = await world.db.execute<{ h: string }>(
			sql`select encode(recipient_hash, 'hex') as h from email_suppression`
		);
		return rows.some(({ h }) => hashes.includes(h));
	};
	expect(await found('seller1@team.example', onlyNew)).toBe(true);
	expect(await found('gone@elsewhere.example', both)).toBe(true);
	expect(await found('gone@elsewhere.example', onlyNew)).toBe(false);
	const mail = await world.db.execute<{ h: Buffer }>(
		sql`select recipient_hash as h from email_outbox where dedupe_key = 'x'`
	);
	expect(mail[0]!.h.equals(Buffer.from(hashAddress(onlyNew, 'seller1@team.example')))).toBe(true);
});
