import { sql } from 'drizzle-orm';
import {
	boolean,
	check,
	index,
	integer,
	jsonb,
	pgTable,
	smallint,
	text,
	unique,
	uuid
} from 'drizzle-orm/pg-core';
import { enrollment, seller } from '#lib/cohorts/tables.server.ts';
import { bytes, id, instant } from '#lib/server/columns.server.ts';
import type { SealedColumn } from '#lib/server/rotation.server.ts';

/** What was fixed about asking a team, before it was first asked. */
export const teamPolicy = pgTable(
	'team_policy',
	{
		enrollmentId: uuid()
			.primaryKey()
			.references(() => enrollment.id),
		/** Fewer people than this and nothing is shown; frozen when the baseline opens. */
		minGroup: smallint().notNull().default(5),
		frozenAt: instant(),
		/** Marks of those whom the coach last confirmed as the team; another address is another mark. */
		confirmed: text().array().notNull().default([]),
		/** Whether the waves after the baseline open on their day while the team is the confirmed one. */
		opensByItself: boolean().notNull().default(false),
		/** K of method 2.5, encrypted with an application key; gone 30 days after the last wave. */
		pairingKeyEnc: bytes(),
		pairingKeyDestroyedAt: instant()
	},
	(table) => [check('team_policy_floor', sql`${table.minGroup} between 4 and 10`)]
);

/** One sending of a survey to a team: 0 baseline, 1 to 5 pulses, 6 endline. */
export const wave = pgTable(
	'wave',
	{
		id: id(),
		enrollmentId: uuid()
			.notNull()
			.references(() => enrollment.id),
		index: smallint().notNull(),
		status: text().notNull().default('open'),
		minGroup: smallint().notNull(),
		opensAt: instant().notNull(),
		closesAt: instant().notNull(),
		/** Answers are sealed to this key while the wave is open. */
		publicKey: bytes().notNull(),
		/** The other half, encrypted with an application key; emptied at close. */
		privateKeyEnc: bytes(),
		/** Kept after the invitations are gone. */
		invited: integer(),
		answered: integer(),
		closedAt: instant()
	},
	(table) => [
		unique('wave_once').on(table.enrollmentId, table.index),
		check('wave_index', sql`${table.index} between 0 and 6`),
		check('wave_status', sql`${table.status} in ('open', 'closed')`),
		check('wave_closed', sql`(${table.status} = 'closed') = (${table.closedAt} is not null)`),
		check('wave_key_gone', sql`${table.status} = 'open' or ${table.privateKeyEnc} is null`),
		index('wave_due')
			.on(table.closesAt)
			.where(sql`status = 'open'`)
	]
);

/** One respondent's link to a wave. Without any time; deleted when the wave closes. */
export const invitation = pgTable(
	'invitation',
	{
		id: id(),
		waveId: uuid()
			.notNull()
			.references(() => wave.id),
		sellerId: uuid()
			.notNull()
			.references(() => seller.id),
		tokenHash: text().notNull().unique('invitation_token'),
		done: boolean().notNull().default(false)
	},
	(table) => [
		unique('invitation_once').on(table.waveId, table.sellerId),
		index('invitation_seller').on(table.sellerId)
	]
);

/** Sealed answers of an open wave, all padded to the same size. */
export const sealedBox = pgTable(
	'sealed_box',
	{
		id: id(),
		waveId: uuid()
			.notNull()
			.references(() => wave.id),
		sealed: bytes().notNull()
	},
	(table) => [index('sealed_box_wave').on(table.waveId)]
);

/**
 * Answers of a closed wave under the pairing key: no seller, no time, random order. No language
 * either: the roster knows everybody's, and the only one of a team who reads Norwegian would be named by it.
 */
export const response = pgTable(
	'response',
	{
		id: id(),
		waveId: uuid()
			.notNull()
			.references(() => wave.id),
		respondentKey: bytes().notNull(),
		/** In the order of the wave's items; 0 is "not answered". */
		answers: smallint().array().notNull()
	},
	(table) => [unique('response_once').on(table.waveId, table.respondentKey)]
);

/** Words of a closed wave: no key, no order, no time. */
export const teamComment = pgTable(
	'team_comment',
	{
		id: id(),
		waveId: uuid()
			.notNull()
			.references(() => wave.id),
		body: text().notNull()
	},
	(table) => [index('team_comment_wave').on(table.waveId)]
);

/** What may be shown of a wave, computed once at close; a trigger keeps it from changing. */
export const publishedResult = pgTable(
	'published_result',
	{
		id: id(),
		enrollmentId: uuid()
			.notNull()
			.references(() => enrollment.id),
		waveId: uuid()
			.notNull()
			.unique('published_result_wave')
			.references(() => wave.id),
		waveIndex: smallint().notNull(),
		payload: jsonb().notNull(),
		methodVersion: text().notNull(),
		publishedAt: instant().notNull()
	},
	(table) => [unique('published_result_index').on(table.enrollmentId, table.waveIndex)]
);

/** What of this room is sealed under the application keys: moved on when they change. */
export const sealedColumns: SealedColumn[] = [
	{ kind: 'wave keys', table: 'wave', key: 'id', column: 'private_key_enc', purpose: 'wave-key' },
	{
		kind: 'pairing keys',
		table: 'team_policy',
		key: 'enrollment_id',
		column: 'pairing_key_enc',
		purpose: 'pairing-key'
	}
];
