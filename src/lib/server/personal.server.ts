/** What the house itself holds about a person: mails, counters, entries of the audit. */
import { sql, type SQL } from 'drizzle-orm';
import type { Context } from './context.server.ts';
import type { Database } from './database.server.ts';
import type { MailRequest } from './outbox.server.ts';
import { addressHashes, unsealText } from './seal.server.ts';

/** Whom an export or an erasure is about. All that rooms know of them follows from these two. */
export type Subject = {
	email: string;
	/** Null for somebody who has no login: an applicant, a seller, a sponsor who was only named. */
	personId: string | null;
};

/** What a room holds about somebody, by name of the list. */
export type PersonalData = Record<string, unknown[]>;

/** The rows of a query as JSON has them: instants in ISO 8601, amounts as numbers. */
export async function listOf(db: Database, query: SQL): Promise<Record<string, unknown>[]> {
	const rows = await db.execute<{ row: Record<string, unknown> }>(
		sql`select to_jsonb(x) as row from (${query}) x`
	);
	return rows.map(({ row }) => row);
}

/** A link may be a key: the place is told, the rest is not. */
export const withoutLinks = (text: string): string =>
	text.replace(/(https?:\/\/[^/\s"<>]+)[^\s"<>]*/g, '$1/…');

/**
 * Mails to the address, what counts tries at signing in, and the audit. Reminders of surveys are left
 * out: that there is one says who had not answered, to whoever holds the document.
 */
export async function personalData(
	{ db, keys }: Context,
	{ email, personId }: Subject
): Promise<PersonalData> {
	const to = await db.execute<{ request: Buffer | null; row: Record<string, unknown> }>(sql`
		select request_enc as request, to_jsonb(x) as row from (
			select category, state, provider_id, last_error, created_at, sent_at, request_enc from email_outbox
			where recipient_hash in ${hashList(keys, email)} and category <> 'reminder' order by created_at) x`);
	return {
		mails: to.map(({ request, row: { request_enc: _, ...row } }) => ({
			...row,
			...(request && contentOf(unsealText(keys, 'mail', request)))
		})),
		mailsNotWanted: await listOf(
			db,
			sql`select scope, reason, at from email_suppression where recipient_hash in ${hashList(keys, email)}`
		),
		triesCounted: await listOf(
			db,
			sql`select key, points, expire from rate_bucket where ${ownCounter({ email, personId })}`
		),
		audit: await listOf(
			db,
			sql`select at, action, object_kind, object_id, detail, actor_kind from audit_log
				where actor_id = ${personId}::uuid or (object_kind = 'person' and object_id = ${personId}::uuid)
				order by seq`
		)
	};
}

const hashList = (keys: Context['keys'], email: string) =>
	sql`(${sql.join(
		addressHashes(keys, email).map((hash) => sql`${Buffer.from(hash)}::bytea`),
		sql`, `
	)})`;

const ownCounter = ({ email, personId }: Subject) =>
	sql`(right(key, length(${`:${email}`})) = ${`:${email}`} or right(key, 37) = ':' || ${personId}::text)`;

function contentOf(json: string) {
	const { subject, text, attachments } = JSON.parse(json) as MailRequest;
	return {
		subject,
		text: withoutLinks(text),
		attachments: (attachments ?? []).map(({ filename }) => filename)
	};
}

/** Mails to others that name somebody: kept for a day after they were sent. */
async function mailsAbout({ db, keys }: Context, subject: Subject, names: readonly string[]) {
	const kept = await db.execute<{ id: string; state: string; request: Buffer }>(
		sql`select id, state, request_enc as request from email_outbox
			where request_enc is not null and recipient_hash not in ${hashList(keys, subject.email)}`
	);
	const words = [subject.email, ...names.filter((one) => one.includes(' '))].map((one) =>
		one.toLowerCase()
	);
	return kept.filter(({ request }) => {
		const text = unsealText(keys, 'mail', request).toLowerCase();
		return words.some((word) => text.includes(word));
	});
}

/** Why somebody cannot be erased yet, as far as the house itself knows. */
export async function reasonsToWait(
	ctx: Context,
	subject: Subject,
	names: readonly string[]
): Promise<string[]> {
	const waiting = (await mailsAbout(ctx, subject, names)).some(({ state }) => state === 'queued');
	return waiting
		? ['A mail to somebody else that names them waits to be sent: try again when it is out.']
		: [];
}

/**
 * Empties every mail to the address and every mail that names them, and the counters. A mail to them
 * that was not sent yet is not sent. That the address wants no mail is remembered, as its hash: else
 * we would write to it again one day.
 */
export async function erasePersonalData(
	ctx: Context,
	subject: Subject,
	names: readonly string[]
): Promise<void> {
	const { db, keys } = ctx;
	const about = (await mailsAbout(ctx, subject, names)).map(({ id }) => id);
	if (about.length > 0)
		await db.execute(sql`update email_outbox set request_enc = null
			where id in (select value::uuid from jsonb_array_elements_text(${JSON.stringify(about)}::text::jsonb))`);
	await db.execute(sql`update email_outbox set request_enc = null, recipient_hash = '', last_error = null,
		provider_id = null, state = case when state = 'queued' then 'expired' else state end
		where recipient_hash in ${hashList(keys, subject.email)}`);
	await db.execute(sql`delete from rate_bucket where ${ownCounter(subject)}`);
}

export type Guard = readonly [table: string, trigger: string];

/**
 * Lets `work` change what triggers keep from ever changing, for an erasure and nothing else: they are
 * off inside this transaction only, where nobody else can write to the tables, and an interruption
 * brings them back. Only the owner of the tables may do it.
 *
 * It comes before the transaction has changed anything: waiting for a table with the lock of a row or
 * of a stamp in hand could mean waiting for each other.
 */
export async function pastGuards(
	{ db }: Context,
	guards: readonly Guard[],
	work: () => Promise<unknown>
): Promise<void> {
	const turn = async (how: 'disable' | 'enable') => {
		for (const [table, trigger] of guards)
			await db.execute(
				sql`alter table ${sql.identifier(table)} ${sql.raw(how)} trigger ${sql.identifier(trigger)}`
			);
	};
	await turn('disable');
	await work();
	// A table cannot be altered while a trigger of it still waits for the end of the transaction.
	await db.execute(sql`set constraints all immediate`);
	await turn('enable');
}

/** What stands where a name was erased, in any language. */
export const erasedName = '—';
/** The start of an address that nobody has; a column that must not be empty keeps it. */
export const erasedAddress = (id: SQL): SQL => sql`${id}::text || '@erased.invalid'`;
