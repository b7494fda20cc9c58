/** `restore-check <file>`: proves that a backup can be restored, by restoring it. */
import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import postgres from 'postgres';
import type { Keys } from '#lib/server/seal.server.ts';
import { migrateDatabase } from '../migrate.ts';
import { startPostgres } from '../postgres.ts';
import { root } from '../stack.ts';
import type { Head } from './backup.ts';
import { plainSession } from './tables.ts';
import { decrypt, VaultError } from './vault.ts';

type Say = (text: string) => void;
const migrationsFolder = path.join(root, 'drizzle');
const open = (url: string) =>
	postgres(url, { max: 1, onnotice: () => {}, connect_timeout: 5, connection: plainSession });

/**
 * Restores a backup into a database of its own, asks there everything that the product promises of
 * itself, as of the moment of the backup, and drops it again.
 *
 * The database is made on the configured server when its role may do that, else on an embedded
 * PostgreSQL. Tables come from our own migrations, up to the one that the backup was made at; rows
 * go in under every foreign key; later migrations follow. Nothing is loaded before the whole file is
 * proven to be what was written.
 *
 * @param into the address of an empty database that is filled and kept: a real restore
 * @returns 0 when everything that was written is there and every promise holds, else 1, with what is wrong
 */
export async function restoreCheck(
	file: string,
	{ url, keys, into }: { url: string; keys: Keys; into?: string },
	say: Say
): Promise<number> {
	try {
		await prove(file, keys);
		if (into) return await restoreInto(into, { file, keys }, say);
		// A copy of everything must not stay behind when somebody loses patience, not even one that is
		// only being made: the interrupt is heard from here on, and waits for what it has to drop.
		const making = freshDatabase(url, say);
		let stopping = false;
		const interrupted = () => {
			stopping = true;
			say('Stopping: the copy is dropped.');
			const end = () => process.exit(1);
			making.then((place) => place.drop()).then(end, end);
		};
		process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
		try {
			const place = await making;
			try {
				return stopping ? 1 : await restoreInto(place.url, { file, keys }, say);
			} finally {
				await place.drop();
			}
		} finally {
			process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
		}
	} catch (error) {
		if (!(error instanceof VaultError)) throw error;
		say(error.message);
		return 1;
	}
}

/** Reads the whole file once. @throws VaultError when any byte of it is not what was written */
async function prove(file: string, keys: Keys): Promise<void> {
	const found = await fs.stat(file).catch(() => null);
	if (!found?.isFile()) throw new VaultError(`There is no file ${file}.`);
	await pipeline(
		createReadStream(file),
		(source: AsyncIterable<Uint8Array>) => decrypt(keys, source),
		async (source: AsyncIterable<Uint8Array>) => {
			for await (const _ of source);
		}
	);
}

/** A database that is ours alone, and what drops it; asked twice, it is dropped once. */
type Place = { url: string; drop: () => Promise<void> };

async function freshDatabase(url: string, say: Say): Promise<Place> {
	const name = `lofte_check_${randomBytes(6).toString('hex')}`;
	const here = await mayCreate(url);
	let server: Awaited<ReturnType<typeof startPostgres>> | null = null;
	if (!here) {
		say('Not on the configured server, where no database can be made: on an embedded one.');
		const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'lofte-check-'));
		await fs.chmod(folder, 0o755);
		server = await startPostgres(path.join(folder, 'postgres')).catch(async (error: unknown) => {
			await fs.rm(folder, { recursive: true, force: true });
			throw new VaultError(
				`The embedded PostgreSQL did not start either (${(error as Error).message.split('\n')[0]}). Name an empty database with --into.`
			);
		});
	}
	const admin = server?.url ?? url;
	const run = async (statement: string) => {
		const sql = open(admin);
		try {
			await sql.unsafe(statement);
		} finally {
			await sql.end({ timeout: 5 });
		}
	};
	await run(`create database ${name}`);
	const own = new URL(admin);
	own.pathname = `/${name}`;
	const drop = async () => {
		await run(`drop database if exists ${name} with (force)`);
		if (!server) return;
		server.stop();
		await fs.rm(path.dirname(server.home), { recursive: true, force: true });
	};
	let dropped: Promise<void> | null = null;
	return { url: own.href, drop: () => (dropped ??= drop()) };
}

async function mayCreate(url: string): Promise<boolean> {
	const sql = open(url);
	try {
		const [role] = await sql<{ may: boolean }[]>`
			select rolcreatedb or rolsuper as may from pg_roles where rolname = current_user`;
		return role?.may ?? false;
	} catch {
		// On the day that a backup is needed the server may be gone.
		return false;
	} finally {
		await sql.end({ timeout: 5 });
	}
}

