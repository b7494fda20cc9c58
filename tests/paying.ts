/** Short words for paying: going to the page, what the till tells, and what is true afterwards. */
import { eq } from 'drizzle-orm';
import { application } from '#lib/admissions/tables.server.ts';
import { enrollment, seat } from '#lib/cohorts/tables.server.ts';
import { startCheckout } from '#lib/payments/commands.server.ts';
import type { StripeEvent } from '#lib/payments/event.ts';
import { actOnWebhooks, receiveEvent } from '#lib/payments/events.server.ts';
import { sendRefund } from '#lib/payments/refunds.server.ts';
import { checkout, payment, refund } from '#lib/payments/tables.server.ts';
import { emailOutbox } from '#lib/server/tables.server.ts';
import { origin } from './cohort.ts';
import type { FakeTill } from './till.ts';
import type { World } from './world.ts';

export const minutes = (count: number) => count * 60_000;

/** @param now the world and the till of the test that runs */
export function payingIn(now: () => { world: World; bank: FakeTill }) {
	const start = (token: string) =>
		startCheckout(now().world.visitor(), now().bank.till, { token, origin });
	const send = (refundId: string) =>
		sendRefund(now().world.system(), now().bank.till, { refundId, origin });
	return {
		start,
		send,
		tell: (event: StripeEvent) => receiveEvent(now().world.system(), event),
		act: () => actOnWebhooks(now().world.system(), now().bank.till, { origin }),
		/** Somebody with an offer goes to the payment page. */
		async atThePage(token: string) {
			const begun = await start(token);
			if (!begun.ok) throw new Error(begun.reason);
			return now().bank.sessionAt(begun.value.url).sessionId;
		},
		async facts() {
			const { db } = now().world;
			const [checkouts, seats] = await Promise.all([
				db.select().from(checkout).orderBy(checkout.createdAt, checkout.attempt),
				db.select().from(seat).orderBy(seat.number)
			]);
			return {
				checkouts: checkouts.map(({ status }) => status),
				seats: seats.map(({ state }) => state),
				enrollments: await db.$count(enrollment),
				payments: await db.$count(payment),
				applications: (await db.select().from(application)).map(({ status }) => status).sort()
			};
		},
		/** The mails in the outbox by the first word of the fact that they tell. */
		async mails() {
			const rows = await now().world.db.select({ fact: emailOutbox.dedupeKey }).from(emailOutbox);
			return rows.map(({ fact }) => fact.split('/')[0]!).sort();
		},
		/** Sends every refund that waits, as the worker does. */
		async sendRefunds() {
			const { db } = now().world;
			for (const { id } of await db.select().from(refund).where(eq(refund.state, 'intent')))
				await send(id);
		}
	};
}
