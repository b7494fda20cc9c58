import { sql } from 'drizzle-orm';
import type { Context } from './context.server.ts';
import { heartbeat } from './tables.server.ts';

/** The tasks that `src/worker.ts` knows. A job only says "look at this row"; the facts stay in our tables. */
export type Task =
	| 'deliver-mail'
	| 'act-on-webhooks'
	| 'reconcile'
	| 'close-wave'
	| 'remind-wave'
	| 'sweep-waves'
	| 'refresh-results'
	| 'send-refund';

/** Jobs of one queue never run at the same time, on any machine: so the mail rate is one rate. */
export const queueOf: Partial<Record<Task, string>> = { 'deliver-mail': 'mail' };

/**
 * Enqueues a job in the caller's transaction: it is there if, and only if, the facts are.
 *
 * @param key two jobs with one key are one job, run at the later time
 */
export async function enqueue(
	{ db }: Pick<Context, 'db'>,
	task: Task,
	{
		payload = {},
		key,
		runAt
	}: { payload?: Record<string, unknown>; key?: string; runAt?: Date } = {}
): Promise<void> {
	await db.execute(sql`select graphile_worker.add_job(
		${task}, payload := ${JSON.stringify(payload)}::json,
		run_at := ${runAt ? runAt.toISOString() : null}::timestamptz,
		queue_name := ${queueOf[task] ?? null}, job_key := ${key ?? null}, max_attempts := 12)`);
}

/**
 * A worker says that it lives, and frees what silent ones had in hand: one that was killed leaves
 * its jobs and queues locked, and the library waits four hours for it.
 *
 * @param poolIds the names under which this process locks its jobs
 */
export async function keepAlive({ db }: Pick<Context, 'db'>, poolIds: string[]): Promise<void> {
	if (poolIds.length === 0) return;
	await db
		.insert(heartbeat)
		.values(poolIds.map((id) => ({ name: `worker/${id}`, at: sql`now()` })))
		.onConflictDoUpdate({ target: heartbeat.name, set: { at: sql`now()` } });
	await db.execute(sql`select graphile_worker.force_unlock_workers(array(
		select distinct locked_by from graphile_worker.jobs
		where locked_at < now() - interval '30 seconds' and not exists (
			select 1 from heartbeat where name = 'worker/' || locked_by and at > now() - interval '30 seconds')))`);
	await db.execute(
		sql`delete from heartbeat where name like 'worker/%' and at < now() - interval '1 day'`
	);
}
