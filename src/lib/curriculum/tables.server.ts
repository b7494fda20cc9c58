import { sql } from 'drizzle-orm';
import { check, index, integer, jsonb, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import { id, instant } from '#lib/server/columns.server.ts';

/** The ordered modules that a cohort goes through. */
export const program = pgTable('program', {
	id: id(),
	slug: text().notNull().unique('program_slug'),
	title: text().notNull(),
	summary: text().notNull(),
	/** [{ key, name, fromWeek, toWeek }] */
	phases: jsonb().notNull().default([]),
	createdAt: instant().notNull()
});

/** A step of a program: one week. */
export const module = pgTable(
	'module',
	{
		id: id(),
		programId: uuid()
			.notNull()
			.references(() => program.id, { onDelete: 'cascade' }),
		week: integer().notNull(),
		slug: text().notNull(),
		title: text().notNull(),
		aim: text().notNull(),
		draws: text().array().notNull().default([])
	},
	(table) => [
		unique('module_week').on(table.programId, table.week),
		unique('module_slug').on(table.programId, table.slug),
		check('module_week_in_program', sql`${table.week} between 0 and 13`)
	]
);

/** Something to read; rendered and sanitized when it is stored. */
export const lesson = pgTable(
	'lesson',
	{
		id: id(),
		moduleId: uuid()
			.notNull()
			.references(() => module.id, { onDelete: 'cascade' }),
		position: integer().notNull(),
		title: text().notNull(),
		markdown: text().notNull(),
		html: text().notNull(),
		minutesToRead: integer().notNull()
	},
	(table) => [unique('lesson_position').on(table.moduleId, table.position)]
);

/** What is asked of the leader. */
export const assignment = pgTable(
	'assignment',
	{
		id: id(),
		moduleId: uuid()
			.notNull()
			.references(() => module.id, { onDelete: 'cascade' }),
		title: text().notNull(),
		brief: text().notNull(),
		evidence: text().array().notNull(),
		template: text().notNull(),
		minutes: integer().notNull()
	},
	(table) => [unique('assignment_one_a_module').on(table.moduleId)]
);

/** One line of the rubric; without an assignment it is common to the whole program. */
export const criterion = pgTable(
	'criterion',
	{
		id: id(),
		programId: uuid()
			.notNull()
			.references(() => program.id, { onDelete: 'cascade' }),
		assignmentId: uuid().references(() => assignment.id, { onDelete: 'cascade' }),
		position: integer().notNull(),
		key: text().notNull(),
		name: text().notNull(),
		/** Four sentences, level 1 to 4. */
		levels: text().array().notNull()
	},
	(table) => [
		unique('criterion_key').on(table.programId, table.assignmentId, table.key).nullsNotDistinct(),
		index('criterion_assignment').on(table.assignmentId),
		check('criterion_has_four_levels', sql`cardinality(${table.levels}) = 4`)
	]
);
