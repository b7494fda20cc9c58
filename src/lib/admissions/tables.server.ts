import { sql } from 'drizzle-orm';
import {
	bigint,
	char,
	check,
	index,
	integer,
	jsonb,
	pgTable,
	text,
	uniqueIndex,
	uuid
} from 'drizzle-orm/pg-core';
import { cohort } from '#lib/cohorts/tables.server.ts';
import { person } from '#lib/people/tables.server.ts';
import { id, instant } from '#lib/server/columns.server.ts';

/** The request to be let in, with its answers to the pledge. */
export const application = pgTable(
	'application',
	{
		id: id(),
		cohortId: uuid()
			.notNull()
			.references(() => cohort.id),
		email: text().notNull(),
		name: text().notNull(),
		company: text().notNull(),
		locale: text().notNull(),
		teamSize: integer().notNull(),
		/** The team's last engagement score on 0 to 100, if the applicant knows one. */
		baselineGuess: integer(),
		sponsorName: text(),
		sponsorEmail: text(),
		/** { [pledge key]: { yes: boolean, note?: string } } */
		answers: jsonb().notNull(),
		towards: text().notNull(),
		status: text().notNull().default('submitted'),
		decidedBy: uuid().references(() => person.id),
		decidedAt: instant(),
		decisionReason: text(),
		createdAt: instant().notNull()
	},
	(table) => [
		check(
			'application_status',
			sql`${table.status} in ('submitted', 'offered', 'declined', 'withdrawn', 'enrolled', 'waiting-for-seat')`
		),
		check('application_email_lower', sql`${table.email} = lower(${table.email})`),
		check('application_team', sql`${table.teamSize} between 0 and 500`),
		uniqueIndex('application_one_open')
			.on(table.cohortId, table.email)
			.where(sql`status not in ('declined', 'withdrawn')`),
		index('application_queue').on(table.cohortId, table.status, table.createdAt)
	]
);

/** Our yes, with a price that stays and a last day. Only the hash of its link is stored. */
export const offer = pgTable(
	'offer',
	{
		id: id(),
		applicationId: uuid()
			.notNull()
			.references(() => application.id),
		priceMinor: bigint({ mode: 'number' }).notNull(),
		currency: char({ length: 3 }).notNull(),
		tokenHash: text().notNull(),
		goodUntil: instant().notNull(),
		withdrawnAt: instant(),
		createdAt: instant().notNull()
	},
	(table) => [
		check('offer_price', sql`${table.priceMinor} > 0`),
		uniqueIndex('offer_token').on(table.tokenHash),
		uniqueIndex('offer_one_live')
			.on(table.applicationId)
			.where(sql`withdrawn_at is null`)
	]
);
