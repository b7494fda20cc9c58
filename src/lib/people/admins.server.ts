import { and, isNull, sql } from 'drizzle-orm';
import type { Context } from '#lib/server/context.server.ts';
import { queueMail } from '#lib/server/outbox.server.ts';
import { m } from '#lib/paraglide/messages.js';
import { person } from './tables.server.ts';

type Locale = 'en' | 'nb';

/**
 * Tells everybody who runs the program that something waits for them: no name and no figure, because
 * a mail lies in many places. What was told once is not told again.
 *
 * @param fact of what, "payment-flagged/<id>"
 * @param say in one language
 * @param page where it stands, "https://…"
 */
export async function tellAdmins(
	ctx: Context,
	{
		fact,
		page,
		say
	}: {
		fact: string;
		page: string;
		say: (locale: Locale) => { subject: string; body: string; button: string };
	}
): Promise<void> {
	const admins = await ctx.db
		.select({ id: person.id, name: person.name, email: person.email, locale: person.locale })
		.from(person)
		.where(and(sql`'admin' = any(${person.roles})`, isNull(person.disabledAt)))
		.orderBy(person.id)
		.limit(50);
	for (const { id, name, email, locale: theirs } of admins) {
		const locale = theirs as Locale;
		const { subject, body, button } = say(locale);
		await queueMail(ctx, {
			to: email,
			category: 'notice',
			fact: `${fact}/${id}`,
			locale,
			subject,
			paragraphs: [m.mail_hello({ name }, { locale }), body],
			button: { label: button, url: page },
			reason: m.mail_admin_reason({}, { locale })
		});
	}
}
