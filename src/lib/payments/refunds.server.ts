/** Money that goes back: what we send, what was sent at the provider without us, and what failed. */
import { and, eq, inArray, isNotNull, sql } from 'drizzle-orm';
import { application } from '#lib/admissions/tables.server.ts';
import { cohort } from '#lib/cohorts/tables.server.ts';
import { m } from '#lib/paraglide/messages.js';
import type { Admin, System } from '#lib/people/actor.ts';
import { audit } from '#lib/server/audit.server.ts';
import { inTransaction, type Context } from '#lib/server/context.server.ts';
import { enqueue } from '#lib/server/job.server.ts';
import { queueMail } from '#lib/server/outbox.server.ts';
import { providerCall } from '#lib/server/tables.server.ts';
import type { Returning, Till } from '#lib/server/till.server.ts';
import { isId } from '#lib/values/id.ts';
import { formatMoney } from '#lib/values/money.ts';
import { ok, refuse, type Result } from '#lib/values/result.ts';
import { from, isBackAlready, keyLivesMs, refusedForGood } from './checkout.ts';
import { tellOfPayment, type Place } from './commands.server.ts';
import { mayBecome, refundable, type RefundState } from './refund.ts';
import { checkout, payment, refund } from './tables.server.ts';

type Locale = 'en' | 'nb';
type Paid = Pick<typeof payment.$inferSelect, 'checkoutId' | 'amountMinor'>;

/** The key of a refund's call, by which the provider also knows it again. */
const keyOf = (refundId: string) => `refund/${refundId}`;

/**
 * Writes down that money goes back; the worker sends it. The form's own id makes a double click
 * one refund.
 */
export async function requestRefund(
	ctx: Context<Admin>,
	{
		refundId,
		checkoutId,
		amountMinor,
		reason
	}: { refundId: string; checkoutId: string; amountMinor: number; reason: string }
): Promise<Result<null, 'not-found' | 'amount-wrong' | 'more-than-paid' | 'reason-missing'>> {
	if (!isId(checkoutId) || !isId(refundId)) return refuse('not-found');
	const because = reason.trim().slice(0, 300);
	if (!because) return refuse('reason-missing');
	if (!Number.isSafeInteger(amountMinor) || amountMinor <= 0) return refuse('amount-wrong');
	return inTransaction(ctx, async (tx) => {
		const [paid] = await tx.db
			.select()
			.from(payment)
			.where(eq(payment.checkoutId, checkoutId))
			.for('update');
		if (!paid) return refuse('not-found');
		const rows = await tx.db.select().from(refund).where(eq(refund.checkoutId, checkoutId));
		if (rows.some(({ id }) => id === refundId)) return ok(null);
		if (
			amountMinor >
			refundable(paid.amountMinor, rows as { amountMinor: number; state: RefundState }[])
		) {
			return refuse('more-than-paid');
		}
		await tx.db
			.insert(refund)
			.values({ id: refundId, checkoutId, amountMinor, reason: because, createdAt: ctx.now });
		await enqueue(tx, 'send-refund', { payload: { refundId }, key: `send-refund/${refundId}` });
		await audit(tx, {
			action: 'refund-requested',
			object: { kind: 'checkout', id: checkoutId },
			detail: { amountMinor }
		});
		return ok(null);
	});
}

/**
 * Writes down that all of a payment that does not match goes back; the worker sends it. It has no
 * row among the refunds, which are held under what was asked for, and this is another amount: its
 * call is the record. The form says which try it is, and the database keeps one call a try, so a
 * button that is pressed twice, or in two tabs, is one refund.
 */
