import { sql } from 'drizzle-orm';
import type { Context } from './context.server.ts';

type Check = 'pass' | 'fail';

/** Whether this process can serve: the database answers within a second, is migrated, and a worker is alive. */
export async function readiness({
	db,
	now
}: Context): Promise<{ database: Check; migrations: Check; worker: Check }> {
	const late = new Promise<null>((settle) => setTimeout(() => settle(null), 1_000).unref());
	const asked = db
		.execute<{ migrated: boolean; beat: Date | null }>(
			sql`select to_regclass('invariant_violations') is not null as migrated,
				(select at from heartbeat where name = 'worker') as beat`
		)
		.then((rows) => rows[0] ?? null)
		.catch(() => null);
	const found = await Promise.race([asked, late]);
	if (!found) return { database: 'fail', migrations: 'fail', worker: 'fail' };
	const beat = found.beat ? new Date(found.beat).getTime() : 0;
	return {
		database: 'pass',
		migrations: found.migrated ? 'pass' : 'fail',
		// It beats every minute; three missed beats are a dead worker.
		worker: now.getTime() - beat < 200_000 ? 'pass' : 'fail'
	};
}
