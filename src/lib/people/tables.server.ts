import { sql } from 'drizzle-orm';
import { bigint, boolean, check, index, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import { bytes, id, instant } from '#lib/server/columns.server.ts';
import type { SealedColumn } from '#lib/server/rotation.server.ts';

/** Anyone we know by e-mail. */
export const person = pgTable(
	'person',
	{
		id: id(),
		email: text().notNull().unique('person_email'),
		name: text().notNull(),
		locale: text().notNull().default('en'),
		timeZone: text().notNull().default('Europe/Oslo'),
		/** 'system', 'light' or 'night'. */
		theme: text().notNull().default('system'),
		roles: text().array().notNull().default([]),
		disabledAt: instant(),
		createdAt: instant().notNull()
	},
	(table) => [
		check('person_email_lower', sql`${table.email} = lower(${table.email})`),
		check('person_locale', sql`${table.locale} in ('en', 'nb')`),
		check('person_theme', sql`${table.theme} in ('system', 'light', 'night')`),
		check('person_roles', sql`${table.roles} <@ array['leader', 'coach', 'admin', 'sponsor']`)
	]
);

/** A signed-in device. The id is the SHA-256 of the cookie's token, never the token. */
export const login = pgTable(
	'login',
	{
		id: text().primaryKey(),
		// The adapter of Lucia asks for these two names.
		userId: uuid('person_id')
			.notNull()
			.references(() => person.id, { onDelete: 'cascade' }),
		expiresAt: instant().notNull(),
		/** Whatever happens, the login ends here. */
		absoluteUntil: instant().notNull(),
		/** When the second step was taken; null while it is owed, or where there is none. */
		secondAt: instant(),
		createdAt: instant().notNull()
	},
	(table) => [
		check('login_id_is_a_hash', sql`${table.id} ~ '^[0-9a-f]{64}$'`),
		index('login_person').on(table.userId)
	]
);

/** A one-time link by mail; only its hash is stored. */
export const loginToken = pgTable(
	'login_token',
	{
		hash: text().primaryKey(),
		personId: uuid()
			.notNull()
			.references(() => person.id, { onDelete: 'cascade' }),
		purpose: text().notNull(),
		/** A path of this site to go to afterwards. */
		next: text(),
		expiresAt: instant().notNull(),
		usedAt: instant(),
		createdAt: instant().notNull()
	},
	(table) => [
		check('login_token_purpose', sql`${table.purpose} in ('sign-in', 'welcome')`),
		index('login_token_person').on(table.personId)
	]
);

/** The authenticator app of somebody who wants a second step at sign-in. */
export const secondFactor = pgTable('second_factor', {
	personId: uuid()
		.primaryKey()
		.references(() => person.id, { onDelete: 'cascade' }),
	/** Sealed: whoever has it can make the codes. */
	secretEnc: bytes().notNull(),
	/** The half minute of the last code that was taken: a code counts once. */
	lastStep: bigint({ mode: 'number' }).notNull().default(0),
	/** Null until the first code proved that the app has the key. */
	confirmedAt: instant(),
	createdAt: instant().notNull()
});

/** A code for the day on which the phone is lost; only its hash is stored, and it counts once. */
export const recoveryCode = pgTable(
	'recovery_code',
	{
		hash: text().primaryKey(),
		personId: uuid()
			.notNull()
			.references(() => person.id, { onDelete: 'cascade' }),
		usedAt: instant()
	},
	(table) => [index('recovery_code_person').on(table.personId)]
);

/** A passkey: a key pair of which we have the public half. Signing in with it takes no mail and no code. */
export const passkey = pgTable(
	'passkey',
	{
		/** The credential's id, base64url, as the authenticator chose it. */
		id: text().primaryKey(),
		personId: uuid()
			.notNull()
			.references(() => person.id, { onDelete: 'cascade' }),
		/** COSE, as it came. */
		publicKey: bytes().notNull(),
		/** How often the authenticator says it was used; stays 0 where it is kept on several devices. */
		counter: bigint({ mode: 'number' }).notNull(),
		/** How a browser reaches it: 'internal', 'usb', 'hybrid' … */
		transports: text().array().notNull(),
		/** Whether its owner's other devices have it too. */
		synced: boolean().notNull(),
		createdAt: instant().notNull(),
		lastUsedAt: instant()
	},
	(table) => [index('passkey_person').on(table.personId)]
);

/** A question that an authenticator answers with a signature; it counts once, for some minutes. Only its hash is stored. */
export const passkeyChallenge = pgTable(
	'passkey_challenge',
	{
		hash: text().primaryKey(),
		/** Whose passkey is added at which login; both are null for signing in. */
		personId: uuid().references(() => person.id, { onDelete: 'cascade' }),
		loginId: text().references(() => login.id, { onDelete: 'cascade' }),
		expiresAt: instant().notNull()
	},
	(table) => [
		check('passkey_challenge_whose', sql`(${table.personId} is null) = (${table.loginId} is null)`),
		index('passkey_challenge_expires').on(table.expiresAt),
		index('passkey_challenge_person').on(table.personId),
		index('passkey_challenge_login').on(table.loginId)
	]
);

/**
 * Changes whenever something changes that a person's kept pages show: a page that was made under
 * another stamp is not shown any more. Written by triggers alone (`0006_page_stamp.sql`), in the
 * transaction of the change. Nobody's stamp is everybody's: names, and what all of a program read.
 */
export const pageStamp = pgTable(
	'page_stamp',
	{
		personId: uuid().references(() => person.id, { onDelete: 'cascade' }),
		/** Never comes again, so that a database put back to yesterday shows no page of today. */
		stamp: uuid().notNull()
	},
	(table) => [unique('page_stamp_person').on(table.personId).nullsNotDistinct()]
);

/** What of this room is sealed under the application keys: moved on when they change. */
export const sealedColumns: SealedColumn[] = [
	{
		kind: 'second steps',
		table: 'second_factor',
		key: 'person_id',
		column: 'secret_enc',
		purpose: 'second-step',
		// A key that nobody has confirmed is sealed to the login that began it, and is worth nothing without.
		otherPurposes: `select 'second-step/' || l.id from login l where l.person_id = second_factor.person_id and second_factor.confirmed_at is null`,
		worthless: 'confirmed_at is null'
	}
];
