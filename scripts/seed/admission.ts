/** Applying, being offered a seat, paying: once for everybody who ever sat on one. */
import {
	declineApplication,
	offerSeat,
	submitApplication
} from '#lib/admissions/commands.server.ts';
import { application } from '#lib/admissions/tables.server.ts';
import { defaultPledge } from '#lib/cohorts/pledge.ts';
import { startCheckout } from '#lib/payments/commands.server.ts';
import { actOnWebhooks, receiveEvent } from '#lib/payments/events.server.ts';
import { checkout } from '#lib/payments/tables.server.ts';
import { addDays, type Day } from '#lib/values/day.ts';
import { and, desc, eq } from 'drizzle-orm';
import { admin } from './staff.ts';
import { must, type Story } from './story.ts';

export type Applicant = {
	name: string;
	email: string;
	company: string;
	locale: 'en' | 'nb';
	teamSize: number;
	baselineGuess?: number;
	sponsor?: { name: string; email: string };
	towards: string;
	/** Statements they cannot say YES to, with their note. */
	no?: Record<string, string>;
};

export function applies(
	story: Story,
	slug: () => string,
	who: Applicant,
	day: Day,
	time = '19:40'
) {
	story.on(day, time, async (now) => {
		const answers = Object.fromEntries(
			defaultPledge.map(({ key }) => [
				key,
				{ yes: !who.no?.[key], ...(who.no?.[key] && { note: who.no[key] }) }
			])
		);
		must(
			await submitApplication(story.visitor(now), {
				slug: slug(),
				locale: who.locale,
				origin: story.origin,
				typed: {
					name: who.name,
					email: who.email,
					company: who.company,
					teamSize: String(who.teamSize),
					baselineGuess: who.baselineGuess ? String(who.baselineGuess) : '',
					sponsorName: who.sponsor?.name ?? '',
					sponsorEmail: who.sponsor?.email ?? '',
					towards: who.towards,
					answers
				}
			})
		);
	});
}

export function isOffered(story: Story, email: string, day: Day, time = '10:15') {
	story.onWorkday(day, time, async (now) => {
		const ctx = await story.as('admin', admin.email, now);
		const [asked] = await ctx.db
			.select({ id: application.id })
			.from(application)
			.where(eq(application.email, email))
			.orderBy(desc(application.createdAt))
			.limit(1);
		must(
			await offerSeat(ctx, {
				applicationId: asked!.id,
				origin: story.origin,
				seller: story.till.seller
			})
		);
	});
}

export function isDeclined(story: Story, email: string, day: Day, reason: string) {
	story.onWorkday(day, '14:50', async (now) => {
		const ctx = await story.as('admin', admin.email, now);
		const [asked] = await ctx.db
			.select({ id: application.id })
			.from(application)
			.where(eq(application.email, email));
		must(await declineApplication(ctx, { applicationId: asked!.id, reason }));
	});
}

/** Opens the offer's link from the mail and pays at the stand-in; or has the card declined. */
export function pays(
	story: Story,
	email: string,
	day: Day,
	outcome: 'paid' | 'declined' = 'paid',
	time = '12:05'
) {
	story.on(day, time, async (now) => {
		await story.control('stripe', '/_test/clock', { now: now.toISOString() });
		const token = await story.mailedLink(email, 'offer');
		must(await startCheckout(story.visitor(now), story.till, { token, origin: story.origin }));
		const [row] = await story.pool.db
			.select({ session: checkout.stripeSessionId })
			.from(checkout)
			.innerJoin(application, eq(application.id, checkout.applicationId))
			.where(and(eq(application.email, email), eq(checkout.status, 'open')));
		await story.control('stripe', '/_test/pay', { session: row!.session, outcome });
		await hearFromStripe(story, now);
	});
}

/** Takes what the stand-in has to tell, signature and all, and acts on it. */
export async function hearFromStripe(story: Story, now: Date) {
	const signedAt = now.toISOString();
	const secret = story.config.STRIPE_WEBHOOK_SECRETS[0]!;
	const answer = await fetch(
		`${story.config.STRIPE_API_BASE}/_test/events?secret=${secret}&signedAt=${signedAt}`
	);
	const events = (await answer.json()) as { payload: string; signature: string }[];
	for (const { payload, signature } of events) {
		await receiveEvent(story.system(now), story.till.verify(payload, signature, now));
	}
	await actOnWebhooks(story.system(now), story.till, { origin: story.origin });
	await fetch(`${story.config.STRIPE_API_BASE}/_test/events`, { method: 'DELETE' });
}

/** From application to seat, in the weeks before the start. */
export function getsSeat(
	story: Story,
	slug: () => string,
	who: Applicant,
	start: Day,
	weeksBefore: number
) {
	const applied = addDays(start, -7 * weeksBefore);
	applies(story, slug, who, applied);
	isOffered(story, who.email, addDays(applied, 3));
	pays(story, who.email, addDays(applied, 7));
}
