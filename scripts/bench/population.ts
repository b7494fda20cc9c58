/**
 * Makes a few people many: the running cohort of the demo is copied row by row in SQL, with ids of
 * its own for every copy, through every table that hangs on a cohort. Which tables those are, and
 * which columns are ids, is read from the catalog, so that a new table takes part by itself.
 * Constraints and triggers stay on, but for what is only ever written before its wave has closed or
 * its review is given: the copies begin where those have ended.
 */
import type postgres from 'postgres';

type Sql = postgres.Sql | postgres.TransactionSql;
/** A column that refers to another table's `id`, or, being part of a longer key, to another of its columns. */
type Reference = { child: string; column: string; parent: string; toId: boolean; needed: boolean };

export type Copies = {
	/** The cohort that is copied, by its slug. */
	slug: string;
	/** Copies get the numbers from `first` to `last`, which are part of names and addresses. */
	first: number;
	last: number;
	/** How many days earlier the copies began; so that later weeks are open to them. */
	daysEarlier?: number;
};

/** What cannot be the same twice, or is to be found again. `s` is the row that is copied, `n` the copy's number. */
const written = (daysEarlier: number): Record<string, string> => ({
	'person.email': `'copy' || n || '.' || s.email`,
	'person.name': `s.name || ' ' || n`,
	'cohort.slug': `s.slug || '-copy-' || n`,
	'cohort.name': `s.name || ' copy ' || n`,
	'cohort.starts_on': `s.starts_on - ${daysEarlier}`,
	'enrollment.day_zero': `s.day_zero - ${daysEarlier}`,
	'offer.token_hash': `encode(sha256(convert_to(s.token_hash || n, 'UTF8')), 'hex')`,
	'checkout.stripe_session_id': `s.stripe_session_id || '_' || n`,
	'checkout.stripe_payment_intent': `s.stripe_payment_intent || '_' || n`,
	'payment.stripe_payment_intent': `s.stripe_payment_intent || '_' || n`,
	'refund.stripe_refund_id': `s.stripe_refund_id || '_' || n`,
	'invitation.token_hash': tokenHash(`bench_copy_id(s.id, n)`)
});

/** In the bench the token of an invitation's link is its id, so that a copy's link is known. */
const tokenHash = (id: string) =>
	`encode(sha256(convert_to(replace(${id}::text, '-', ''), 'UTF8')), 'hex')`;
export const tokenOf = (invitationId: string): string => invitationId.replaceAll('-', '');
export const nameTokens = (sql: Sql) =>
	sql.unsafe(`update invitation set token_hash = ${tokenHash('id')}`);

const referencesOf = (sql: Sql) =>
	sql<Reference[]>`
		select c.conrelid::regclass::text as child, a.attname as column, c.confrelid::regclass::text as parent,
			p.attname = 'id' as "toId", a.attnotnull as needed
		from pg_constraint c cross join unnest(c.conkey, c.confkey) as k (own, other)
		join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.own
		join pg_attribute p on p.attrelid = c.confrelid and p.attnum = k.other
		where c.contype = 'f' and c.connamespace = 'public'::regnamespace`;

/** The tables that hang on a cohort, each after all that it refers to. */
function inOrder(references: readonly Reference[]): string[] {
	const hanging = new Set(['cohort']);
	for (let size = 0; size !== hanging.size;) {
		size = hanging.size;
		for (const { child, parent } of references) if (hanging.has(parent)) hanging.add(child);
	}
	const ordered: string[] = [];
	while (ordered.length < hanging.size) {
		const before = ordered.length;
		for (const table of hanging) {
			const waits = references.some(
				({ child, parent }) =>
					child === table && parent !== table && hanging.has(parent) && !ordered.includes(parent)
			);
			if (!waits && !ordered.includes(table)) ordered.push(table);
		}
		if (ordered.length === before) throw new Error('tables refer to each other in a circle');
	}
	return ordered;
}

const writtenBeforeTheEnd = ['response', 'team_comment', 'score'];

/** Copies a cohort. @returns how many rows were written */
export async function multiply(
	sql: postgres.Sql,
	{ slug, first, last, daysEarlier = 0 }: Copies
): Promise<number> {
	const rows = await sql.begin(async (tx) => {
		await tx`set local synchronous_commit = off`;
		await tx`set local work_mem = '64MB'`;
		await tx.unsafe(`create or replace function bench_copy_id(id uuid, n int) returns uuid language sql immutable parallel safe
			as $$ select md5(id::text || n)::uuid $$`);
		const references = await referencesOf(tx);
		const tables = inOrder(references);
		for (const table of tables) {
			const up = references.find(
				({ child, parent, needed, toId }) =>
					child === table && needed && toId && tables.includes(parent)
			);
			const where = up
				? `${up.column} in (select id from source_${up.parent})`
				: `slug = '${slug}'`;
			await tx.unsafe(
				`create temp table source_${table} on commit drop as select * from ${table} where ${where}`
			);
		}
		// Their people come along, except those who run the house.
		const people = references
			.filter(({ child, parent }) => parent === 'person' && tables.includes(child))
			.map(({ child, column }) => `select ${column} from source_${child}`);
		await tx.unsafe(`create temp table source_person on commit drop as
			select * from person where id in (${people.join(' union ')}) and not 'admin' = any(roles)`);

		const all = ['person', ...tables];
		const expressions = written(daysEarlier);
		const columns = await tx<{ table: string; column: string; type: string }[]>`
			select c.relname as table, a.attname as column, format_type(a.atttypid, null) as type
			from pg_attribute a join pg_class c on c.oid = a.attrelid
			where c.relname in ${tx(all)} and c.relnamespace = 'public'::regnamespace and a.attnum > 0 and not a.attisdropped
			order by c.relname, a.attnum`;
		let count = 0;
		for (const table of writtenBeforeTheEnd)
			await tx.unsafe(`alter table ${table} disable trigger user`);
		// Nobody has seen a page of the copies yet, and a stamp for each row would take minutes.
		const stamps = await tx<{ table: string; trigger: string }[]>`
			select t.tgrelid::regclass::text as table, t.tgname as trigger from pg_trigger t join pg_proc f on f.oid = t.tgfoid
			where f.proname in ('leader_sees_change', 'everybody_sees_change')`;
		for (const { table, trigger } of stamps)
			await tx.unsafe(`alter table ${table} disable trigger ${trigger}`);
		for (const table of all) {
			const own = columns.filter((one) => one.table === table);
			const values = own.map(({ column, type }) => {
				const fixed = expressions[`${table}.${column}`];
				if (fixed) return fixed;
				if (type !== 'uuid') return `s.${column}`;
				const parent = references.find(
					(one) => one.child === table && one.column === column
				)?.parent;
				if (parent && !all.includes(parent)) return `s.${column}`;
				const copied = `bench_copy_id(s.${column}, n)`;
				if (parent !== 'person') return copied;
				return `case when s.${column} in (select id from source_person) then ${copied} else s.${column} end`;
			});
			const written =
				await tx.unsafe(`insert into ${table} (${own.map(({ column }) => column).join(', ')})
				select ${values.join(', ')} from generate_series(${first}::int, ${last}::int) as n cross join source_${table} s`);
			count += written.count;
		}
		for (const table of writtenBeforeTheEnd)
			await tx.unsafe(`alter table ${table} enable trigger user`);
		for (const { table, trigger } of stamps)
			await tx.unsafe(`alter table ${table} enable trigger ${trigger}`);
		return count;
	});
	await sql`vacuum (analyze)`;
	return rows;
}
