import { sql } from 'drizzle-orm';
import {
	bigint,
	boolean,
	char,
	check,
	date,
	foreignKey,
	index,
	integer,
	jsonb,
	numeric,
	pgTable,
	primaryKey,
	text,
	unique,
	uuid
} from 'drizzle-orm/pg-core';
import { person } from '#lib/people/tables.server.ts';
import { program } from '#lib/curriculum/tables.server.ts';
import { id, instant } from '#lib/server/columns.server.ts';

/** One run of a program, with a start day and a price. */
export const cohort = pgTable(
	'cohort',
	{
		id: id(),
		slug: text().notNull().unique('cohort_slug'),
		name: text().notNull(),
		programId: uuid()
			.notNull()
			.references(() => program.id),
		coachId: uuid()
			.notNull()
			.references(() => person.id),
		startsOn: date({ mode: 'string' }).notNull(),
		priceMinor: bigint({ mode: 'number' }).notNull(),
		currency: char({ length: 3 }).notNull(),
		timeZone: text().notNull().default('Europe/Oslo'),
		salesOpen: boolean().notNull().default(false),
		/** The YES list that the coach may edit: [{ key, kind: must|should|info, en, nb }]. */
		pledge: jsonb().notNull(),
		createdAt: instant().notNull()
	},
	(table) => [
		check('cohort_price', sql`${table.priceMinor} > 0`),
		index('cohort_coach').on(table.coachId),
		index('cohort_starts').on(table.startsOn)
	]
);

/** One numbered place. Capacity is the number of these rows: nothing can sell a fifth of four. */
export const seat = pgTable(
	'seat',
	{
		cohortId: uuid()
			.notNull()
			.references(() => cohort.id),
		number: integer().notNull(),
		state: text().notNull().default('free'),
		/** The checkout that holds or bought it (foreign key in the migration: a room above). */
		checkoutId: uuid().unique('seat_checkout'),
		holdUntil: instant()
	},
	(table) => [
		primaryKey({ name: 'seat_pk', columns: [table.cohortId, table.number] }),
		check('seat_number', sql`${table.number} > 0`),
		check('seat_state', sql`${table.state} in ('free', 'held', 'sold', 'blocked')`),
		check(
			'seat_has_its_checkout',
			sql`(${table.state} in ('held', 'sold')) = (${table.checkoutId} is not null)`
		),
		check('seat_hold', sql`(${table.state} = 'held') = (${table.holdUntil} is not null)`)
	]
);

/** A leader's part in a cohort. All measurement hangs on it. */
export const enrollment = pgTable(
	'enrollment',
	{
		id: id(),
		cohortId: uuid()
			.notNull()
			.references(() => cohort.id),
		seatNumber: integer().notNull(),
		leaderId: uuid()
			.notNull()
			.references(() => person.id),
		coachId: uuid()
			.notNull()
			.references(() => person.id),
		company: text().notNull(),
		/** Day 0: the day on which the cohort starts (decision 21); windows are counted from it in `timeZone`. */
		dayZero: date({ mode: 'string' }).notNull(),
		timeZone: text().notNull(),
		currency: char({ length: 3 }).notNull(),
		/** What the leader wants to move towards, in one sentence. */
		towards: text(),
		state: text().notNull().default('active'),
		leftOn: date({ mode: 'string' }),
		createdAt: instant().notNull()
	},
	(table) => [
		unique('enrollment_seat').on(table.cohortId, table.seatNumber),
		unique('enrollment_leader').on(table.cohortId, table.leaderId),
		foreignKey({
			name: 'enrollment_sits_on_a_seat',
			columns: [table.cohortId, table.seatNumber],
			foreignColumns: [seat.cohortId, seat.number]
		}),
		check('enrollment_state', sql`${table.state} in ('active', 'left')`),
		check('enrollment_left', sql`(${table.state} = 'left') = (${table.leftOn} is not null)`),
		index('enrollment_of_leader').on(table.leaderId),
		index('enrollment_of_coach').on(table.coachId)
	]
);

/** Which sponsor answers for which enrollment, and what was agreed that they see. */
export const sponsorship = pgTable(
	'sponsorship',
	{
		id: id(),
		enrollmentId: uuid()
			.notNull()
			.references(() => enrollment.id),
		sponsorId: uuid()
			.notNull()
			.references(() => person.id),
		/** Subset of uplift, sessions, progress; empty until the leader agreed. */
		shares: text().array().notNull().default([]),
		agreedAt: instant(),
		createdAt: instant().notNull()
	},
	(table) => [
		unique('sponsorship_once').on(table.enrollmentId, table.sponsorId),
		index('sponsorship_sponsor').on(table.sponsorId),
		check('sponsorship_shares', sql`${table.shares} <@ array['uplift', 'sessions', 'progress']`),
		check(
			'sponsorship_agreed',
			sql`cardinality(${table.shares}) = 0 or ${table.agreedAt} is not null`
		)
	]
);

/** Someone on a leader's team roster: answers surveys and wins deals; has no login. */
export const seller = pgTable(
	'seller',
	{
		id: id(),
		enrollmentId: uuid()
			.notNull()
			.references(() => enrollment.id),
		name: text().notNull(),
		email: text(),
		locale: text().notNull().default('en'),
		/** The seller's id or name in the CRM. */
		externalId: text(),
		/** Share of full time, 0 < fte <= 1. */
		fte: numeric({ precision: 3, scale: 2, mode: 'number' }).notNull().default(1),
		startedOn: date({ mode: 'string' }).notNull(),
		endedOn: date({ mode: 'string' }),
		createdAt: instant().notNull()
	},
	(table) => [
		index('seller_enrollment').on(table.enrollmentId),
		unique('seller_email').on(table.enrollmentId, table.email),
		unique('seller_external_id').on(table.enrollmentId, table.externalId),
		check('seller_fte', sql`${table.fte} > 0 and ${table.fte} <= 1`),
		check('seller_locale', sql`${table.locale} in ('en', 'nb')`),
		check('seller_ended', sql`${table.endedOn} is null or ${table.endedOn} >= ${table.startedOn}`)
	]
);

/**
 * Days on which a seller was away as agreed: they are no time to sell (method 4.1). Why is nobody's
 * business here. Who is asked in a survey does not depend on it: leave could choose who is heard.
 */
export const absence = pgTable(
	'absence',
	{
		id: id(),
		sellerId: uuid()
			.notNull()
			.references(() => seller.id),
		firstDay: date({ mode: 'string' }).notNull(),
		/** Included. */
		lastDay: date({ mode: 'string' }).notNull(),
		createdAt: instant().notNull()
	},
	(table) => [
		unique('absence_once').on(table.sellerId, table.firstDay, table.lastDay),
		check(
			'absence_days',
			sql`${table.lastDay} between ${table.firstDay} and ${table.firstDay} + 366`
		)
	]
);
