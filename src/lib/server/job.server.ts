import { sql } from 'drizzle-orm';
import type { Context } from './context.server.ts';

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
