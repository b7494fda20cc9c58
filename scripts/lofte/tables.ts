import type postgres from 'postgres';

/** How values are written and read is the session's, not the server's: a day stays the same day. */
export const plainSession = {
	statement_timeout: 0,
	idle_in_transaction_session_timeout: 0,
	DateStyle: 'ISO, YMD',
	TimeZone: 'UTC'
};

export type Table = { name: string; columns: string[] };

/**
 * Every table of ours with its columns, those that others point to first: in this order rows can be
 * put into empty tables with every foreign key watching.
 *
 * @throws when tables point at each other in a circle, which has no such order
 */
export async function tablesOf(sql: postgres.ISql): Promise<Table[]> {
	const tables = await sql<(Table & { needs: string[] })[]>`
		select c.relname as name,
			(select array_agg(a.attname::text order by a.attnum) from pg_attribute a
				where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
			array(select distinct f.confrelid::regclass::text from pg_constraint f
				where f.conrelid = c.oid and f.contype = 'f' and f.confrelid <> c.oid) as needs
		from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' order by c.relname`;
	const ordered: Table[] = [];
	const placed = new Set<string>();
	while (ordered.length < tables.length) {
		const next = tables.filter(
			({ name, needs }) => !placed.has(name) && needs.every((one) => placed.has(one))
		);
		if (next.length === 0) throw new Error('Tables point at each other in a circle.');
		for (const { name, columns } of next) {
			ordered.push({ name, columns });
			placed.add(name);
		}
	}
	return ordered;
}