async function restoreInto(
	url: string,
	{ file, keys }: { file: string; keys: Keys },
	say: Say
): Promise<number> {
	const sql = open(url);
	try {
		const [full] = await sql`select 1 from pg_class
			where relnamespace = 'public'::regnamespace and relkind = 'r' limit 1`;
		if (full) throw new VaultError('The database that it should go into is not empty.');
		let head: Head | null = null;
		let upToDate = false;
		await pipeline(
			createReadStream(file),
			(source: AsyncIterable<Uint8Array>) => decrypt(keys, source),
			createGunzip(),
			async (source: AsyncIterable<Uint8Array>) => {
				const frames = framesOf(source);
				head = JSON.parse((await frames.next()).value!.toString()) as Head;
				upToDate = await migrateTo(url, head.migrations);
				await sql.begin((tx) => fill(tx, head!, frames));
			}
		);
		const wrong = await compare(sql, head!);
		if (!upToDate) await migrateDatabase(url);
		wrong.push(...(await brokenPromises(sql, head!)));
		const { takenAt, tables, audit } = head as unknown as Head;
		const rows = tables.reduce((sum, table) => sum + table.rows, 0);
		for (const line of wrong) say(line);
		say(
			`Backup of ${takenAt}: ${tables.length} tables, ${rows} rows, ${audit.seq} entries of the audit, head ${audit.h}.`
		);
		say(
			wrong.length === 0
				? 'It was restored: every row is there, every promise holds, the audit is unbroken.'
				: `${wrong.length} wrong.`
		);
		return wrong.length === 0 ? 0 : 1;
	} finally {
		await sql.end({ timeout: 5 });
	}
}

/** The frames of a backup: the head first, then the rows of each table, an empty one after each. */
async function* framesOf(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
	let held = Buffer.alloc(0);
	for await (const part of source) {
		held = held.length === 0 ? Buffer.from(part) : Buffer.concat([held, part]);
		let at = 0;
		while (held.length - at >= 4) {
			const end = at + 4 + held.readUInt32BE(at);
			if (held.length < end) break;
			yield held.subarray(at + 4, end);
			at = end;
		}
		held = held.subarray(at);
	}
}

/** Makes the tables as they were at the backup's last migration. @returns whether that is the last one there is */
async function migrateTo(url: string, made: readonly string[]): Promise<boolean> {
	const ours = readMigrationFiles({ migrationsFolder }).map(({ hash }) => hash);
	if (made.some((hash, index) => ours[index] !== hash))
		throw new VaultError(
			'The backup was made by a version of the product that this one does not know: check it with that one.'
		);
	if (made.length === ours.length) {
		await migrateDatabase(url);
		return true;
	}
	const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'lofte-migrations-'));
	const sql = open(url);
	try {
		await fs.cp(migrationsFolder, folder, { recursive: true });
		const journal = path.join(folder, 'meta/_journal.json');
		const all = JSON.parse(await fs.readFile(journal, 'utf8')) as { entries: unknown[] };
		const then = { ...all, entries: all.entries.slice(0, made.length) };
		await fs.writeFile(journal, JSON.stringify(then));
		await migrate(drizzle(sql), { migrationsFolder: folder });
		return false;
	} finally {
		await sql.end({ timeout: 5 });
		await fs.rm(folder, { recursive: true, force: true });
	}
}

/** Puts all rows in. Triggers say what may happen, not what may be there: they are off meanwhile. */
async function fill(
	tx: postgres.TransactionSql,
	{ tables, sequences }: Head,
	frames: AsyncGenerator<Buffer>
): Promise<void> {
	for (const { name } of tables) {
		await tx`alter table ${tx(name)} disable trigger user`;
		// Migrations put rows of their own in; the backup has them as they were since.
		await tx`delete from ${tx(name)}`;
	}
	for (const { name, columns } of tables) {
		const into = await tx`copy ${tx(name)} (${tx(columns)}) from stdin`.writable();
		await pipeline(Readable.from(rowsOf(frames)), into);
	}
	for (const { name, last } of sequences)
		if (last !== null) await tx`select setval(${name}::regclass, ${last}::bigint)`;
	for (const { name } of tables) await tx`alter table ${tx(name)} enable trigger user`;
}

async function* rowsOf(frames: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
	for (let next = await frames.next(); !next.done; next = await frames.next()) {
		if (next.value.length === 0) return;
		yield next.value;
	}
}

async function compare(sql: postgres.Sql, { tables, audit }: Head): Promise<string[]> {
	const wrong: string[] = [];
	for (const { name, rows } of tables) {
		const [found] = await sql<{ n: number }[]>`select count(*)::int as n from ${sql(name)}`;
		if (found!.n !== rows) wrong.push(`${name}: ${rows} rows were written, ${found!.n} are there`);
	}
	const [head] = await sql<Head['audit'][]>`
		select seq::int as seq, encode(h, 'hex') as h from audit_head`;
	if (head?.seq !== audit.seq || head.h !== audit.h) wrong.push('audit: its head is another one');
	return wrong;
}

/** What the view of broken promises says, with the clock at the moment of the backup: later it would only say that time has passed. */
async function brokenPromises(sql: postgres.Sql, { takenAt }: Head): Promise<string[]> {
	const [view] = await sql<{ text: string }[]>`
		select pg_get_viewdef('invariant_violations'::regclass) as text`;
	const then = view!.text.replaceAll('now()', `'${new Date(takenAt).toISOString()}'::timestamptz`);
	const rows = await sql.unsafe<{ rule: string; subject: string }[]>(
		`select rule, subject from (${then.replace(/;\s*$/, '')}) v order by 1, 2 limit 100`
	);
	return rows.map(({ rule, subject }) => `${rule}  ${subject}`);
}
