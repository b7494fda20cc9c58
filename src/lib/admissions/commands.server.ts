import { and, eq, inArray, isNull } from 'drizzle-orm';
import { mayApply } from '#lib/cohorts/cohort.ts';
import { cohortBySlug } from '#lib/cohorts/queries.server.ts';
import { sellerWords } from '#lib/cohorts/seller-words.server.ts';
import { cohort } from '#lib/cohorts/tables.server.ts';
import { m } from '#lib/paraglide/messages.js';
import type { Admin, Visitor } from '#lib/people/actor.ts';
import { tellAdmins } from '#lib/people/admins.server.ts';
import { audit } from '#lib/server/audit.server.ts';
import { inTransaction, inTransactionOrUndo, type Context } from '#lib/server/context.server.ts';
import { queueMail } from '#lib/server/outbox.server.ts';
import { hashToken, newToken } from '#lib/server/seal.server.ts';
import type { Seller } from '#lib/server/till.server.ts';
import { dayIn } from '#lib/values/day.ts';
import { isId } from '#lib/values/id.ts';
import { formatMoney } from '#lib/values/money.ts';
import { ok, refuse, type Result } from '#lib/values/result.ts';
import { sayDay } from '#lib/values/say-day.ts';
import { from, readApplication, type Problem, type Status, type Typed } from './application.ts';
import { goodForMs } from './offer.ts';
import { application, offer } from './tables.server.ts';

type Locale = 'en' | 'nb';

/**
 * Takes an application. The same address twice is answered like the first time: the first one
 * stands, and nobody learns from the answer who has applied.
 */
export async function submitApplication(
	ctx: Context<Visitor>,
	{ slug, typed, locale, origin }: { slug: string; typed: Typed; locale: Locale; origin: string }
): Promise<
	| Result<null, 'cohort-unknown' | 'cohort-closed'>
	| { ok: false; reason: 'problems'; problems: Problem[] }
> {
	const run = await cohortBySlug(ctx, slug);
	if (!run) return refuse('cohort-unknown');
	if (!mayApply(run.stage)) return refuse('cohort-closed');
	const read = readApplication(typed, run.pledge);
	if ('problems' in read) return { ok: false, reason: 'problems', problems: read.problems };
	await inTransaction(ctx, async (tx) => {
		const [made] = await tx.db
			.insert(application)
			.values({ ...read.application, cohortId: run.id, locale, createdAt: ctx.now })
			.onConflictDoNothing()
			.returning({ id: application.id });
		if (!made) return;
		await queueMail(tx, {
			to: read.application.email,
			category: 'notice',
			fact: `application/${made.id}`,
			locale,
			subject: m.mail_applied_subject({ cohort: run.name }, { locale }),
			paragraphs: [
				m.mail_hello({ name: read.application.name }, { locale }),
				m.mail_applied_body({ coach: run.coachName }, { locale })
			],
			reason: m.mail_applied_reason({}, { locale })
		});
		await tellAdmins(tx, {
			fact: `application-waits/${made.id}`,
			page: `${origin}/admin/applications/${made.id}`,
			say: (locale) => ({
				subject: m.mail_admin_application_subject({}, { locale }),
				body: m.mail_admin_application_body({ cohort: run.name }, { locale }),
				button: m.mail_admin_application_button({}, { locale })
			})
		});
		await audit(tx, {
			action: 'application-submitted',
			object: { kind: 'application', id: made.id }
		});
	});
	return ok(null);
}

/** Compare-and-set on the moves table; null when somebody else was quicker. */
async function move(
	{ db }: Context,
	id: string,
	by: Parameters<typeof from>[0],
	to: Status,
	rest: Partial<typeof application.$inferInsert> = {}
) {
	const [moved] = await db
		.update(application)
		.set({ status: to, ...rest })
		.where(and(eq(application.id, id), inArray(application.status, from(by))))
		.returning();
	return moved ?? null;
}

/** Puts the mail with the offer's link into the outbox. */
async function mailOffer(
	ctx: Context,
	{
		applied,
		made,
		token,
		origin,
		seller
	}: {
		applied: typeof application.$inferSelect;
		made: typeof offer.$inferSelect;
		token: string;
		origin: string;
		seller: Seller | null;
	}
) {
	const [run] = await ctx.db.select().from(cohort).where(eq(cohort.id, applied.cohortId));
	const locale = applied.locale as Locale;
	const sold = sellerWords(seller, locale);
	await queueMail(ctx, {
		to: applied.email,
		category: 'notice',
		fact: `offer/${made.id}/${made.tokenHash.slice(0, 16)}`,
		goodUntil: made.goodUntil,
		locale,
		subject: m.mail_offer_subject({ cohort: run!.name }, { locale }),
		paragraphs: [
			m.mail_hello({ name: applied.name }, { locale }),
			m.mail_offer_body(
				{
					cohort: run!.name,
					starts: sayDay(run!.startsOn, locale),
					price: formatMoney({ amountMinor: made.priceMinor, currency: made.currency }, locale),
					until: sayDay(dayIn(made.goodUntil, run!.timeZone), locale)
				},
				{ locale }
			),
			...(sold ? [sold] : [])
		],
		button: { label: m.mail_offer_button({}, { locale }), url: `${origin}/offer/${token}` },
		reason: m.mail_applied_reason({}, { locale })
	});
}

