/** `backup <file>`: a copy of the whole database as it is at one moment, encrypted. */
import { createWriteStream } from 'node:fs';
import fs from 'node:fs/promises';
import process from 'node:process';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import postgres from 'postgres';
import type { Keys } from '#lib/server/seal.server.ts';
import { plainSession, tablesOf, type Table } from './tables.ts';
import { encrypt } from './vault.ts';

/** What stands at the front of a backup: what must be found in it again. */
export type Head = {
	takenAt: string;
	/** The hashes of the migrations that its tables come from, in their order. */
	migrations: string[];
	tables: (Table & { rows: number })[];
	sequences: { name: string; last: string | null }[];
	/** The end of the audit's chain. */
	audit: { seq: number; h: string };
	/** Surveys that are open in it, and teams whose pairing key is in it. */
	openWaves: number;
	pairingKeys: number;
};

/** The days after which a backup must be gone when it could tell who answered what. */
const mostDays = 30;

const framed = (bytes: Uint8Array): Buffer => {
	const length = Buffer.alloc(4);
	length.writeUInt32BE(bytes.length);
	return Buffer.concat([length, bytes]);
};

/**
 * Writes a backup, all of it as of one moment (`repeatable read`), while the product runs on. The
 * file appears under its name only when it is whole and on the disk.
 *
 * The copy is made of `COPY`, table by table, and goes back into tables that our own migrations
 * make: the programs of PostgreSQL that could do it must be of the server's own version, and the
 * embedded one comes without them. Two schemas are not in it. `drizzle` (which migrations ran) is in
 * its head. `graphile_worker` (jobs) need not be: a job only says "look at this row", and the worker
 * looks at all of them every few minutes; what is lost is the planned reminder of an open survey.
 *
 * What an operator has to do: a backup of an open survey holds its sealed answers and, under
 * APP_KEYS, what opens them; one with a pairing key can tell whose closed answers are whose, also
 * after the product has destroyed that key. Both must be deleted within 30 days; the last line says
 * by when. It is encrypted under the current key of APP_KEYS: keep the keys elsewhere, and an old key
 * as long as a backup of its time. After a real restore, erase again whom the audit says was erased since.
 *
 * @returns 0; 1 when the file is there already or cannot be written
 */
export async function backup(
	file: string,
	{ url, keys, now }: { url: string; keys: Keys; now: Date },
	say: (text: string) => void
): Promise<number> {
	const there = await fs.stat(file).catch(() => null);
	if (there) {
		say(`${file} is there already, and a backup is never overwritten: name another file.`);
		return 1;
	}
	const part = `${file}.${process.pid}.part`;
	const sql = postgres(url, {
		max: 1,
		onnotice: () => {},
		connection: plainSession
	});
	// What stopped the writing: the driver, whose copy is cut off then, only says that it was.
	let stopped: unknown;
	try {
		const head = await sql.begin('isolation level repeatable read read only', async (tx) => {
			const found = await headOf(tx, now);
			try {
				await pipeline(
					contents(tx, found),
					createGzip(),
					(source: AsyncIterable<Uint8Array>) => encrypt(keys, source),
					createWriteStream(part, { flags: 'wx', mode: 0o600, flush: true })
				);
			} catch (error) {
				stopped = error;
				void sql.end({ timeout: 0 });
				throw error;
			}
			return found;
		});
		await fs.rename(part, file);
		const rows = head.tables.reduce((sum, table) => sum + table.rows, 0);
		const { size } = await fs.stat(file);
		say(`${head.tables.length} tables, ${rows} rows, ${size} bytes in ${file}.`);
		const { openWaves, pairingKeys } = head;
		if (openWaves + pairingKeys > 0) {
			const until = new Date(now.getTime() + mostDays * 86_400_000).toISOString().slice(0, 10);
			say(
				`In it: ${openWaves} open surveys and ${pairingKeys} pairing keys. Delete it by ${until}: confidential answers can be told apart with it.`
			);
		}
		return 0;
	} catch (failure) {
		const error = stopped ?? failure;
		const { code } = error as NodeJS.ErrnoException;
		if (
			!['ENOENT', 'EACCES', 'ENOSPC', 'EEXIST', 'EROFS', 'EISDIR', 'ENOTDIR'].includes(code ?? '')
		)
			throw error;
		say(`The backup was not written (${code}): ${file} is as it was before.`);
		return 1;
	} finally {
		await fs.rm(part, { force: true }).catch(() => {});
		await sql.end({ timeout: 5 });
	}
}

async function headOf(tx: postgres.TransactionSql, now: Date): Promise<Head> {
	const tables: Head['tables'] = [];
	for (const table of await tablesOf(tx)) {
		const [count] = await tx`select count(*)::int as n from ${tx(table.name)}`;
		tables.push({ ...table, rows: count!.n as number });
	}
	const migrations = await tx<{ hash: string }[]>`
		select hash from drizzle.__drizzle_migrations order by created_at, id`;
	const sequences = await tx<Head['sequences']>`
		select sequencename as name, last_value::text as last from pg_sequences where schemaname = 'public'`;
	const [audit] = await tx<Head['audit'][]>`
		select seq::int as seq, encode(h, 'hex') as h from audit_head`;
	const [short] = await tx<{ waves: number; keys: number }[]>`select
		(select count(*)::int from wave where status = 'open') as waves,
		(select count(*)::int from team_policy where pairing_key_enc is not null) as keys`;
	return {
		takenAt: now.toISOString(),
		migrations: migrations.map(({ hash }) => hash),
		tables,
		sequences: [...sequences],
		audit: audit!,
		openWaves: short!.waves,
		pairingKeys: short!.keys
	};
}

/** The head, then every table in the head's order; an empty frame ends a table. */
async function* contents(tx: postgres.TransactionSql, head: Head): AsyncGenerator<Buffer> {
	yield framed(Buffer.from(JSON.stringify(head)));
	for (const { name, columns } of head.tables) {
		const rows = await tx`copy ${tx(name)} (${tx(columns)}) to stdout`.readable();
		for await (const bytes of rows) yield framed(bytes as Buffer);
		// The driver stops reading from its socket while this stream is full, and forgets to go on when
		// the last rows came at such a moment: the end of the statement would be waited for in vain.
		rows._read(0);
		yield framed(Buffer.alloc(0));
	}
}
