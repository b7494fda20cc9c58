import type { Database } from './database.server.ts';
import type { Keys } from './seal.server.ts';

/** All that a query or command may know of the world: a database, a clock, the keys, and who asks. */
export type Context<Who = unknown> = { db: Database; now: Date; keys: Keys; who: Who };

/** The same context inside a transaction: everything that `work` writes is committed together, or not at all. */
export function inTransaction<Who, T>(
	ctx: Context<Who>,
	work: (ctx: Context<Who>) => Promise<T>
): Promise<T> {
	return ctx.db.transaction((tx) => work({ ...ctx, db: tx }));
}

/**
 * Thrown inside a transaction to undo it and still answer with a value; `orRefusal` catches it.
 */
class Undo extends Error {
	readonly outcome: unknown;
	constructor(outcome: unknown) {
		super('undone on purpose');
		this.outcome = outcome;
	}
}

/** Runs `work` in a transaction that is rolled back when it ends in a refusal. */
export async function inTransactionOrUndo<Who, T extends { ok: boolean }>(
	ctx: Context<Who>,
	work: (ctx: Context<Who>) => Promise<T>
): Promise<T> {
	try {
		return await inTransaction(ctx, async (inner) => {
			const outcome = await work(inner);
			if (!outcome.ok) throw new Undo(outcome);
			return outcome;
		});
	} catch (error) {
		if (error instanceof Undo) return error.outcome as T;
		throw error;
	}
}
