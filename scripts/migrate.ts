/** `npm run migrate`: brings the database of DATABASE_URL up to date. Safe to run from several machines at once. */
import path from 'node:path';
import process from 'node:process';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import { runMigrations } from 'graphile-worker';
import postgres from 'postgres';

const lock = 7_214_029;

/** Migrates under an advisory lock held on the same connection: without it concurrent starts fail. */
export async function migrateDatabase(url: string): Promise<void> {
	const sql = postgres(url, { max: 1, onnotice: () => {}, connection: { lock_timeout: 60_000 } });
	try {
		await sql`select pg_advisory_lock(${lock})`;
		const [settings] =
			await sql`select current_setting('fsync') as fsync, current_setting('server_version_num')::int as version`;
		if (settings?.fsync !== 'on')
			throw new Error('This PostgreSQL runs with fsync off: it may lose what it acknowledged.');
		if (settings.version < 150_000) throw new Error('PostgreSQL 15 or newer is needed.');
		await migrate(drizzle(sql), { migrationsFolder: path.join(import.meta.dirname, '../drizzle') });
		await runMigrations({ connectionString: url });
	} finally {
		await sql.end({ timeout: 5 });
	}
}

if (import.meta.main) {
	const { readConfig } = await import('#lib/server/config.server.ts');
	await migrateDatabase(readConfig().DATABASE_URL);
	process.stdout.write('The database is up to date.\n');
}
