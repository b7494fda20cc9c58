/** A migrated database of its own for a test file, cloned from the template; dropped with the server. */
import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import { afterEach, beforeEach, inject } from 'vitest';
import { openDatabase, type Pool } from '#lib/server/database.server.ts';

/** The address of a fresh database. */
export async function freshDatabase(): Promise<string> {
	const url = new URL(inject('postgres'));
	const name = `t_${randomBytes(6).toString('hex')}`;
	const admin = postgres(url.href, { max: 1, onnotice: () => {} });
	try {
		// Two files may clone at once; the template allows one at a time.
		await admin`select pg_advisory_lock(1)`;
		await admin.unsafe(`create database ${name} template template_lofte`);
	} finally {
		await admin.end();
	}
	url.pathname = `/${name}`;
	return url.href;
}

/** An open pool on a database of its own for each test: nothing that one test wrote meets another. */
export function databasePerTest(): { readonly db: Pool['db']; readonly url: string } {
	let pool: (Pool & { url: string }) | undefined;
	beforeEach(async () => {
		const url = await freshDatabase();
		pool = { ...openDatabase(url, { max: 12 }), url };
	});
	afterEach(() => pool?.close());
	const open = () => {
		if (!pool) throw new Error('only inside a test');
		return pool;
	};
	return {
		get db() {
			return open().db;
		},
		get url() {
			return open().url;
		}
	};
}
