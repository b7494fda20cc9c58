/** Moves what lies under the previous application key to the current one. */
import { sql, type SQL } from 'drizzle-orm';
import { inTransaction, type Context } from './context.server.ts';
import { hashAddress, hashAddressBefore, sealAnew } from './seal.server.ts';

/** A column whose values are sealed, in the names of the database. */
export type SealedColumn = {
	kind: string;
	table: string;
	/** The column of the primary key, a uuid. */
	key: string;
	column: string;
	/** Where the column is jsonb: the field that holds the value as base64url. */
	inside?: string;
	purpose: string;
	/** A query for further purposes that a row may have been sealed for. */
	otherPurposes?: string;
	/** Which rows may be deleted when no key opens them, because nobody can use them any more. */
	worthless?: string;
};

export type Moved = {
	kind: string;
	/** Sealed anew under the current key. */
	moved: number;
	/** Under the current key already. */
	current: number;
	/** Deleted: of no use to anybody, and under no key. */
	dropped: number;
	/** Opened by neither key, and left as they are. */
	lost: number;
};

/** Files may be megabytes each: few at a time. */
const rowsAtOnce = 20;
const before = '00000000-0000-0000-0000-000000000000';

/**
 * Seals every value of a column anew that still lies under the previous key. Each batch is a
 * transaction that holds its rows: whoever changes one meanwhile waits or comes first, and a process
 * that is killed leaves every row under one key or the other, both of which open. Running it again
 * goes on where it ended.
 */
export async function moveColumn(ctx: Context, of: SealedColumn): Promise<Moved> {
	const count: Moved = { kind: of.kind, moved: 0, current: 0, dropped: 0, lost: 0 };
	for (let last: string | null = before; last !== null;) {
		const after: string = last;
		last = await inTransaction(ctx, (tx) => moveBatch(tx, of, after, count));
	}
	return count;
}

/** How many values of a column do not open under the current key alone. */
export async function underAnotherKey(ctx: Context, of: SealedColumn): Promise<number> {
	let other = 0;
	for (let last: string | null = before; last !== null;) {
		const rows: Row[] = await rowsAfter(ctx, of, last);
		for (const { purposes, sealed } of rows)
			if (sealAnew({ current: ctx.keys.current }, purposes, sealed) === 'lost') other += 1;
		last = rows.length < rowsAtOnce ? null : rows.at(-1)!.id;
	}
	return other;
}

type Row = { id: string; sealed: Buffer; purposes: string[] };

const name = (text: string) => sql.identifier(text);

async function rowsAfter(
	{ db }: Context,
	of: SealedColumn,
	after: string,
	lock: SQL = sql``
): Promise<Row[]> {
	const value = of.inside ? sql`${name(of.column)} ->> ${of.inside}` : name(of.column);
	const rows = await db.execute<{ id: string; sealed: Buffer | string; purposes: string[] }>(
		sql`select ${name(of.key)} as id, ${value} as sealed,
			array[${of.purpose}::text] || array(${sql.raw(of.otherPurposes ?? 'select null::text where false')}) as purposes
		from ${name(of.table)} where ${value} is not null and ${name(of.key)} > ${after}::uuid
		order by ${name(of.key)} limit ${rowsAtOnce} ${lock}`
	);
	return rows.map(({ id, sealed, purposes }) => ({
		id,
		purposes,
		sealed: typeof sealed === 'string' ? Buffer.from(sealed, 'base64url') : sealed
	}));
}

async function moveBatch(
	tx: Context,
	of: SealedColumn,
	after: string,
	count: Moved
): Promise<string | null> {
	const rows = await rowsAfter(tx, of, after, sql`for update`);
	const mine = { moved: 0, current: 0, dropped: 0, lost: 0 };
	for (const { id, sealed, purposes } of rows) {
		const anew = sealAnew(tx.keys, purposes, sealed);
		if (anew === 'current') mine.current += 1;
		else if (anew !== 'lost') {
			await put(tx, of, id, Buffer.from(anew));
			mine.moved += 1;
		} else if (await drop(tx, of, id)) mine.dropped += 1;
		else mine.lost += 1;
	}
	for (const part of ['moved', 'current', 'dropped', 'lost'] as const) count[part] += mine[part];
	return rows.length < rowsAtOnce ? null : rows.at(-1)!.id;
}

const put = ({ db }: Context, of: SealedColumn, id: string, sealed: Buffer) =>
	db.execute(
		of.inside
			? sql`update ${name(of.table)} set ${name(of.column)} = jsonb_set(${name(of.column)},
				array[${of.inside}::text], to_jsonb(${sealed.toString('base64url')}::text)) where ${name(of.key)} = ${id}::uuid`
			: sql`update ${name(of.table)} set ${name(of.column)} = ${sealed} where ${name(of.key)} = ${id}::uuid`
	);

async function drop({ db }: Context, of: SealedColumn, id: string): Promise<boolean> {
	if (!of.worthless) return false;
	const gone = await db.execute(sql`delete from ${name(of.table)}
		where ${name(of.key)} = ${id}::uuid and ${sql.raw(of.worthless)} returning 1`);
	return gone.length > 0;
}

/**
 * Moves the hashes of addresses to the current key. A hash cannot be opened, so only those of an
 * address that is stored somewhere can be computed anew.
 *
 * @param addresses every address that is stored
 * @returns how many were moved, and how many "do not write to this address" belong to no stored
 * address: if they are of the previous key, they count only as long as that key stays in APP_KEYS
 */
export async function moveAddressHashes(
	ctx: Context,
	addresses: readonly string[]
): Promise<{ moved: number; unknown: number }> {
	const known = [...new Set(addresses.map((one) => one.trim().toLowerCase()))];
	const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
	const pairs = JSON.stringify(
		known.map((one) => ({
			old: hex(hashAddressBefore(ctx.keys, one) ?? new Uint8Array()),
			new: hex(hashAddress(ctx.keys, one))
		}))
	);
	const pair = sql`jsonb_to_recordset(${pairs}::text::jsonb) as p (old text, new text)`;
	return inTransaction(ctx, async ({ db }) => {
		const mails =
			await db.execute(sql`update email_outbox o set recipient_hash = decode(p.new, 'hex')
			from ${pair} where o.recipient_hash = decode(p.old, 'hex') and p.old <> '' returning 1`);
		const stopped = await db.execute(sql`with old as (
				delete from email_suppression s using ${pair}
				where s.recipient_hash = decode(p.old, 'hex') and p.old <> ''
				returning p.new, s.scope, s.reason, s.at)
			insert into email_suppression (recipient_hash, scope, reason, at)
			select decode(new, 'hex'), scope, reason, at from old
			on conflict do nothing returning 1`);
		const [rest] = await db.execute<{ n: number }>(sql`select count(*)::int as n
			from email_suppression s where not exists (
				select 1 from ${pair} where s.recipient_hash = decode(p.new, 'hex'))`);
		return { moved: mails.length + stopped.length, unknown: rest?.n ?? 0 };
	});
}
