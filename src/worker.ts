/** `npm run worker`: sends what waits in the outbox, acts on webhooks, closes waves, keeps time. */
import { EventEmitter } from 'node:events';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { run, parseCronItems, type WorkerEvents } from 'graphile-worker';
import { system } from '#lib/people/actor.ts';
import type { Context } from '#lib/server/context.server.ts';
import { openDatabase } from '#lib/server/database.server.ts';
import { readConfig } from '#lib/server/config.server.ts';
import { keysFrom } from '#lib/server/seal.server.ts';
import { keepAlive, queueOf } from '#lib/server/job.server.ts';
import { errorForLog, log } from '#lib/server/log.server.ts';
import { resendMailer } from '#lib/server/mailer.server.ts';
import { stripeTill } from '#lib/server/till.server.ts';
import { tasks } from './tasks.ts';

const config = readConfig();
const pool = openDatabase(config.DATABASE_URL, { max: 3, queryMs: 60_000, transactionMs: 90_000 });
const stop = new AbortController();
const tools = {
	till: stripeTill(config),
	mailer: resendMailer(config),
	mailRate: config.MAIL_RATE,
	origin: config.APP_ORIGIN,
	stopping: stop.signal
};
const context = (): Context<typeof system> => ({
	db: pool.db,
	keys: keysFrom(config.APP_KEYS),
	now: new Date(),
	who: system
});

let poolIds: string[] = [];
const events: WorkerEvents = new EventEmitter();
events.on('pool:create', ({ workerPool }) => (poolIds = [workerPool.id]));

const begin = () =>
	run({
		events,
		connectionString: config.DATABASE_URL,
		concurrency: 3,
		maxPoolSize: 5,
		noHandleSignals: true,
		// So that a stop waits until what is done is also written down as done.
		preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
		// A mail or a payment under way takes ten seconds at most; what takes longer is freed by the next worker.
		gracefulShutdownAbortTimeout: 11_000,
		pollInterval: 1000,
		taskList: Object.fromEntries(
			Object.entries(tasks).map(([name, task]) => [
				name,
				async (payload: unknown) => {
					try {
						await task(context(), tools, payload);
					} catch (error) {
						log.error({ job: name, ...errorForLog(error) });
						throw error;
					}
				}
			])
		),
		parsedCronItems: parseCronItems([
			{ task: 'heartbeat', match: '* * * * *', identifier: 'heartbeat' },
			{
				task: 'deliver-mail',
				match: '* * * * *',
				identifier: 'mail',
				options: { queueName: queueOf['deliver-mail']! }
			},
			{ task: 'sweep', match: '* * * * *', identifier: 'sweep' },
			{ task: 'reconcile', match: '*/10 * * * *', identifier: 'reconcile' },
			{ task: 'close-due-waves', match: '*/5 * * * *', identifier: 'waves' },
			{ task: 'open-due-waves', match: '20 * * * *', identifier: 'openings' },
			{ task: 'refresh-results', match: '15 2 * * *', identifier: 'results' },
			{ task: 'forget', match: '40 2 * * *', identifier: 'forget' }
		])
	});
let runner = await begin();
await tasks.heartbeat(context(), tools, {});
await keepAlive(context(), poolIds);
const living = setInterval(() => {
	keepAlive(context(), poolIds).catch((error: unknown) => log.error(errorForLog(error)));
}, 5_000);
log.info({ worker: 'started' });

async function end() {
	if (stop.signal.aborted) return;
	stop.abort();
	clearInterval(living);
	await runner.stop().catch(() => {});
	await pool.close();
	process.exit(0);
}
process.on('SIGTERM', () => void end());
process.on('SIGINT', () => void end());
process.on('disconnect', () => void end());

// The library gives up when the database was away for long; we do not.
while (!stop.signal.aborted) {
	await runner.promise.catch((error: unknown) => log.error(errorForLog(error)));
	if (stop.signal.aborted) break;
	log.warn({ worker: 'begins again' });
	await wait(1_000);
	runner = await begin().catch(() => runner);
}
