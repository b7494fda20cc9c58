import { sql } from 'drizzle-orm';
import {
	bigint,
	boolean,
	char,
	check,
	index,
	integer,
	pgTable,
	text,
	unique,
	uniqueIndex,
	uuid
} from 'drizzle-orm/pg-core';
import { application, offer } from '#lib/admissions/tables.server.ts';
import { cohort } from '#lib/cohorts/tables.server.ts';
import { id, instant } from '#lib/server/columns.server.ts';
import type { SealedColumn } from '#lib/server/rotation.server.ts';

/** One attempt to pay, with the seat that it holds. */
export const checkout = pgTable(
	'checkout',
	{
		id: id(),
		offerId: uuid()
			.notNull()
			.references(() => offer.id),
		applicationId: uuid()
			.notNull()
			.references(() => application.id),
		cohortId: uuid()
			.notNull()
			.references(() => cohort.id),
		attempt: integer().notNull().default(1),
		status: text().notNull().default('new'),
		amountMinor: bigint({ mode: 'number' }).notNull(),
		currency: char({ length: 3 }).notNull(),
		stripeSessionId: text().unique('checkout_stripe_session'),
		stripePaymentIntent: text().unique('checkout_stripe_intent'),
		url: text(),
		expiresAt: instant(),
		/** Why the last try at paying failed, as the provider's code. */
		failure: text(),
		createdAt: instant().notNull(),
		updatedAt: instant().notNull()
	},
	(table) => [
		check(
			'checkout_status',
			sql`${table.status} in ('new', 'open', 'processing', 'paid', 'refund-due', 'refunded', 'disputed', 'expired', 'canceled', 'flagged')`
		),
		check('checkout_amount', sql`${table.amountMinor} > 0`),
		uniqueIndex('checkout_one_live')
			.on(table.applicationId)
			.where(sql`status in ('new', 'open', 'processing', 'paid', 'disputed')`),
		unique('checkout_attempt').on(table.applicationId, table.attempt),
		index('checkout_cohort').on(table.cohortId),
		index('checkout_offer').on(table.offerId),
		index('checkout_unfinished')
			.on(table.expiresAt)
			.where(sql`status in ('new', 'open', 'processing', 'refund-due')`)
	]
);

/** Money that arrived. */
export const payment = pgTable(
	'payment',
	{
		stripePaymentIntent: text().primaryKey(),
		checkoutId: uuid()
			.notNull()
			.unique('payment_one_a_checkout')
			.references(() => checkout.id),
		amountMinor: bigint({ mode: 'number' }).notNull(),
		currency: char({ length: 3 }).notNull(),
		livemode: boolean().notNull(),
		at: instant().notNull()
	},
	(table) => [check('payment_amount', sql`${table.amountMinor} > 0`)]
);

/** Money that goes back; a trigger holds the sum at or under what was paid. */
export const refund = pgTable(
	'refund',
	{
		id: id(),
		checkoutId: uuid()
			.notNull()
			.references(() => checkout.id),
		amountMinor: bigint({ mode: 'number' }).notNull(),
		reason: text().notNull(),
		state: text().notNull().default('intent'),
		stripeRefundId: text().unique('refund_stripe'),
		createdAt: instant().notNull()
	},
	(table) => [
		check('refund_amount', sql`${table.amountMinor} > 0`),
		check('refund_state', sql`${table.state} in ('intent', 'sent', 'succeeded', 'failed')`),
		index('refund_checkout').on(table.checkoutId)
	]
);

/** What of this room is sealed under the application keys: moved on when they change. */
export const sealedColumns: SealedColumn[] = [
	{
		kind: 'offer links',
		table: 'provider_call',
		key: 'id',
		column: 'request',
		inside: 'token',
		purpose: 'offer-link'
	}
];