export async function requestFlaggedRefund(
	ctx: Context<Admin>,
	{ checkoutId, attempt }: { checkoutId: string; attempt: number }
): Promise<Result<null, 'not-found'>> {
	if (!isId(checkoutId)) return refuse('not-found');
	return inTransaction(ctx, async (tx) => {
		const [flagged] = await tx.db
			.select({ id: checkout.id })
			.from(checkout)
			.where(
				and(
					eq(checkout.id, checkoutId),
					eq(checkout.status, 'flagged'),
					isNotNull(checkout.stripePaymentIntent)
				)
			)
			.for('update');
		if (!flagged) return refuse('not-found');
		const calls = await flaggedCalls(tx, checkoutId);
		if (calls.some((call) => call.attempt === attempt)) return ok(null);
		if (attempt !== calls.length + 1 || calls.some(({ state }) => state !== 'failed'))
			return refuse('not-found');
		const [made] = await tx.db
			.insert(providerCall)
			.values({
				provider: 'stripe',
				purpose: 'refund-flagged',
				subjectId: checkoutId,
				attempt,
				idemKey: `refund-flagged/${checkoutId}/${attempt}`,
				request: {},
				createdAt: ctx.now
			})
			.returning({ id: providerCall.id });
		await enqueue(tx, 'send-refund', {
			payload: { refundId: made!.id },
			key: `send-refund/${made!.id}`
		});
		await audit(tx, {
			action: 'refund-requested',
			object: { kind: 'checkout', id: checkoutId }
		});
		return ok(null);
	});
}

const flaggedCalls = ({ db }: Context, checkoutId: string) =>
	db
		.select()
		.from(providerCall)
		.where(and(eq(providerCall.purpose, 'refund-flagged'), eq(providerCall.subjectId, checkoutId)))
		.orderBy(providerCall.attempt);

/** A refund that is to be sent. */
type Due = {
	checkoutId: string;
	paymentIntent: string;
	/** Null is all that is left. */
	amountMinor: number | null;
	key: string;
	createdAt: Date;
	to: { email: string; name: string; locale: string; cohortName: string };
	/** Writes the outcome down, in the caller's transaction. @returns false when that was done before */
	write(tx: Context<System>, sent: Returning | null): Promise<boolean>;
};

const toWhom = {
	email: application.email,
	name: application.name,
	locale: application.locale,
	cohortName: cohort.name
};

async function dueRefund({ db }: Context<System>, refundId: string): Promise<Due | null> {
	const [row] = await db
		.select({ refund, payment, to: toWhom })
		.from(refund)
		.innerJoin(payment, eq(payment.checkoutId, refund.checkoutId))
		.innerJoin(checkout, eq(checkout.id, refund.checkoutId))
		.innerJoin(application, eq(application.id, checkout.applicationId))
		.innerJoin(cohort, eq(cohort.id, checkout.cohortId))
		.where(and(eq(refund.id, refundId), eq(refund.state, 'intent')));
	if (!row) return null;
	return {
		...row.refund,
		paymentIntent: row.payment.stripePaymentIntent,
		key: keyOf(refundId),
		to: row.to,
		async write(tx, sent) {
			await tx.db
				.select()
				.from(payment)
				.where(eq(payment.checkoutId, row.refund.checkoutId))
				.for('update');
			const changed = await tx.db
				.update(refund)
				.set({ state: sent?.state ?? 'failed', stripeRefundId: sent?.refundId ?? null })
				.where(and(eq(refund.id, refundId), eq(refund.state, 'intent')))
				.returning({ id: refund.id });
			if (changed.length > 0) await closeWhenAllIsBack(tx, row.payment);
			return changed.length > 0;
		}
	};
}

async function dueFlagged({ db }: Context<System>, callId: string): Promise<Due | null> {
	const [row] = await db
		.select({ call: providerCall, paymentIntent: checkout.stripePaymentIntent, to: toWhom })
		.from(providerCall)
		.innerJoin(checkout, eq(checkout.id, providerCall.subjectId))
		.innerJoin(application, eq(application.id, checkout.applicationId))
		.innerJoin(cohort, eq(cohort.id, checkout.cohortId))
		.where(
			and(
				eq(providerCall.id, callId),
				eq(providerCall.purpose, 'refund-flagged'),
				eq(providerCall.state, 'intent')
			)
		);
	if (!row) return null;
	return {
		checkoutId: row.call.subjectId,
		paymentIntent: row.paymentIntent!,
		amountMinor: null,
		key: row.call.idemKey,
		createdAt: row.call.createdAt,
		to: row.to,
		async write(tx, sent) {
			const changed = await tx.db
				.update(providerCall)
				.set({
					state: sent && sent.state !== 'failed' ? 'done' : 'failed',
					responseRef: sent?.refundId ?? null,
					doneAt: tx.now
				})
				.where(and(eq(providerCall.id, callId), eq(providerCall.state, 'intent')))
				.returning({ id: providerCall.id });
			return changed.length > 0;
		}
	};
}

