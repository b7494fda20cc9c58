import { sql } from 'drizzle-orm';
import {
	check,
	date,
	index,
	integer,
	pgTable,
	primaryKey,
	text,
	unique,
	uuid
} from 'drizzle-orm/pg-core';
import { enrollment, seller } from '#lib/cohorts/tables.server.ts';
import { person } from '#lib/people/tables.server.ts';
import { bytes, id, instant } from '#lib/server/columns.server.ts';
import type { SealedColumn } from '#lib/server/rotation.server.ts';

/** A meeting of coach and leader. */
export const session = pgTable(
	'session',
	{
		id: id(),
		enrollmentId: uuid()
			.notNull()
			.references(() => enrollment.id),
		coachId: uuid()
			.notNull()
			.references(() => person.id),
		kind: text().notNull().default('one-to-one'),
		startsAt: instant().notNull(),
		/** The zone in which it was agreed; both people see their own as well. */
		timeZone: text().notNull(),
		minutes: integer().notNull(),
		place: text().notNull().default(''),
		status: text().notNull().default('planned'),
		/** Goes up with every change, as calendars expect. */
		sequence: integer().notNull().default(0),
		createdAt: instant().notNull()
	},
	(table) => [
		check('session_kind', sql`${table.kind} in ('first', 'one-to-one', 'pair', 'closing')`),
		check('session_status', sql`${table.status} in ('planned', 'held', 'missed', 'canceled')`),
		check('session_minutes', sql`${table.minutes} between 10 and 240`),
		index('session_enrollment').on(table.enrollmentId, table.startsAt),
		index('session_coach').on(table.coachId, table.startsAt)
	]
);

/** A note on a session: shared with the other one, or the author's own. Always encrypted. */
export const sessionNote = pgTable(
	'session_note',
	{
		id: id(),
		sessionId: uuid()
			.notNull()
			.references(() => session.id),
		authorId: uuid()
			.notNull()
			.references(() => person.id),
		visibility: text().notNull(),
		bodyEnc: bytes().notNull(),
		revision: integer().notNull().default(0),
		savedAt: instant().notNull()
	},
	(table) => [
		unique('session_note_one').on(table.sessionId, table.authorId, table.visibility),
		check('session_note_visibility', sql`${table.visibility} in ('shared', 'own')`)
	]
);

/** Something the leader did for one seller, or for the whole team. */
export const touchpoint = pgTable(
	'touchpoint',
	{
		id: id(),
		enrollmentId: uuid()
			.notNull()
			.references(() => enrollment.id),
		kind: text().notNull(),
		day: date({ mode: 'string' }).notNull(),
		minutes: integer(),
		noteEnc: bytes(),
		/** The form's own key: sent twice, stored once. */
		requestKey: uuid().notNull().unique('touchpoint_request'),
		createdAt: instant().notNull()
	},
	(table) => [
		check(
			'touchpoint_kind',
			sql`${table.kind} in ('coaching', 'feedback', 'listening', 'recognition', 'stepped-back', 'team-meeting', 'training')`
		),
		check('touchpoint_minutes', sql`${table.minutes} between 1 and 480`),
		index('touchpoint_enrollment').on(table.enrollmentId, table.day)
	]
);

/** The sellers that a touchpoint reached. */
export const touchpointSeller = pgTable(
	'touchpoint_seller',
	{
		touchpointId: uuid()
			.notNull()
			.references(() => touchpoint.id, { onDelete: 'cascade' }),
		sellerId: uuid()
			.notNull()
			.references(() => seller.id)
	},
	(table) => [
		primaryKey({ name: 'touchpoint_seller_pk', columns: [table.touchpointId, table.sellerId] }),
		index('touchpoint_seller_seller').on(table.sellerId)
	]
);

/** What of this room is sealed under the application keys: moved on when they change. */
export const sealedColumns: SealedColumn[] = [
	{ kind: 'session notes', table: 'session_note', key: 'id', column: 'body_enc', purpose: 'note' },
	{ kind: 'touchpoint notes', table: 'touchpoint', key: 'id', column: 'note_enc', purpose: 'note' }
];
