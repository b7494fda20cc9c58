import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';

/** A connection pool, or a transaction on one of its connections: both are asked in the same way. */
export type Database = Omit<PostgresJsDatabase, '_'>;

export type Pool = { db: Database; sql: postgres.Sql; close: () => Promise<void> };

/** The server, or the pool in front of it, did not answer in time. */
export class DatabaseTooSlow extends Error {
	constructor(what: string) {
		super(`the database did not answer in time (${what})`);
	}
}

/**
 * A statement that drizzle writes out once for each pool instead of once for each question: writing
 * it costs more than asking it. What differs from one question to the next is an `sql.placeholder`.
 */
export function writtenOnce<Statement>(
	write: (db: Database) => Statement
): (db: Database) => Statement {
	const written = new WeakMap<Database, Statement>();
	return (db) => {
		let statement = written.get(db);
		if (!statement) written.set(db, (statement = write(db)));
		return statement;
	};
}

type Deadlines = { max: number; queryMs: number; transactionMs: number };

/**
 * Opens a pool whose every query and transaction has a deadline. postgres.js has none of its own:
 * with the pool used up, or the server frozen, it waits for ever (and a frozen server cannot
 * enforce `statement_timeout`).
 */
export function openDatabase(url: string, options: Partial<Deadlines> = {}): Pool {
	const { max = 8, queryMs = 5_000, transactionMs = 8_000 } = options;
	const sql = postgres(url, {
		max,
		connect_timeout: 3,
		idle_timeout: 60,
		onnotice: () => {},
		connection: {
			statement_timeout: queryMs,
			lock_timeout: 3_000,
			idle_in_transaction_session_timeout: 10_000
		}
	});
	// +2 s: the pool's own queue may take that long before the statement begins.
	const guarded = withDeadlines(sql, queryMs + 2_000, transactionMs + 2_000);
	return {
		db: drizzle(guarded, { casing: 'snake_case' }),
		sql,
		close: () => sql.end({ timeout: 5 })
	};
}

type Settling = {
	resolve: (value: unknown) => void;
	reject: (reason: unknown) => void;
	cancel?: () => void;
};

/** Characters; longer statements carry many rows at once, hardly ever come again, and are not kept prepared. */
const longestKept = 6_000;

function withDeadlines(sql: postgres.Sql, queryMs: number, transactionMs: number): postgres.Sql {
	return new Proxy(sql, {
		get(target, name, receiver) {
			if (name === 'unsafe') {
				return (...[text, values, options]: Parameters<postgres.Sql['unsafe']>) => {
					// drizzle asks everything this way, and tells the driver to have it planned anew each time.
					const prepare = text.length <= longestKept;
					const query = target.unsafe(text, values, { ...options, prepare });
					endInTime(query as unknown as Settling, queryMs);
					return query;
				};
			}
			if (name === 'begin') {
				return (...args: unknown[]) => beginInTime(target, args, transactionMs);
			}
			return Reflect.get(target, name, receiver) as unknown;
		}
	});
}

/** A query of postgres.js is a promise that carries its own resolve and reject. */
function endInTime(query: Settling, ms: number) {
	const { resolve, reject } = query;
	const timer = setTimeout(() => {
		reject(new DatabaseTooSlow(`query, ${ms} ms`));
		query.cancel?.();
	}, ms);
	query.resolve = (value) => {
		clearTimeout(timer);
		resolve(value);
	};
	query.reject = (reason) => {
		clearTimeout(timer);
		reject(reason);
	};
}

async function beginInTime(sql: postgres.Sql, args: unknown[], ms: number) {
	let late = false;
	let timer: NodeJS.Timeout | undefined;
	const work = args.at(-1) as (tx: unknown) => unknown;
	const deadline = new Promise<never>((_, reject) => {
		timer = setTimeout(() => {
			late = true;
			reject(new DatabaseTooSlow(`transaction, ${ms} ms`));
		}, ms);
	});
	// A transaction that gets its connection after we gave up must not commit: nobody waits for it.
	const begun = (sql.begin as (...rest: unknown[]) => Promise<unknown>)(
		...args.slice(0, -1),
		async (tx: unknown) => {
			if (late) throw new DatabaseTooSlow('connection');
			const outcome = await work(tx);
			if (late) throw new DatabaseTooSlow('commit');
			return outcome;
		}
	);
	try {
		return await Promise.race([begun, deadline]);
	} finally {
		clearTimeout(timer);
		begun.catch(() => {});
	}
}

/** The SQLSTATE of a refused statement, which drizzle keeps at `cause`. */
export function sqlState(error: unknown): string | undefined {
	const cause = (error as { cause?: { code?: string } }).cause;
	return cause?.code ?? (error as { code?: string }).code;
}

/** The name of the constraint that refused, where one did. */
export function refusedBy(error: unknown): string | undefined {
	const cause = (error as { cause?: { constraint_name?: string } }).cause;
	return cause?.constraint_name ?? (error as { constraint_name?: string }).constraint_name;
}

/** Whether the database is away or overloaded, so that trying again later makes sense. */
export function isDatabaseAway(error: unknown): boolean {
	if (
		error instanceof DatabaseTooSlow ||
		(error as { cause?: unknown }).cause instanceof DatabaseTooSlow
	)
		return true;
	const code = sqlState(error) ?? '';
	return (
		/^(08|53|57P0[123])/.test(code) ||
		[
			'ECONNREFUSED',
			'ECONNRESET',
			'CONNECTION_CLOSED',
			'CONNECTION_ENDED',
			'CONNECTION_DESTROYED',
			'CONNECT_TIMEOUT',
			'57014',
			'55P03'
		].includes(code)
	);
}
