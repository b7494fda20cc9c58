/** What the worker knows how to do. Each task looks at rows and is harmless when run twice. */
import { setTimeout as wait } from 'node:timers/promises';
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
};

const nothingYet: Run = async () => {};

export const tasks = {
	heartbeat: beat,
	'deliver-mail': deliverMail,
	'act-on-webhooks': nothingYet,
	sweep: nothingYet,
	reconcile: nothingYet,
	'close-due-waves': nothingYet,
	'close-wave': nothingYet,
	'refresh-results': nothingYet,
	'send-refund': nothingYet,
	forget
} satisfies Record<string, Run>;
