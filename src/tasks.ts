/** What the worker knows how to do. Each task looks at rows and is harmless when run twice. */
import { setTimeout as wait } from 'node:timers/promises';
import {
	closeDueWave,
	closeDueWaves,
	destroyKeys,
	forgetComments,
	openDueWaves,
	sendReminders,
	sweepWaves
} from '#lib/engagement/commands.server.ts';
import { reconcile, sweep } from '#lib/payments/commands.server.ts';
import { actOnWebhooks, forgetEvents } from '#lib/payments/events.server.ts';
import { sendRefund } from '#lib/payments/refunds.server.ts';
import type { System } from '#lib/people/actor.ts';
import type { Context } from '#lib/server/context.server.ts';
import { enqueue } from '#lib/server/job.server.ts';
import { deliverNext, forgetSentMail, type Mailer } from '#lib/server/outbox.server.ts';
import { heartbeat } from '#lib/server/tables.server.ts';
import {
	forgetOldPreviews,
	refreshAllResults,
	refreshResults
} from '#lib/uplift/commands.server.ts';
import type { Till } from '#lib/server/till.server.ts';

export type Tools = {
	till: Till;
	mailer: Mailer;
	mailRate: number;
	origin: string;
	/** Aborted when the worker is asked to end: what is under way is finished, nothing new is begun. */
	stopping: AbortSignal;
};
type Run = (ctx: Context<System>, tools: Tools, payload: unknown) => Promise<void>;

/** Sends what is due, no faster than the provider allows. */
const deliverMail: Run = async (ctx, { mailer, mailRate, stopping }) => {
	for (let sent = 0; sent < 500; sent += 1) {
		if (stopping.aborted) return enqueue(ctx, 'deliver-mail', { key: 'deliver-mail' });
		const outcome = await deliverNext({ ...ctx, now: new Date() }, mailer);
		if (outcome.state === 'none') return;
		await wait(Math.max(outcome.waitMs, 1000 / mailRate));
	}
};

const beat: Run = async ({ db, now }) => {
	await db
		.insert(heartbeat)
		.values({ name: 'worker', at: now })
		.onConflictDoUpdate({ target: heartbeat.name, set: { at: now } });
};

const forget: Run = async (ctx) => {
	await forgetSentMail(ctx);
	await forgetOldPreviews(ctx);
	await destroyKeys(ctx);
	await forgetComments(ctx);
	await forgetEvents(ctx);
};

const closeWaves: Run = async (ctx) => {
	await closeDueWaves(ctx);
};

const closeWave: Run = async (ctx, _, payload) => {
	await closeDueWave(ctx, (payload as { waveId: string }).waveId);
};

const openWaves: Run = async (ctx, { origin }) => {
	await openDueWaves(ctx, { origin });
};

const remindWave: Run = (ctx, { origin }, payload) =>
	sendReminders(ctx, { ...(payload as { waveId: string; round: string }), origin });

/** One enrollment's results, or, at night, a job for each that is not frozen. */
const refresh: Run = async (ctx, _, payload) => {
	const { enrollmentId } = (payload ?? {}) as { enrollmentId?: string };
	if (enrollmentId) await refreshResults(ctx, enrollmentId);
	else await refreshAllResults(ctx);
};

const webhooks: Run = async (ctx, { till, origin }) => {
	await actOnWebhooks(ctx, till, { origin });
};

/** Every minute: what was interrupted or abandoned, and events that nobody took up. */
const sweepPayments: Run = async (ctx, { till, origin }) => {
	await sweep(ctx, till, { origin });
	await actOnWebhooks(ctx, till, { origin });
};

const reconcilePayments: Run = async (ctx, { till, origin }, payload) => {
	const { checkoutId } = (payload ?? {}) as { checkoutId?: string };
	await reconcile(ctx, till, { origin, ...(checkoutId && { checkoutId }) });
};

const refundOne: Run = (ctx, { till, origin }, payload) =>
	sendRefund(ctx, till, { ...(payload as { refundId: string }), origin });

export const tasks = {
	heartbeat: beat,
	'deliver-mail': deliverMail,
	'act-on-webhooks': webhooks,
	sweep: sweepPayments,
	reconcile: reconcilePayments,
	'open-due-waves': openWaves,
	'close-due-waves': closeWaves,
	'close-wave': closeWave,
	'remind-wave': remindWave,
	'sweep-waves': sweepWaves,
	'refresh-results': refresh,
	'send-refund': refundOne,
	forget
} satisfies Record<string, Run>;
