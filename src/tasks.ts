/** What the worker knows how to do. Each task looks at rows and is harmless when run twice. */
import { setTimeout as wait } from 'node:timers/promises';
import {
	closeDueWave,
	closeDueWaves,
	destroyKeys,
	forgetComments,
	sendReminders,
	sweepWaves
} from '#lib/engagement/commands.server.ts';
import type { System } from '#lib/people/actor.ts';
import type { Context } from '#lib/server/context.server.ts';
import { deliverNext, forgetSentMail, type Mailer } from '#lib/server/outbox.server.ts';
import { heartbeat } from '#lib/server/tables.server.ts';
import type { Till } from '#lib/server/till.server.ts';

export type Tools = { till: Till; mailer: Mailer; mailRate: number; origin: string };
type Run = (ctx: Context<System>, tools: Tools, payload: unknown) => Promise<void>;

/** Sends what is due, no faster than the provider allows. */
const deliverMail: Run = async (ctx, { mailer, mailRate }) => {
	for (let sent = 0; sent < 500; sent += 1) {
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
	await destroyKeys(ctx);
	await forgetComments(ctx);
};

const closeWaves: Run = async (ctx) => {
	await closeDueWaves(ctx);
};

const closeWave: Run = async (ctx, _, payload) => {
	await closeDueWave(ctx, (payload as { waveId: string }).waveId);
};

const remindWave: Run = (ctx, { origin }, payload) =>
	sendReminders(ctx, { ...(payload as { waveId: string; round: string }), origin });

const nothingYet: Run = async () => {};

export const tasks = {
	heartbeat: beat,
	'deliver-mail': deliverMail,
	'act-on-webhooks': nothingYet,
	sweep: nothingYet,
	reconcile: nothingYet,
	'close-due-waves': closeWaves,
	'close-wave': closeWave,
	'remind-wave': remindWave,
	'sweep-waves': sweepWaves,
	'refresh-results': nothingYet,
	'send-refund': nothingYet,
	forget
} satisfies Record<string, Run>;