/** Says yes: the price is the cohort's price of this moment and stays, the link goes by mail. */
export async function offerSeat(
	ctx: Context<Admin>,
	{
		applicationId,
		origin,
		seller
	}: { applicationId: string; origin: string; seller: Seller | null }
): Promise<Result<{ token: string }, 'not-found' | 'already-decided'>> {
	if (!isId(applicationId)) return refuse('not-found');
	return inTransactionOrUndo(ctx, async (tx) => {
		const applied = await move(tx, applicationId, 'offer', 'offered', {
			decidedBy: ctx.who.personId,
			decidedAt: ctx.now
		});
		if (!applied) return refuse('already-decided');
		const [run] = await tx.db.select().from(cohort).where(eq(cohort.id, applied.cohortId));
		const token = newToken();
		const [made] = await tx.db
			.insert(offer)
			.values({
				applicationId,
				priceMinor: run!.priceMinor,
				currency: run!.currency,
				tokenHash: hashToken(token),
				goodUntil: new Date(ctx.now.getTime() + goodForMs),
				createdAt: ctx.now
			})
			.returning();
		await mailOffer(tx, { applied, made: made!, token, origin, seller });
		await audit(tx, {
			action: 'seat-offered',
			object: { kind: 'application', id: applicationId },
			detail: { priceMinor: run!.priceMinor }
		});
		return ok({ token });
	});
}

/** Sends the offer with a new link and a new last day, at the old price. The old link dies. */
export async function sendOfferAgain(
	ctx: Context<Admin>,
	{
		applicationId,
		origin,
		seller
	}: { applicationId: string; origin: string; seller: Seller | null }
): Promise<Result<{ token: string }, 'not-found' | 'no-offer'>> {
	if (!isId(applicationId)) return refuse('not-found');
	return inTransactionOrUndo(ctx, async (tx) => {
		const applied = await move(tx, applicationId, 'sendAgain', 'offered');
		if (!applied) return refuse('no-offer');
		const token = newToken();
		const [made] = await tx.db
			.update(offer)
			.set({ tokenHash: hashToken(token), goodUntil: new Date(ctx.now.getTime() + goodForMs) })
			.where(and(eq(offer.applicationId, applicationId), isNull(offer.withdrawnAt)))
			.returning();
		if (!made) return refuse('no-offer');
		await mailOffer(tx, { applied, made, token, origin, seller });
		await audit(tx, {
			action: 'offer-sent-again',
			object: { kind: 'application', id: applicationId }
		});
		return ok({ token });
	});
}

/** Says no, kindly, with or without a reason. */
export async function declineApplication(
	ctx: Context<Admin>,
	{ applicationId, reason }: { applicationId: string; reason: string }
): Promise<Result<null, 'not-found' | 'already-decided' | 'reason-long'>> {
	if (!isId(applicationId)) return refuse('not-found');
	const because = reason.trim();
	if (because.length > 1000) return refuse('reason-long');
	return inTransactionOrUndo(ctx, async (tx) => {
		const applied = await move(tx, applicationId, 'decline', 'declined', {
			decidedBy: ctx.who.personId,
			decidedAt: ctx.now,
			decisionReason: because || null
		});
		if (!applied) return refuse('already-decided');
		await tx.db
			.update(offer)
			.set({ withdrawnAt: ctx.now })
			.where(and(eq(offer.applicationId, applicationId), isNull(offer.withdrawnAt)));
		const locale = applied.locale as Locale;
		await queueMail(tx, {
			to: applied.email,
			category: 'notice',
			fact: `declined/${applied.id}`,
			locale,
			subject: m.mail_declined_subject({}, { locale }),
			paragraphs: [
				m.mail_hello({ name: applied.name }, { locale }),
				m.mail_declined_body({}, { locale }),
				...(because ? [because] : []),
				m.mail_declined_end({}, { locale })
			],
			reason: m.mail_applied_reason({}, { locale })
		});
		await audit(tx, {
			action: 'application-declined',
			object: { kind: 'application', id: applicationId }
		});
		return ok(null);
	});
}

/** The applicant steps back. Called by the room of payments, which first ends a payment that is under way. */
export async function withdrawApplication(ctx: Context, applicationId: string): Promise<boolean> {
	const applied = await move(ctx, applicationId, 'withdraw', 'withdrawn');
	if (!applied) return false;
	await ctx.db
		.update(offer)
		.set({ withdrawnAt: ctx.now })
		.where(and(eq(offer.applicationId, applicationId), isNull(offer.withdrawnAt)));
	return true;
}

/** The applicant may pay: takes somebody who waited off the waiting list. */
export const resumeApplication = async (ctx: Context, applicationId: string) =>
	(await move(ctx, applicationId, 'pay', 'offered')) !== null;

/** There is no seat at the moment; the application keeps its place in the line. */
export const letApplicationWait = async (ctx: Context, applicationId: string) =>
	(await move(ctx, applicationId, 'letWait', 'waiting-for-seat')) !== null;

/** The seat is paid. @returns the application, or null when it had ended before */
export const enrollApplicant = (ctx: Context, applicationId: string) =>
	move(ctx, applicationId, 'enroll', 'enrolled');
