import { sql } from 'drizzle-orm';
import type { Context } from './context.server.ts';

type Entry = {
	action: string;
	object?: { kind: string; id: string };
	/** Never a note's text, an answer, a token or an address. */
	detail?: Record<string, string | number | boolean | null>;
};

/** Appends one entry to the chained log. Called last in a transaction: the lock on the head row is short. */
export async function audit(
	{ db, now, who }: Context<{ role: string; personId?: string }>,
	{ action, object, detail = {} }: Entry
): Promise<void> {
	await db.execute(sql`select audit_append(
		${now.toISOString()}::timestamptz, ${who.role}, ${who.personId ?? null}::uuid, ${action},
		${object?.kind ?? null}, ${object?.id ?? null}::uuid, ${JSON.stringify(detail)}::jsonb)`);
}
