import { sql } from 'drizzle-orm';
import {
	check,
	index,
	integer,
	pgTable,
	primaryKey,
	smallint,
	text,
	unique,
	uniqueIndex,
	uuid
} from 'drizzle-orm/pg-core';
import { enrollment } from '#lib/cohorts/tables.server.ts';
import { assignment, criterion, lesson } from '#lib/curriculum/tables.server.ts';
import { person } from '#lib/people/tables.server.ts';
import { bytes, id, instant } from '#lib/server/columns.server.ts';
import type { SealedColumn } from '#lib/server/rotation.server.ts';

/** One numbered attempt at an assignment. A trigger keeps a submitted text from ever changing. */
export const submission = pgTable(
	'submission',
	{
		id: id(),
		enrollmentId: uuid()
			.notNull()
			.references(() => enrollment.id),
		assignmentId: uuid()
			.notNull()
			.references(() => assignment.id),
		attempt: integer().notNull(),
		status: text().notNull().default('draft'),
		body: text().notNull(),
		/** Counts the saves of the draft; a save names the one it saw, so two tabs cannot overwrite each other. */
		revision: integer().notNull().default(0),
		savedAt: instant().notNull(),
		submittedAt: instant(),
		createdAt: instant().notNull()
	},
	(table) => [
		unique('submission_attempt').on(table.enrollmentId, table.assignmentId, table.attempt),
		uniqueIndex('submission_one_open')
			.on(table.enrollmentId, table.assignmentId)
			.where(sql`status in ('draft', 'submitted', 'in-review')`),
		check(
			'submission_status',
			sql`${table.status} in ('draft', 'submitted', 'in-review', 'accepted', 'returned')`
		),
		check('submission_attempt_counts', sql`${table.attempt} > 0`),
		check(
			'submission_submitted',
			sql`(${table.status} = 'draft') = (${table.submittedAt} is null)`
		),
		check('submission_length', sql`length(${table.body}) <= 60000`),
		index('submission_waiting')
			.on(table.submittedAt)
			.where(sql`status in ('submitted', 'in-review')`)
	]
);

/** A coach's judgement of one submission; without an outcome it is the coach's own draft. */
export const review = pgTable(
	'review',
	{
		id: id(),
		submissionId: uuid()
			.notNull()
			.unique('review_one_a_submission')
			.references(() => submission.id),
		coachId: uuid()
			.notNull()
			.references(() => person.id),
		outcome: text(),
		/** What the leader reads: the one question, or the word with an acceptance. */
		comment: text().notNull().default(''),
		revision: integer().notNull().default(0),
		savedAt: instant().notNull(),
		givenAt: instant()
	},
	(table) => [
		check('review_outcome', sql`${table.outcome} in ('accepted', 'returned')`),
		check('review_given', sql`(${table.outcome} is null) = (${table.givenAt} is null)`),
		index('review_coach').on(table.coachId, table.givenAt)
	]
);

/** The level of one criterion in one review, 1 to 4. */
export const score = pgTable(
	'score',
	{
		reviewId: uuid()
			.notNull()
			.references(() => review.id, { onDelete: 'cascade' }),
		criterionId: uuid()
			.notNull()
			.references(() => criterion.id),
		level: smallint().notNull()
	},
	(table) => [
		primaryKey({ name: 'score_pk', columns: [table.reviewId, table.criterionId] }),
		check('score_level', sql`${table.level} between 1 and 4`)
	]
);

/** A remark on a passage of a submission. Shared ones are read by the leader once the review is given; own ones are encrypted. */
export const remark = pgTable(
	'remark',
	{
		id: id(),
		submissionId: uuid()
			.notNull()
			.references(() => submission.id),
		authorId: uuid()
			.notNull()
			.references(() => person.id),
		visibility: text().notNull(),
		/** The quoted passage and where it began; a remark without a quote is on the whole. */
		quote: text(),
		startsAt: integer(),
		body: text(),
		bodyEnc: bytes(),
		createdAt: instant().notNull()
	},
	(table) => [
		check('remark_visibility', sql`${table.visibility} in ('shared', 'own')`),
		check(
			'remark_own_is_encrypted',
			sql`(${table.visibility} = 'own') = (${table.bodyEnc} is not null) and (${table.visibility} = 'shared') = (${table.body} is not null)`
		),
		index('remark_submission').on(table.submissionId, table.startsAt)
	]
);

/** A lesson that a leader has marked as read. */
export const lessonRead = pgTable(
	'lesson_read',
	{
		enrollmentId: uuid()
			.notNull()
			.references(() => enrollment.id),
		lessonId: uuid()
			.notNull()
			.references(() => lesson.id),
		readAt: instant().notNull()
	},
	(table) => [primaryKey({ name: 'lesson_read_pk', columns: [table.enrollmentId, table.lessonId] })]
);

/** What of this room is sealed under the application keys: moved on when they change. */
export const sealedColumns: SealedColumn[] = [
	{ kind: 'own remarks', table: 'remark', key: 'id', column: 'body_enc', purpose: 'remark' }
];
