import { sql } from 'drizzle-orm';
import {
	bigint,
	char,
	check,
	date,
	index,
	jsonb,
	pgTable,
	smallint,
	text,
	unique,
	uniqueIndex,
	uuid
} from 'drizzle-orm/pg-core';
import { cohort, enrollment, seller } from '#lib/cohorts/tables.server.ts';
import { person } from '#lib/people/tables.server.ts';
import { bytes, id, instant } from '#lib/server/columns.server.ts';
import type { SealedColumn } from '#lib/server/rotation.server.ts';

/** One file of deals: read, asked about, then confirmed or discarded. */
export const importBatch = pgTable(
	'import_batch',
	{
		id: id(),
		enrollmentId: uuid()
			.notNull()
			.references(() => enrollment.id),
		fileName: text().notNull(),
		sha256: text().notNull(),
		/** The file itself, encrypted; emptied once it is confirmed or discarded. */
		fileEnc: bytes(),
		status: text().notNull().default('preview'),
		/** What the person answered to the doubtful cells. */
		answers: jsonb().notNull().default({}),
		/** Rows used, left out, problems: what the evidence page shows. */
		summary: jsonb(),
		uploadedBy: uuid()
			.notNull()
			.references(() => person.id),
		createdAt: instant().notNull(),
		confirmedAt: instant()
	},
	(table) => [
		check('import_batch_status', sql`${table.status} in ('preview', 'confirmed', 'discarded')`),
		uniqueIndex('import_batch_same_file')
			.on(table.enrollmentId, table.sha256)
			.where(sql`status <> 'discarded'`),
		index('import_batch_enrollment').on(table.enrollmentId, table.createdAt)
	]
);

/** A deal as the CRM last told it. */
export const deal = pgTable(
	'deal',
	{
		id: id(),
		enrollmentId: uuid()
			.notNull()
			.references(() => enrollment.id),
		externalId: text().notNull(),
		sellerId: uuid()
			.notNull()
			.references(() => seller.id),
		name: text().notNull().default(''),
		status: text().notNull(),
		closedOn: date({ mode: 'string' }),
		createdOn: date({ mode: 'string' }),
		amountMinor: bigint({ mode: 'number' }),
		currency: char({ length: 3 }).notNull(),
		kind: text().notNull().default('new'),
		importId: uuid()
			.notNull()
			.references(() => importBatch.id)
	},
	(table) => [
		unique('deal_once').on(table.enrollmentId, table.externalId),
		check('deal_status', sql`${table.status} in ('open', 'won', 'lost')`),
		check('deal_kind', sql`${table.kind} in ('new', 'expansion', 'renewal')`),
		check(
			'deal_won_has_money_and_day',
			sql`${table.status} <> 'won' or (${table.amountMinor} is not null and ${table.closedOn} is not null)`
		),
		check('deal_amount', sql`${table.amountMinor} >= 0`),
		index('deal_window').on(table.enrollmentId, table.closedOn),
		index('deal_import').on(table.importId),
		index('deal_seller').on(table.sellerId)
	]
);

/** Every change of a deal, for ever: a trigger lets rows only be added. */
export const dealVersion = pgTable(
	'deal_version',
	{
		id: id(),
		dealId: uuid()
			.notNull()
			.references(() => deal.id),
		importId: uuid()
			.notNull()
			.references(() => importBatch.id),
		before: jsonb(),
		after: jsonb().notNull(),
		at: instant().notNull()
	},
	(table) => [
		index('deal_version_deal').on(table.dealId),
		index('deal_version_import').on(table.importId)
	]
);

/** The proposal of a baseline that leader and coach sign. */
export const baselineDraft = pgTable('baseline_draft', {
	enrollmentId: uuid()
		.primaryKey()
		.references(() => enrollment.id),
	/** { metric, windowWeeks, primary, ramp, goal } */
	policy: jsonb().notNull(),
	leaderSignedAt: instant(),
	coachSignedAt: instant(),
	/** A signature is for this state of policy and deals. */
	inputsSha256: text().notNull(),
	updatedAt: instant().notNull()
});

/** The locked figures before the start. A trigger lets it be neither changed nor deleted. */
export const baseline = pgTable(
	'baseline',
	{
		id: id(),
		enrollmentId: uuid()
			.notNull()
			.references(() => enrollment.id),
		version: smallint().notNull(),
		policy: jsonb().notNull(),
		/** Both pillars for every baseline that the data allow; amounts in minor units, exposure in RFTE weeks. */
		computed: jsonb().notNull(),
		inputsSha256: text().notNull(),
		methodVersion: text().notNull(),
		lockedAt: instant().notNull(),
		leaderId: uuid()
			.notNull()
			.references(() => person.id),
		coachId: uuid()
			.notNull()
			.references(() => person.id),
		reason: text()
	},
	(table) => [unique('baseline_version').on(table.enrollmentId, table.version)]
);

/** Price changes, new territories and the like: printed with the result, and a major one caps the evidence. */
export const knownEvent = pgTable(
	'known_event',
	{
		id: id(),
		enrollmentId: uuid()
			.notNull()
			.references(() => enrollment.id),
		day: date({ mode: 'string' }).notNull(),
		kind: text().notNull(),
		size: text().notNull(),
		note: text().notNull().default(''),
		createdAt: instant().notNull()
	},
	(table) => [
		check('known_event_size', sql`${table.size} in ('minor', 'major')`),
		index('known_event_enrollment').on(table.enrollmentId, table.day)
	]
);

/** Where a pillar stands: computed when a file, a wave or a week arrives, and read as it is. */
export const pillarResult = pgTable(
	'pillar_result',
	{
		enrollmentId: uuid()
			.notNull()
			.references(() => enrollment.id),
		pillar: text().notNull(),
		week: smallint().notNull(),
		/** Everything that pages show: figures, series, forecast, verdict, evidence (`uplift/pillar.ts`). */
		payload: jsonb().notNull(),
		methodVersion: text().notNull(),
		/** Set when the window and its grace are over: never computed again. */
		frozenAt: instant(),
		computedAt: instant().notNull()
	},
	(table) => [
		unique('pillar_result_one').on(table.enrollmentId, table.pillar),
		check('pillar_result_pillar', sql`${table.pillar} in ('engagement', 'sales', 'revenue')`)
	]
);

/** The cohort's own figures under the complementary rule, stored when they arise. */
export const cohortResult = pgTable(
	'cohort_result',
	{
		cohortId: uuid()
			.primaryKey()
			.references(() => cohort.id),
		payload: jsonb().notNull(),
		methodVersion: text().notNull(),
		/** The last of its thirteen weeks' days, once every result of it is final. */
		endedOn: date({ mode: 'string' }),
		computedAt: instant().notNull()
	},
	(table) => [
		check(
			'cohort_result_ended_when_final',
			sql`(${table.endedOn} is not null) = (${table.payload} ->> 'final')::boolean`
		),
		// The public page shows the ones that ended last.
		index('cohort_result_ended').on(table.endedOn)
	]
);

/** What of this room is sealed under the application keys: moved on when they change. */
export const sealedColumns: SealedColumn[] = [
	{ kind: 'files', table: 'import_batch', key: 'id', column: 'file_enc', purpose: 'file' }
];
