/** Mail is written, not sent: the row is there if the business fact is, and the worker sends it. */
import { and, eq, inArray, isNull, lte, or, sql } from 'drizzle-orm';
import type { Context } from './context.server.ts';
import { enqueue } from './job.server.ts';
import { renderLetter, type Letter } from './letter.server.ts';
import { addressHashes, hashAddress, seal, unsealText } from './seal.server.ts';
import { emailOutbox, emailSuppression } from './tables.server.ts';

/** Login links first, receipts next, then the rest. */
export const priorities = {
	'sign-in': 0,
	receipt: 1,
	notice: 2,
	invitation: 3,
	reminder: 4
} as const;
export type Category = keyof typeof priorities;

/** What goes to the provider, byte for byte, on every try. */
export type MailRequest = {
	to: string;
	subject: string;
	text: string;
	html: string;
	attachments?: { filename: string; content: string; contentType: string }[];
	headers?: Record<string, string>;
};

type Mail = Letter & {
	to: string;
	category: Category;
	/** The fact that this mail tells ("welcome/<enrollment>"): told once. */
	fact: string;
	goodUntil?: Date;
	/** `unsubscribeHeaders` on every mail that somebody may not want. */
	headers?: Record<string, string>;
};

/** Puts a mail into the outbox in the caller's transaction. A fact that was told before is not told again. */
export async function queueMail(ctx: Context, mail: Mail): Promise<void> {
	const { subject, text, html } = renderLetter(mail);
	const request: MailRequest = {
		to: mail.to,
		subject,
		text,
		html,
		...(mail.attachments && { attachments: mail.attachments }),
		...(mail.headers && { headers: mail.headers })
	};
	const [row] = await ctx.db
		.insert(emailOutbox)
		.values({
			dedupeKey: mail.fact,
			category: mail.category,
			priority: priorities[mail.category],
			recipientHash: hashAddress(ctx.keys, mail.to),
			requestEnc: seal(ctx.keys, 'mail', JSON.stringify(request)),
			nextTryAt: ctx.now,
			goodUntil: mail.goodUntil ?? null,
			createdAt: ctx.now
		})
		.onConflictDoNothing({ target: emailOutbox.dedupeKey })
		.returning({ id: emailOutbox.id });
	if (row) await enqueue(ctx, 'deliver-mail', { key: 'deliver-mail' });
}

/** What the provider made of one try. */
export type Delivery =
	| { outcome: 'sent'; providerId: string }
	| { outcome: 'failed'; error: string }
	| { outcome: 'again'; error: string; afterMs?: number };

export type Mailer = (request: MailRequest, idempotencyKey: string) => Promise<Delivery>;

/** Waits between tries: 30 s, 2 min, 10 min, 1 h, 4 h, 10 h, 20 h (reliability (d) 4). */
const waitsMs = [30, 120, 600, 3600, 14_400, 36_000, 72_000].map((seconds) => seconds * 1000);
/** Providers remember a key for a day; after 23 hours a mail of unknown fate is not tried again. */
const windowMs = 23 * 3600 * 1000;

/**
 * Sends the most urgent due mail, if there is one. The row is leased by moving `nextTryAt` on
 * before the call, so a killed worker delays a mail and never doubles it: every try carries the
 * same key and the same bytes.
 *
 * @returns 'none' when nothing is due, else what became of the mail, and how long to wait
 */
export async function deliverNext(
	ctx: Context,
	send: Mailer
): Promise<{ state: 'none' } | { state: 'done'; waitMs: number }> {
	const { db, now, keys } = ctx;
	const leasedUntil = new Date(now.getTime() + 60_000);
	const [mail] = await db
		.update(emailOutbox)
		.set({
			nextTryAt: leasedUntil,
			attempts: sql`${emailOutbox.attempts} + 1`,
			firstTryAt: sql`coalesce(${emailOutbox.firstTryAt}, ${now.toISOString()}::timestamptz)`
		})
		.where(
			eq(
				emailOutbox.id,
				sql`(select id from email_outbox where state = 'queued' and next_try_at <= ${now.toISOString()}::timestamptz
					order by priority, next_try_at limit 1 for update skip locked)`
			)
		)
		.returning();
	if (!mail) return { state: 'none' };

	const end = async (state: string, rest: Partial<typeof emailOutbox.$inferInsert> = {}) => {
		await db
			.update(emailOutbox)
			.set({ state, ...rest })
			.where(eq(emailOutbox.id, mail.id));
		return { state: 'done' as const, waitMs: 0 };
	};
	if (mail.goodUntil && mail.goodUntil <= now) return end('expired');
	if (mail.firstTryAt && now.getTime() - mail.firstTryAt.getTime() > windowMs)
		return end('unknown');
	if (!mail.requestEnc) return end('failed', { lastError: 'empty' });
	const request = JSON.parse(unsealText(keys, 'mail', mail.requestEnc)) as MailRequest;

	const [suppressed] = await db
		.select({ reason: emailSuppression.reason })
		.from(emailSuppression)
		.where(
			and(
				// Who said no before the keys changed has said no.
				inArray(emailSuppression.recipientHash, addressHashes(keys, request.to)),
				or(eq(emailSuppression.scope, 'all'), eq(emailSuppression.scope, mail.category))
			)
		)
		.limit(1);
	if (suppressed) return end('suppressed', { lastError: suppressed.reason });

	const delivery = await send(request, `em/${mail.id}`);
	if (delivery.outcome === 'sent')
		return end('sent', { providerId: delivery.providerId, sentAt: now, lastError: null });
	if (delivery.outcome === 'failed') return end('failed', { lastError: delivery.error });
	const waitMs = Math.max(
		delivery.afterMs ?? 0,
		waitsMs[Math.min(mail.attempts - 1, waitsMs.length - 1)] ?? 0
	);
	await db
		.update(emailOutbox)
		.set({ nextTryAt: new Date(now.getTime() + waitMs), lastError: delivery.error })
		.where(eq(emailOutbox.id, mail.id));
	// A provider that says "slow down" is obeyed by the whole queue.
	return { state: 'done', waitMs: delivery.afterMs ?? 0 };
}

/** Empties the contents of mails that ended a day ago: they may hold links. */
export async function forgetSentMail({ db, now }: Context): Promise<void> {
	const dayAgo = new Date(now.getTime() - 24 * 3600 * 1000);
	await db
		.update(emailOutbox)
		.set({ requestEnc: null })
		.where(
			and(
				sql`${emailOutbox.state} <> 'queued'`,
				sql`${emailOutbox.requestEnc} is not null`,
				or(
					lte(emailOutbox.sentAt, dayAgo),
					and(isNull(emailOutbox.sentAt), lte(emailOutbox.createdAt, dayAgo))
				)
			)
		);
}
