import { desc, eq, sql } from 'drizzle-orm';
import type { Status as ApplicationStatus } from '#lib/admissions/application.ts';
import { application, offer } from '#lib/admissions/tables.server.ts';
import { cohort, seat } from '#lib/cohorts/tables.server.ts';
import type { Admin, Visitor } from '#lib/people/actor.ts';
import type { Context } from '#lib/server/context.server.ts';
import { hashToken } from '#lib/server/seal.server.ts';
import type { Status } from './checkout.ts';
import { refundable, stillHere, type RefundState } from './refund.ts';
import { checkout, payment } from './tables.server.ts';

/** Where the payment for an offer stands: its latest attempt, or null before the first. One statement. */
export async function paymentOf({ db }: Context<Visitor>, token: string) {
	const [row] = await db
		.select({
			checkoutId: checkout.id,
			status: sql<Status>`${checkout.status}`,
			failure: checkout.failure,
			amountMinor: checkout.amountMinor,
			currency: checkout.currency,
			seatNumber: seat.number
		})
		.from(offer)
		.innerJoin(checkout, eq(checkout.applicationId, offer.applicationId))
		.leftJoin(seat, eq(seat.checkoutId, checkout.id))
		.where(eq(offer.tokenHash, hashToken(token)))
		.orderBy(desc(checkout.attempt))
		.limit(1);
	return row ?? null;
}

/** Every attempt to pay, what needs somebody first. One statement, whatever the number. */
export async function paymentsForAdmin({ db }: Context<Admin>) {
	const rows = await db
		.select({
			checkoutId: checkout.id,
			attempt: checkout.attempt,
			status: sql<Status>`${checkout.status}`,
			failure: checkout.failure,
			amountMinor: checkout.amountMinor,
			currency: checkout.currency,
			createdAt: checkout.createdAt,
			expiresAt: checkout.expiresAt,
			paidAt: payment.at,
			paidMinor: payment.amountMinor,
			paymentIntent: payment.stripePaymentIntent,
			livemode: payment.livemode,
			applicationId: application.id,
			applicationStatus: sql<ApplicationStatus>`${application.status}`,
			name: application.name,
			company: application.company,
			cohortName: cohort.name,
			seatNumber: seat.number,
			/** Money that does not match: which payment it is, and what became of each try to give it back. */
			flaggedIntent: sql<
				string | null
			>`case when ${checkout.status} = 'flagged' then ${checkout.stripePaymentIntent} end`,
			flaggedRefunds: sql<
				('intent' | 'done' | 'failed')[]
			>`array(select c.state from provider_call c where c.purpose = 'refund-flagged' and c.subject_id = ${checkout.id} order by c.attempt)`,
			refunds: sql<
				{ amountMinor: number; state: RefundState; reason: string }[]
			>`coalesce((select json_agg(json_build_object('amountMinor', r.amount_minor, 'state', r.state, 'reason', r.reason) order by r.created_at)
				from refund r where r.checkout_id = ${checkout.id}), '[]'::json)`
		})
		.from(checkout)
		.innerJoin(application, eq(application.id, checkout.applicationId))
		.innerJoin(cohort, eq(cohort.id, checkout.cohortId))
		.leftJoin(payment, eq(payment.checkoutId, checkout.id))
		.leftJoin(seat, eq(seat.checkoutId, checkout.id))
		.orderBy(
			sql`case when ${checkout.status} in ('disputed', 'refund-due') then 0
				when ${checkout.status} = 'flagged' and not exists (select 1 from provider_call c
					where c.purpose = 'refund-flagged' and c.subject_id = ${checkout.id} and c.state in ('intent', 'done')) then 0
				when ${checkout.status} <> 'refunded' and exists
					(select 1 from refund r where r.checkout_id = ${checkout.id} and r.state = 'failed') then 0
				when ${checkout.failure} is not null and ${checkout.status} in ('new', 'open', 'processing', 'expired') then 1 else 2 end`,
			desc(checkout.createdAt)
		)
		.limit(200);
	return rows.map(({ flaggedIntent, flaggedRefunds, ...row }) => ({
		...row,
		/** What became of the last try, and which the next one is; null where there is none to make. */
		flaggedRefund: flaggedRefunds.at(-1) ?? null,
		nextFlaggedRefund:
			flaggedIntent !== null && (flaggedRefunds.at(-1) ?? 'failed') === 'failed'
				? flaggedRefunds.length + 1
				: null,
		refundableMinor: row.paidMinor === null ? 0 : refundable(row.paidMinor, row.refunds),
		stillHereMinor: stillHere(row.refunds)
	}));
}

/** Events of the provider that nobody could act on. */
export async function parkedEvents({ db }: Context<Admin>): Promise<number> {
	const [row] = await db.execute<{ count: number }>(
		sql`select count(*)::int as count from webhook_event where state = 'parked'`
	);
	return row!.count;
}
