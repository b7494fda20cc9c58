/**
 * The control of the race tests: the product's own statements, sent without their row locks. What
 * holds with the locks must break without them, or the test that saw it hold could not have failed.
 */
import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import type { Database } from '#lib/server/database.server.ts';

const withoutLock = (query: string) =>
	query.replace(/for (?:update|share)(?: of "?\w+"?(?:\."?\w+"?)?)?(?: skip locked)?/gi, '');

/** A database whose every query loses its `for update`. */
export function unlockedDatabase(url: string): { db: Database; close: () => Promise<void> } {
	const client = postgres(url, { max: 12, onnotice: () => {} });
	const strip = (sql: postgres.Sql): postgres.Sql =>
		new Proxy(sql, {
			get(target, name, receiver) {
				if (name === 'unsafe') {
					return (query: string, ...rest: [never]) => target.unsafe(withoutLock(query), ...rest);
				}
				if (name === 'begin' || name === 'savepoint') {
					return (...args: unknown[]) => {
						const work = args.pop() as (tx: postgres.Sql) => unknown;
						const begin = Reflect.get(target, name) as (...rest: unknown[]) => unknown;
						return begin.call(target, ...args, (tx: postgres.Sql) => work(strip(tx)));
					};
				}
				return Reflect.get(target, name, receiver) as unknown;
			}
		});
	return { db: drizzle(strip(client), { casing: 'snake_case' }), close: () => client.end() };
}
