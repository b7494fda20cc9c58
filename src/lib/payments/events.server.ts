/** What the provider tells us: stored at once, acted on by the worker. */
import { and, eq, inArray, isNull, lt, or, sql } from 'drizzle-orm';
import type { System } from '#lib/people/actor.ts';
import { audit } from '#lib/server/audit.server.ts';
import { inTransaction, type Context } from '#lib/server/context.server.ts';
import { enqueue } from '#lib/server/job.server.ts';
import { webhookEvent } from '#lib/server/tables.server.ts';
import type { Till } from '#lib/server/till.server.ts';
import { from } from './checkout.ts';
import { settle, tellOfPayment, type Place } from './commands.server.ts';
import { meaningOf, type Meaning, type StripeEvent } from './event.ts';
import { noteRefunds } from './refunds.server.ts';
import { checkout, payment } from './tables.server.ts';

/** Stores a verified event. Nothing else happens here, so that the answer is quick. @returns whether it is new */
export async function receiveEvent(ctx: Context<System>, event: StripeEvent): Promise<boolean> {
	return inTransaction(ctx, async (tx) => {
		const objectId = (event.data.object as { id?: unknown }).id;
		const [stored] = await tx.db
			.insert(webhookEvent)
			.values({
				provider: 'stripe',
				eventId: event.id,
				type: event.type,
				objectId: typeof objectId === 'string' ? objectId : null,
				payload: { type: event.type, data: event.data },
				livemode: event.livemode,
				receivedAt: ctx.now,
				nextTryAt: ctx.now
			})
			.onConflictDoNothing()
			.returning({ eventId: webhookEvent.eventId });
		if (stored) await enqueue(tx, 'act-on-webhooks', { key: 'act-on-webhooks' });
		return Boolean(stored);
	});
}

const mostTries = 12;
const leaseMs = 60_000;
const waitMs = (attempts: number) => Math.min(3600_000, 5_000 * 2 ** attempts);

/**
 * Acts on the events that wait, oldest first. An event is leased, so that two workers never have
 * the same one; what it does and that it is done are committed together. One that fails waits and
 * does not hold up the others; after twelve tries it is parked for a person to see.
 *
 * @returns how many were done
 */
export async function actOnWebhooks(
	ctx: Context<System>,
	till: Till,
	place: Place
): Promise<number> {
	const { db, now } = ctx;
	let done = 0;
	for (let count = 0; count < 500; count += 1) {
		const [event] = await db
			.update(webhookEvent)
			.set({
				attempts: sql`${webhookEvent.attempts} + 1`,
				nextTryAt: new Date(now.getTime() + leaseMs)
			})
			.where(
				sql`(provider, event_id) = (select provider, event_id from webhook_event
					where provider = 'stripe' and state = 'new' and next_try_at <= ${now.toISOString()}::timestamptz
					order by received_at, event_id limit 1 for update skip locked)`
			)
			.returning();
		if (!event) break;
		const mine = and(
			eq(webhookEvent.provider, event.provider),
			eq(webhookEvent.eventId, event.eventId)
		);
		try {
			const meaning = meaningOf(event.payload as Pick<StripeEvent, 'type' | 'data'>);
			const act = await prepare(ctx, till, place, meaning, event.attempts);
			await inTransaction(ctx, async (tx) => {
				const state = (await act(tx)) ? 'done' : 'ignored';
				await tx.db.update(webhookEvent).set({ state, doneAt: now, lastError: null }).where(mine);
			});
			done += 1;
		} catch (failure) {
			const parked = event.attempts >= mostTries;
			await inTransaction(ctx, async (tx) => {
				await tx.db
					.update(webhookEvent)
					.set({
						state: parked ? 'parked' : 'new',
						nextTryAt: new Date(now.getTime() + waitMs(event.attempts)),
						lastError: nameOf(failure)
					})
					.where(mine);
				if (!parked) return;
				await audit(tx, {
					action: 'webhook-parked',
					detail: { event: event.eventId, type: event.type }
				});
				await tellOfPayment(tx, 'parked', { id: event.eventId, ...place });
			});
		}
	}
	const [next] = await db
		.select({ at: webhookEvent.nextTryAt })
		.from(webhookEvent)
		.where(and(eq(webhookEvent.state, 'new'), eq(webhookEvent.provider, 'stripe')))
		.orderBy(webhookEvent.nextTryAt)
		.limit(1);
	if (next) await enqueue(ctx, 'act-on-webhooks', { key: 'act-on-webhooks/later', runAt: next.at });
	return done;
}

/** An error's kind, without what it says: messages may hold addresses. */
const nameOf = (failure: unknown): string =>
	failure instanceof Error
		? `${failure.name}${'code' in failure ? ` ${String(failure.code)}` : ''}`.slice(0, 120)
		: 'unknown';

class NotYet extends Error {
	override name = 'NotYet';
}

