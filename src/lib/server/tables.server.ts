/** What the house itself stores: mail to send, webhooks to act on, calls to providers, the audit. */
import { sql } from 'drizzle-orm';
import {
	bigint,
	boolean,
	check,
	index,
	integer,
	jsonb,
	pgTable,
	primaryKey,
	smallint,
	text,
	unique,
	uuid
} from 'drizzle-orm/pg-core';
import { bytes, id, instant } from './columns.server.ts';
import type { SealedColumn } from './rotation.server.ts';

/** One mail; the rendered provider request is stored before the first try and never changes. */
export const emailOutbox = pgTable(
	'email_outbox',
	{
		id: id(),
		/** Names the fact ("welcome/<enrollment>"), so that producing it twice is harmless. */
		dedupeKey: text().notNull().unique('email_outbox_fact'),
		category: text().notNull(),
		priority: smallint().notNull(),
		recipientHash: bytes().notNull(),
		/** AES-256-GCM of the provider request; emptied a day after the end. */
		requestEnc: bytes(),
		state: text().notNull().default('queued'),
		attempts: integer().notNull().default(0),
		firstTryAt: instant(),
		nextTryAt: instant().notNull(),
		/** A mail that is worthless after this instant (a sign-in link) is not sent any more. */
		goodUntil: instant(),
		providerId: text(),
		lastError: text(),
		createdAt: instant().notNull(),
		sentAt: instant()
	},
	(table) => [
		check(
			'email_outbox_state',
			sql`${table.state} in ('queued', 'sent', 'failed', 'suppressed', 'unknown', 'expired')`
		),
		index('email_outbox_due')
			.on(table.priority, table.nextTryAt)
			.where(sql`state = 'queued'`)
	]
);

/** Addresses that bounced, complained or said no; scope 'all' or a category. */
export const emailSuppression = pgTable(
	'email_suppression',
	{
		recipientHash: bytes().notNull(),
		scope: text().notNull(),
		reason: text().notNull(),
		at: instant().notNull()
	},
	(table) => [
		primaryKey({ name: 'email_suppression_pk', columns: [table.recipientHash, table.scope] })
	]
);

/** What providers told us, stored as it came; acted on later, once. */
export const webhookEvent = pgTable(
	'webhook_event',
	{
		provider: text().notNull(),
		eventId: text().notNull(),
		type: text().notNull(),
		objectId: text(),
		payload: jsonb().notNull(),
		livemode: boolean(),
		receivedAt: instant().notNull(),
		state: text().notNull().default('new'),
		attempts: integer().notNull().default(0),
		nextTryAt: instant().notNull(),
		lastError: text(),
		doneAt: instant()
	},
	(table) => [
		primaryKey({ name: 'webhook_event_pk', columns: [table.provider, table.eventId] }),
		check('webhook_event_state', sql`${table.state} in ('new', 'done', 'ignored', 'parked')`),
		index('webhook_event_due')
			.on(table.nextTryAt)
			.where(sql`state = 'new'`)
	]
);

/** An intended call to a provider, written before the call is made. */
export const providerCall = pgTable(
	'provider_call',
	{
		id: id(),
		provider: text().notNull(),
		purpose: text().notNull(),
		subjectId: uuid().notNull(),
		attempt: integer().notNull().default(1),
		idemKey: text().notNull().unique('provider_call_key'),
		request: jsonb().notNull(),
		state: text().notNull().default('intent'),
		responseRef: text(),
		createdAt: instant().notNull(),
		doneAt: instant()
	},
	(table) => [
		unique('provider_call_once').on(table.purpose, table.subjectId, table.attempt),
		check('provider_call_state', sql`${table.state} in ('intent', 'done', 'failed', 'unknown')`),
		index('provider_call_open')
			.on(table.createdAt)
			.where(sql`state = 'intent'`)
	]
);

/** The one row that every audit entry locks, so that the chain can never fork. */
export const auditHead = pgTable(
	'audit_head',
	{
		one: integer().primaryKey().default(1),
		seq: bigint({ mode: 'number' }).notNull(),
		h: bytes().notNull()
	},
	(table) => [check('audit_head_is_one', sql`${table.one} = 1`)]
);

/** Who did what to which object; appended only by the function audit_append. */
export const auditLog = pgTable(
	'audit_log',
	{
		seq: bigint({ mode: 'number' }).primaryKey(),
		at: instant().notNull(),
		actorKind: text().notNull(),
		actorId: uuid(),
		action: text().notNull(),
		objectKind: text(),
		objectId: uuid(),
		detail: jsonb().notNull().default({}),
		prev: bytes().notNull().unique('audit_log_no_fork'),
		h: bytes().notNull()
	},
	(table) => [index('audit_log_object').on(table.objectKind, table.objectId, table.seq)]
);

/** Counters of the rate limiter (`rate-limiter-flexible`), shared by all processes. */
export const rateBucket = pgTable('rate_bucket', {
	key: text().primaryKey(),
	points: integer().notNull().default(0),
	expire: instant()
});

/** The worker's sign of life, read by /readyz. */
export const heartbeat = pgTable('heartbeat', {
	name: text().primaryKey(),
	at: instant().notNull()
});

/** What of this room is sealed under the application keys: moved on when they change. */
export const sealedColumns: SealedColumn[] = [
	{ kind: 'mails', table: 'email_outbox', key: 'id', column: 'request_enc', purpose: 'mail' }
];