/**
 * Sends one refund, once: every try carries the same key. After 23 hours the provider may have
 * forgotten the key, and a person has to look.
 *
 * @throws when the provider does not answer; the job is tried again
 */
export async function sendRefund(
	ctx: Context<System>,
	till: Till,
	{ refundId, origin }: { refundId: string } & Place
): Promise<void> {
	if (!isId(refundId)) return;
	const due = (await dueRefund(ctx, refundId)) ?? (await dueFlagged(ctx, refundId));
	if (!due || ctx.now.getTime() - due.createdAt.getTime() > keyLivesMs) return;
	let sent: Returning | null = null;
	try {
		sent = await till.refund(due.paymentIntent, due.amountMinor, due.key);
	} catch (failure) {
		if (!refusedForGood(failure)) throw failure;
		// Nothing is left of it when somebody gave it back at the provider's own site.
		if (due.amountMinor === null && isBackAlready(failure))
			sent =
				(await till.refunds(due.paymentIntent)).find(({ state }) => state !== 'failed') ?? null;
	}
	await inTransaction(ctx, async (tx) => {
		if (!(await due.write(tx, sent))) return;
		if (sent === null || sent.state === 'failed') return tellOfFailure(tx, refundId, due, origin);
		const { amountMinor } = sent;
		const locale = due.to.locale as Locale;
		await queueMail(tx, {
			to: due.to.email,
			category: 'receipt',
			fact: `refund/${refundId}`,
			locale,
			subject: m.mail_refund_subject({}, { locale }),
			paragraphs: [
				m.mail_hello({ name: due.to.name }, { locale }),
				m.mail_refund_body(
					{ amount: formatMoney(sent, locale), cohort: due.to.cohortName },
					{ locale }
				)
			],
			reason: m.mail_receipt_reason({}, { locale })
		});
		await audit(tx, {
			action: 'refund-sent',
			object: { kind: 'checkout', id: due.checkoutId },
			detail: { amountMinor }
		});
	});
}

/** A refund failed: its money is here. No rule can put that right, so the admins are told. */
async function tellOfFailure(
	ctx: Context<System>,
	refundId: string,
	{ checkoutId, amountMinor }: { checkoutId: string; amountMinor: number | null },
	origin: string
): Promise<void> {
	await audit(ctx, {
		action: 'refund-failed',
		object: { kind: 'checkout', id: checkoutId },
		...(amountMinor !== null && { detail: { amountMinor } })
	});
	await tellOfPayment(ctx, 'refund-failed', { id: refundId, origin });
}

/**
 * Brings our books to what the provider says now about the money that goes back of a payment: what
 * was sent without us is written down, and what failed later is here again. Says the same however
 * often and in whatever order it is called, because a refund only ever moves forward.
 *
 * @returns false for a payment that we do not know
 */
export async function noteRefunds(
	ctx: Context<System>,
	{ paymentIntent, refunds, origin }: { paymentIntent: string; refunds: Returning[] } & Place
): Promise<boolean> {
	const { db } = ctx;
	const [paid] = await db
		.select()
		.from(payment)
		.where(eq(payment.stripePaymentIntent, paymentIntent))
		.for('update');
	if (!paid) return noteFlaggedRefunds(ctx, { paymentIntent, refunds, origin });
	const { checkoutId } = paid;
	const rows = await db.select().from(refund).where(eq(refund.checkoutId, checkoutId));
	for (const seen of refunds) {
		const known =
			rows.find(
				({ id, stripeRefundId }) => stripeRefundId === seen.refundId || keyOf(id) === seen.key
			) ??
			// Written down when we only heard the sum of what was sent at the provider.
			rows.find(
				({ stripeRefundId, state, amountMinor }) =>
					stripeRefundId === null && state === 'succeeded' && amountMinor === seen.amountMinor
			);
		if (!known) {
			// What failed before we heard of it was never believed.
			if (seen.state !== 'failed') await noteMadeThere(ctx, checkoutId, seen);
			continue;
		}
		// Whoever sends ours writes its outcome, unless it has failed since: an answer can be old.
		if (known.state === 'intent' && seen.state !== 'failed') continue;
		const before = known.state as RefundState;
		const state = mayBecome(before, seen.state) ? seen.state : before;
		Object.assign(known, { state, stripeRefundId: seen.refundId });
		await db
			.update(refund)
			.set({ state, stripeRefundId: seen.refundId })
			.where(eq(refund.id, known.id));
		if (state === 'failed' && before !== 'failed') {
			await reopen(ctx, paid);
			await tellOfFailure(ctx, known.id, known, origin);
		}
	}
	await closeWhenAllIsBack(ctx, paid);
	return true;
}