/** Asks the provider what must be asked, and says what is to be done in the transaction. */
async function prepare(
	ctx: Context<System>,
	till: Till,
	place: Place,
	meaning: Meaning,
	attempts: number
): Promise<(tx: Context<System>) => Promise<boolean>> {
	const session = async (sessionId: string, failed = false) => {
		const paying = await till.look(sessionId);
		return async (tx: Context<System>) =>
			(await settle(tx, till, paying, { ...place, failed })) !== 'foreign';
	};
	switch (meaning.kind) {
		case 'nothing':
			return () => Promise.resolve(false);
		case 'look':
			return session(meaning.sessionId, meaning.failed);
		case 'look-at': {
			const sessionId = await sessionOf(ctx, meaning.checkoutId);
			return sessionId ? session(sessionId) : () => Promise.resolve(false);
		}
		case 'failed':
			return async (tx) => {
				const kept = await tx.db
					.update(checkout)
					.set({ failure: meaning.code, updatedAt: tx.now })
					.where(
						and(
							eq(checkout.id, meaning.checkoutId),
							inArray(checkout.status, ['new', 'open', 'processing'])
						)
					)
					.returning({ id: checkout.id });
				return kept.length > 0;
			};
		case 'refunds': {
			const { paymentIntent, checkoutId } = meaning;
			// A refund can overtake the payment that it belongs to: that one first.
			const sessionId = checkoutId && (await sessionOf(ctx, checkoutId));
			const first = sessionId ? await session(sessionId) : null;
			if (checkoutId && !sessionId && (await isOurs(ctx, checkoutId))) throw new NotYet();
			if (!first && !(await isKnown(ctx, paymentIntent))) {
				// It may have overtaken the payment; a stranger's stays unknown.
				if (attempts < 4) throw new NotYet();
				return () => Promise.resolve(false);
			}
			const refunds = await till.refunds(paymentIntent);
			return async (tx) => {
				await first?.(tx);
				return noteRefunds(tx, { paymentIntent, refunds, ...place });
			};
		}
		case 'disputed':
			return async (tx) => {
				const noted = await noteDispute(tx, { ...meaning, ...place });
				// It may have overtaken the payment; a stranger's stays unknown.
				if (!noted && attempts < 4) throw new NotYet();
				return noted;
			};
	}
}

const isOurs = async ({ db }: Context, checkoutId: string) =>
	(await db.select({ id: checkout.id }).from(checkout).where(eq(checkout.id, checkoutId))).length >
	0;

const isKnown = async ({ db }: Context, paymentIntent: string) =>
	(await db.$count(checkout, eq(checkout.stripePaymentIntent, paymentIntent))) > 0;

async function sessionOf({ db }: Context, checkoutId: string): Promise<string | null> {
	const [found] = await db
		.select({ sessionId: checkout.stripeSessionId })
		.from(checkout)
		.where(eq(checkout.id, checkoutId));
	return found?.sessionId ?? null;
}

async function noteDispute(
	ctx: Context<System>,
	{
		paymentIntent,
		end: ended,
		origin
	}: { paymentIntent: string; end: 'won' | 'lost' | null } & Place
): Promise<boolean> {
	const [paid] = await ctx.db
		.select({ checkoutId: payment.checkoutId })
		.from(payment)
		.where(eq(payment.stripePaymentIntent, paymentIntent));
	if (!paid) return false;
	const set = (
		values: Partial<typeof checkout.$inferInsert>,
		move: 'dispute' | 'winDispute',
		also?: ReturnType<typeof eq>
	) =>
		ctx.db
			.update(checkout)
			.set({ ...values, updatedAt: ctx.now })
			.where(and(eq(checkout.id, paid.checkoutId), inArray(checkout.status, from(move)), also));
	const fresh = or(isNull(checkout.failure), sql`${checkout.failure} not like 'dispute-%'`);
	if (ended === null) await set({ status: 'disputed' }, 'dispute', fresh);
	else if (ended === 'won') {
		await set({ status: 'paid' }, 'winDispute');
		await set({ failure: 'dispute-won' }, 'dispute');
	} else {
		// The end can arrive before the beginning.
		await set({ status: 'disputed' }, 'dispute');
		await set({ failure: 'dispute-lost' }, 'winDispute');
	}
	await audit(ctx, {
		action: `dispute-${ended ?? 'opened'}`,
		object: { kind: 'checkout', id: paid.checkoutId }
	});
	if (ended === null) await tellOfPayment(ctx, 'dispute', { id: paid.checkoutId, origin });
	return true;
}

/** Empties what the provider told us a month after it was acted on: it names the payer. */
export async function forgetEvents({ db, now }: Context<System>): Promise<void> {
	await db
		.update(webhookEvent)
		.set({ payload: {} })
		.where(
			and(
				inArray(webhookEvent.state, ['done', 'ignored']),
				lt(webhookEvent.doneAt, new Date(now.getTime() - 30 * 24 * 3600_000)),
				sql`${webhookEvent.payload} <> '{}'`
			)
		);
}

/** Gives parked events another twelve tries. @returns how many */
export async function replayParked(ctx: Context<System>): Promise<number> {
	return inTransaction(ctx, async (tx) => {
		const again = await tx.db
			.update(webhookEvent)
			.set({ state: 'new', attempts: 0, nextTryAt: ctx.now })
			.where(eq(webhookEvent.state, 'parked'))
			.returning({ eventId: webhookEvent.eventId });
		if (again.length > 0) await enqueue(tx, 'act-on-webhooks', { key: 'act-on-webhooks' });
		return again.length;
	});
}
