/** Money that goes back: what we send, what was sent at the provider without us, and what failed. */
import { and, eq, inArray, sql } from 'drizzle-orm';
import { application } from '#lib/admissions/tables.server.ts';
import { cohort } from '#lib/cohorts/tables.server.ts';
import { m } from '#lib/paraglide/messages.js';
import type { Admin, System } from '#lib/people/actor.ts';
import { audit } from '#lib/server/audit.server.ts';
import { inTransaction, type Context } from '#lib/server/context.server.ts';
import { enqueue } from '#lib/server/job.server.ts';
import { queueMail } from '#lib/server/outbox.server.ts';
import type { Returning, Till } from '#lib/server/till.server.ts';
import { isId } from '#lib/values/id.ts';
import { formatMoney } from '#lib/values/money.ts';
import { ok, refuse, type Result } from '#lib/values/result.ts';
import { from, keyLivesMs, refusedForGood } from './checkout.ts';
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
 * Sends one refund, once: every try carries the refund's own id as its key. After 23 hours the
 * provider may have forgotten the key, and a person has to look.
 *
 * @throws when the provider does not answer; the job is tried again
 */
export async function sendRefund(
	ctx: Context<System>,
	till: Till,
	{ refundId, origin }: { refundId: string } & Place
): Promise<void> {
	if (!isId(refundId)) return;
	const { db, now } = ctx;
	const [row] = await db
		.select({ refund, payment, application, cohortName: cohort.name })
		.from(refund)
		.innerJoin(payment, eq(payment.checkoutId, refund.checkoutId))
		.innerJoin(checkout, eq(checkout.id, refund.checkoutId))
		.innerJoin(application, eq(application.id, checkout.applicationId))
		.innerJoin(cohort, eq(cohort.id, checkout.cohortId))
		.where(and(eq(refund.id, refundId), eq(refund.state, 'intent')));
	if (!row || now.getTime() - row.refund.createdAt.getTime() > keyLivesMs) return;
	const { amountMinor } = row.refund;
	let sent: { refundId: string | null; state: RefundState };
	try {
		sent = await till.refund(row.payment.stripePaymentIntent, amountMinor, keyOf(refundId));
	} catch (failure) {
		if (!refusedForGood(failure)) throw failure;
		sent = { refundId: null, state: 'failed' };
	}
	await inTransaction(ctx, async (tx) => {
		await tx.db
			.select()
			.from(payment)
			.where(eq(payment.checkoutId, row.refund.checkoutId))
			.for('update');
		const [changed] = await tx.db
			.update(refund)
			.set({ state: sent.state, stripeRefundId: sent.refundId })
			.where(and(eq(refund.id, refundId), eq(refund.state, 'intent')))
			.returning({ id: refund.id });
		if (!changed) return;
		if (sent.state === 'failed')
			return isHereAgain(tx, { refundId, paid: row.payment, amountMinor, origin });
		await closeWhenAllIsBack(tx, row.payment);
		const locale = row.application.locale as Locale;
		await queueMail(tx, {
			to: row.application.email,
			category: 'receipt',
			fact: `refund/${refundId}`,
			locale,
			subject: m.mail_refund_subject({}, { locale }),
			paragraphs: [
				m.mail_hello({ name: row.application.name }, { locale }),
				m.mail_refund_body(
					{
						amount: formatMoney({ ...row.payment, amountMinor }, locale),
						cohort: row.cohortName
					},
					{ locale }
				)
			],
			reason: m.mail_receipt_reason({}, { locale })
		});
		await audit(tx, {
			action: 'refund-sent',
			object: { kind: 'checkout', id: row.refund.checkoutId },
			detail: { amountMinor }
		});
	});
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
	const { db, now } = ctx;
	const [paid] = await db
		.select()
		.from(payment)
		.where(eq(payment.stripePaymentIntent, paymentIntent))
		.for('update');
	if (!paid) return false;
	const { checkoutId } = paid;
	const rows = await db.select().from(refund).where(eq(refund.checkoutId, checkoutId));
	for (const seen of refunds) {
		const known =
			rows.find(({ stripeRefundId }) => stripeRefundId === seen.refundId) ??
			// Written down when we only heard the sum of what was sent at the provider.
			rows.find(
				({ stripeRefundId, state, amountMinor }) =>
					stripeRefundId === null && state === 'succeeded' && amountMinor === seen.amountMinor
			);
		if (known) {
			const state = mayBecome(known.state as RefundState, seen.state)
				? seen.state
				: (known.state as RefundState);
			if (state === known.state && known.stripeRefundId !== null) continue;
			await db
				.update(refund)
				.set({ state, stripeRefundId: seen.refundId })
				.where(eq(refund.id, known.id));
			if (state === 'failed' && known.state !== 'failed')
				await isHereAgain(ctx, {
					refundId: known.id,
					paid,
					amountMinor: known.amountMinor,
					origin
				});
			Object.assign(known, { state, stripeRefundId: seen.refundId });
			continue;
		}
		// Whoever sends our own writes its outcome; what failed before we heard of it was never believed.
		if (rows.some(({ id }) => keyOf(id) === seen.key) || seen.state === 'failed') continue;
		await db.insert(refund).values({
			checkoutId,
			amountMinor: seen.amountMinor,
			reason: 'at-stripe',
			state: seen.state,
			stripeRefundId: seen.refundId,
			createdAt: now
		});
		await audit(ctx, {
			action: 'refund-seen',
			object: { kind: 'checkout', id: checkoutId },
			detail: { amountMinor: seen.amountMinor }
		});
	}
	await closeWhenAllIsBack(ctx, paid);
	return true;
}

/**
 * A refund failed: its money is here. A checkout that was given back is paid again, or still owes
 * the money when nobody has the seat. No rule can put that right, so the admins are told.
 */
async function isHereAgain(
	ctx: Context<System>,
	{
		refundId,
		paid,
		amountMinor,
		origin
	}: { refundId: string; paid: Paid; amountMinor: number } & Place
): Promise<void> {
	const { checkoutId } = paid;
	if ((await backOf(ctx, checkoutId)) < paid.amountMinor) {
		const hasSeat = sql`exists (select 1 from seat s where s.checkout_id = ${checkout.id} and s.state = 'sold')`;
		await ctx.db
			.update(checkout)
			.set({
				status: sql`case when ${hasSeat} then 'paid' else 'refund-due' end`,
				updatedAt: ctx.now
			})
			.where(and(eq(checkout.id, checkoutId), inArray(checkout.status, from('unrefund'))));
	}
	await audit(ctx, {
		action: 'refund-failed',
		object: { kind: 'checkout', id: checkoutId },
		detail: { amountMinor }
	});
	await tellOfPayment(ctx, 'refund-failed', { id: refundId, origin });
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