async function noteMadeThere(
	ctx: Context<System>,
	checkoutId: string,
	{ refundId, amountMinor, state }: Returning
): Promise<void> {
	await ctx.db.insert(refund).values({
		checkoutId,
		amountMinor,
		reason: 'at-stripe',
		state,
		stripeRefundId: refundId,
		createdAt: ctx.now
	});
	await audit(ctx, {
		action: 'refund-seen',
		object: { kind: 'checkout', id: checkoutId },
		detail: { amountMinor }
	});
}

/** The same for money that did not match: a refund of ours that failed later is here again. */
async function noteFlaggedRefunds(
	ctx: Context<System>,
	{ paymentIntent, refunds, origin }: { paymentIntent: string; refunds: Returning[] } & Place
): Promise<boolean> {
	const [flagged] = await ctx.db
		.select({ id: checkout.id })
		.from(checkout)
		.where(and(eq(checkout.stripePaymentIntent, paymentIntent), eq(checkout.status, 'flagged')))
		.for('update');
	if (!flagged) return false;
	for (const call of await flaggedCalls(ctx, flagged.id)) {
		const seen = refunds.find(
			({ refundId, key }) => refundId === call.responseRef || key === call.idemKey
		);
		if (call.state === 'failed' || seen?.state !== 'failed') continue;
		await ctx.db
			.update(providerCall)
			.set({ state: 'failed', responseRef: seen.refundId, doneAt: ctx.now })
			.where(eq(providerCall.id, call.id));
		const { amountMinor } = seen;
		await tellOfFailure(ctx, call.id, { checkoutId: flagged.id, amountMinor }, origin);
	}
	return true;
}

/**
 * Money that was on its way back did not arrive: its checkout is paid again, or still owes the
 * money when nobody has the seat.
 */
async function reopen(ctx: Context<System>, { checkoutId, amountMinor }: Paid): Promise<void> {
	if ((await backOf(ctx, checkoutId)) >= amountMinor) return;
	const hasSeat = sql`exists (select 1 from seat s where s.checkout_id = ${checkout.id} and s.state = 'sold')`;
	await ctx.db
		.update(checkout)
		.set({
			status: sql`case when ${hasSeat} then 'paid' else 'refund-due' end`,
			updatedAt: ctx.now
		})
		.where(and(eq(checkout.id, checkoutId), inArray(checkout.status, from('unrefund'))));
}

/** How much of a payment has gone back or is on its way. */
async function backOf({ db }: Context, checkoutId: string): Promise<number> {
	const [back] = await db
		.select({ sum: sql<string>`coalesce(sum(${refund.amountMinor}), 0)` })
		.from(refund)
		.where(and(eq(refund.checkoutId, checkoutId), inArray(refund.state, ['sent', 'succeeded'])));
	return Number(back!.sum);
}

/** A payment of which everything has gone back is 'refunded'. The seat stays with its leader until an admin says otherwise. */
async function closeWhenAllIsBack(ctx: Context, paid: Paid): Promise<void> {
	if ((await backOf(ctx, paid.checkoutId)) < paid.amountMinor) return;
	await ctx.db
		.update(checkout)
		.set({ status: 'refunded', updatedAt: ctx.now })
		.where(and(eq(checkout.id, paid.checkoutId), inArray(checkout.status, from('refund'))));
}
