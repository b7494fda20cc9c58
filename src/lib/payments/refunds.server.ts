/** Money that goes back: what we send, and what was sent at the provider without us. */
import { and, eq, inArray, ne, sql } from 'drizzle-orm';
import { application } from '#lib/admissions/tables.server.ts';
import { cohort } from '#lib/cohorts/tables.server.ts';
import { m } from '#lib/paraglide/messages.js';
import type { Admin, System } from '#lib/people/actor.ts';
import { audit } from '#lib/server/audit.server.ts';
import { inTransaction, type Context } from '#lib/server/context.server.ts';
import { enqueue } from '#lib/server/job.server.ts';
import { queueMail } from '#lib/server/outbox.server.ts';
import type { Till } from '#lib/server/till.server.ts';
import { isId } from '#lib/values/id.ts';
import { formatMoney } from '#lib/values/money.ts';
import { ok, refuse, type Result } from '#lib/values/result.ts';
import { from, keyLivesMs, refusedForGood } from './checkout.ts';
import { refundable, type RefundState } from './refund.ts';
import { checkout, payment, refund } from './tables.server.ts';

type Locale = 'en' | 'nb';

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
	refundId: string
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
		sent = await till.refund(row.payment.stripePaymentIntent, amountMinor, `refund/${refundId}`);
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
		if (sent.state !== 'failed') {
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
		}
		await audit(tx, {
			action: sent.state === 'failed' ? 'refund-failed' : 'refund-sent',
			object: { kind: 'checkout', id: row.refund.checkoutId },
			detail: { amountMinor }
		});
	});
}

/** Money went back at the provider: what we did not send ourselves is written down. */
export async function noteRefunded(
	ctx: Context<System>,
	{ paymentIntent, amountMinor }: { paymentIntent: string; amountMinor: number }
): Promise<boolean> {
	const { db, now } = ctx;
	const [paid] = await db
		.select()
		.from(payment)
		.where(eq(payment.stripePaymentIntent, paymentIntent))
		.for('update');
	if (!paid) return false;
	const rows = await db.select().from(refund).where(eq(refund.checkoutId, paid.checkoutId));
	const known =
		paid.amountMinor -
		refundable(paid.amountMinor, rows as { amountMinor: number; state: RefundState }[]);
	if (amountMinor > known) {
		await db.insert(refund).values({
			checkoutId: paid.checkoutId,
			amountMinor: Math.min(amountMinor, paid.amountMinor) - known,
			reason: 'at-stripe',
			state: 'succeeded',
			createdAt: now
		});
		await audit(ctx, {
			action: 'refund-seen',
			object: { kind: 'checkout', id: paid.checkoutId },
			detail: { amountMinor }
		});
	}
	await closeWhenAllIsBack(ctx, paid);
	return true;
}

/**
 * What became of a refund of ours at the payer's bank. One that failed days later is not back: its
 * checkout is paid again, or still owes the money when nobody has the seat.
 *
 * @returns false for a refund that we do not know
 */
export async function noteRefundState(
	ctx: Context<System>,
	{ refundId, state }: { refundId: string; state: 'sent' | 'succeeded' | 'failed' }
): Promise<boolean> {
	const { db, now } = ctx;
	const [known] = await db
		.select({ checkoutId: refund.checkoutId })
		.from(refund)
		.where(eq(refund.stripeRefundId, refundId));
	if (!known) return false;
	const { checkoutId } = known;
	const [paid] = await db
		.select()
		.from(payment)
		.where(eq(payment.checkoutId, checkoutId))
		.for('update');
	const [changed] = await db
		.update(refund)
		.set({ state })
		.where(and(eq(refund.stripeRefundId, refundId), ne(refund.state, 'failed')))
		.returning({ amountMinor: refund.amountMinor });
	if (!changed || state !== 'failed') return true;
	if ((await backOf(ctx, checkoutId)) < paid!.amountMinor) {
		const hasSeat = sql`exists (select 1 from seat s where s.checkout_id = ${checkout.id} and s.state = 'sold')`;
		await db
			.update(checkout)
			.set({
				status: sql`case when ${hasSeat} then 'paid' else 'refund-due' end`,
				updatedAt: now
			})
			.where(and(eq(checkout.id, checkoutId), inArray(checkout.status, from('unrefund'))));
	}
	await audit(ctx, {
		action: 'refund-failed',
		object: { kind: 'checkout', id: checkoutId },
		detail: { amountMinor: changed.amountMinor }
	});
	return true;
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
async function closeWhenAllIsBack(
	ctx: Context,
	paid: { checkoutId: string; amountMinor: number }
): Promise<void> {
	if ((await backOf(ctx, paid.checkoutId)) < paid.amountMinor) return;
	await ctx.db
		.update(checkout)
		.set({ status: 'refunded', updatedAt: ctx.now })
		.where(and(eq(checkout.id, paid.checkoutId), inArray(checkout.status, from('refund'))));
}
