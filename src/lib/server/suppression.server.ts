/** Addresses that we do not write to: they bounced, complained, or said no. Kept as keyed hashes only. */
import * as v from 'valibot';
import type { Context } from './context.server.ts';
import { priorities, type Category } from './outbox.server.ts';
import { hashAddress, seal, unsealText, type Keys } from './seal.server.ts';
import { emailSuppression, webhookEvent } from './tables.server.ts';

export type MailEvent = { id: string; type: string; recipients: string[] };

const schema = v.object({
	type: v.string(),
	data: v.object({ to: v.optional(v.union([v.string(), v.array(v.string())]), []) })
});

/** What a verified event of the mail provider says. @returns null when it is of another shape */
export function readMailEvent(id: string, payload: unknown): MailEvent | null {
	const read = v.safeParse(schema, payload);
	if (!read.success) return null;
	const { type, data } = read.output;
	return { id, type, recipients: [data.to].flat() };
}

/**
 * Acts on an event of the mail provider, once: an address that bounced or complained gets nothing
 * from us any more. The addresses themselves are not stored.
 *
 * @returns whether the event was new
 */
export async function receiveMailEvent(
	ctx: Context,
	{ id, type, recipients }: MailEvent
): Promise<boolean> {
	const reason = { 'email.bounced': 'bounced', 'email.complained': 'complained' }[type];
	return ctx.db.transaction(async (tx) => {
		const [stored] = await tx
			.insert(webhookEvent)
			.values({
				provider: 'resend',
				eventId: id,
				type,
				payload: {},
				receivedAt: ctx.now,
				nextTryAt: ctx.now,
				state: reason ? 'done' : 'ignored',
				doneAt: ctx.now
			})
			.onConflictDoNothing()
			.returning({ eventId: webhookEvent.eventId });
		if (!stored) return false;
		if (reason) {
			for (const address of recipients) {
				await tx
					.insert(emailSuppression)
					.values({
						recipientHash: hashAddress(ctx.keys, address),
						scope: 'all',
						reason,
						at: ctx.now
					})
					.onConflictDoNothing();
			}
		}
		return true;
	});
}

const purpose = 'unsubscribe';

/** The token of an unsubscribe link: says which address and which kind of mail, to nobody but us. */
export const unsubscribeToken = (keys: Keys, address: string, scope: Category): string =>
	Buffer.from(
		seal(
			keys,
			purpose,
			JSON.stringify([Buffer.from(hashAddress(keys, address)).toString('base64url'), scope])
		)
	).toString('base64url');

/** The two headers of one-click unsubscribing (RFC 8058), for mails that somebody may not want. */
export const unsubscribeHeaders = (
	keys: Keys,
	{ origin, to, scope }: { origin: string; to: string; scope: Category }
): Record<string, string> => ({
	'List-Unsubscribe': `<${origin}/u/${unsubscribeToken(keys, to, scope)}>`,
	'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click'
});

/** What an unsubscribe link is about; null when it is not one of ours. */
export function readUnsubscribe(
	keys: Keys,
	token: string
): { recipientHash: Uint8Array; scope: Category } | null {
	try {
		const text = unsealText(keys, purpose, new Uint8Array(Buffer.from(token, 'base64url')));
		const [hash, scope] = JSON.parse(text) as [string, string];
		if (!(scope in priorities)) return null;
		return {
			recipientHash: new Uint8Array(Buffer.from(hash, 'base64url')),
			scope: scope as Category
		};
	} catch {
		return null;
	}
}

/** Stops one kind of mail to one address, at once. Saying it again is fine. @returns false for a link that is not ours */
export async function unsubscribe(ctx: Context, token: string): Promise<boolean> {
	const read = readUnsubscribe(ctx.keys, token);
	if (!read) return false;
	await ctx.db
		.insert(emailSuppression)
		.values({ ...read, reason: 'unsubscribed', at: ctx.now })
		.onConflictDoNothing();
	return true;
}
