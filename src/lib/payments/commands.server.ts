import { and, asc, eq, gt, inArray, lt, ne } from 'drizzle-orm';
import * as Applications from '#lib/admissions/commands.server.ts';
import {
	may as mayApplication,
	type Status as ApplicationStatus
} from '#lib/admissions/application.ts';
import { offerState } from '#lib/admissions/offer.ts';
import { application, offer } from '#lib/admissions/tables.server.ts';
import { enroll, holdSeat, releaseSeat, sellSeat } from '#lib/cohorts/commands.server.ts';
import { holdMs, payingMs } from '#lib/cohorts/seat.ts';
import { receiptWords } from '#lib/cohorts/seller-words.server.ts';
import { cohort } from '#lib/cohorts/tables.server.ts';
import { m } from '#lib/paraglide/messages.js';
import type { System, Visitor } from '#lib/people/actor.ts';
import { system } from '#lib/people/actor.ts';
import { makeLink } from '#lib/people/commands.server.ts';
import { person } from '#lib/people/tables.server.ts';
import { tellAdmins } from '#lib/people/admins.server.ts';
import { audit } from '#lib/server/audit.server.ts';
import { inTransaction, inTransactionOrUndo, type Context } from '#lib/server/context.server.ts';
import { enqueue } from '#lib/server/job.server.ts';
import { queueMail } from '#lib/server/outbox.server.ts';
import { hashToken, seal, unsealText } from '#lib/server/seal.server.ts';
import { providerCall } from '#lib/server/tables.server.ts';
import type { Bill, Paying, Seller, Till } from '#lib/server/till.server.ts';
import { dayIn } from '#lib/values/day.ts';
import { isId } from '#lib/values/id.ts';
import { formatMoney } from '#lib/values/money.ts';
import { ok, refuse, type Result } from '#lib/values/result.ts';
import { sayDay } from '#lib/values/say-day.ts';
import {
	canGoBack,
	from,
	keyLivesMs,
	live,
	may,
	mismatch,
	refusedForGood,
	type Mismatch,
	type Status
} from './checkout.ts';
import { checkout, payment, refund } from './tables.server.ts';

type Locale = 'en' | 'nb';
/** Where links lead. */
export type Place = { origin: string };
type Checkout = typeof checkout.$inferSelect;

const asSystem = (ctx: Context): Context<System> => ({ ...ctx, who: system });

// ---------------------------------------------------------------------------------------------
// Going to pay: intent, commit, call, outcome.

export type StartRefusal =
	| 'not-found'
	| 'expired'
	| 'withdrawn'
	| 'already-paid'
	| 'confirming'
	| 'sales-closed'
	| 'full'
	| 'stripe-away';

type Begun =
	| { kind: 'open'; url: string }
	| { kind: 'call'; checkoutId: string }
	| { kind: 'stale'; sessionId: string };

/**
 * Holds a seat and opens a payment page for it. The same person gets the same page however often,
 * and from however many tabs, they ask.
 *
 * @returns the address of the payment page; or why there is none
 */
export async function startCheckout(
	ctx: Context<Visitor>,
	till: Till,
	{ token, origin }: { token: string } & Place
): Promise<Result<{ url: string }, StartRefusal>> {
	for (let round = 0; round < 4; round += 1) {
		const begun = await beginCheckout(ctx, token);
		if (!begun.ok) {
			if (begun.reason === 'full') await keepInLine(ctx, token);
			return begun;
		}
		const step = begun.value;
		if (step.kind === 'open') return ok({ url: step.url });
		try {
			if (step.kind === 'stale')
				await look(asSystem(ctx), till, { sessionId: step.sessionId, origin, end: true });
			else await callForPage(asSystem(ctx), till, { checkoutId: step.checkoutId, origin });
		} catch {
			// Nothing is lost: the seat is held, and the same call is made again by the next click or the sweep.
			return refuse('stripe-away');
		}
	}
	return refuse('stripe-away');
}

/** T1: everything that must be there before the provider is asked, in one transaction. */
function beginCheckout(ctx: Context<Visitor>, token: string): Promise<Result<Begun, StartRefusal>> {
	const { now } = ctx;
	return inTransactionOrUndo<Visitor, Result<Begun, StartRefusal>>(ctx, async (tx) => {
		const [found] = await tx.db
			.select({ offer, application, salesOpen: cohort.salesOpen, cohortName: cohort.name })
			.from(offer)
			.innerJoin(application, eq(application.id, offer.applicationId))
			.innerJoin(cohort, eq(cohort.id, application.cohortId))
			.where(eq(offer.tokenHash, hashToken(token)))
			// Two tabs wait for each other here.
			.for('update', { of: application });
		if (!found) return refuse('not-found');
		const status = found.application.status as ApplicationStatus;
		const state = offerState({ ...found.offer, status }, now);
		if (state === 'enrolled') return refuse('already-paid');
		if (state === 'withdrawn' || state === 'expired') return refuse(state);

		const attempts = await tx.db
			.select()
			.from(checkout)
			.where(eq(checkout.applicationId, found.application.id))
			.orderBy(asc(checkout.attempt));
		const current = attempts.find((attempt) => live.includes(attempt.status as Status));
		if (current) {
			if (current.status === 'paid' || current.status === 'disputed') return refuse('already-paid');
			if (current.status === 'processing') return refuse('confirming');
			if (current.status === 'new') return ok({ kind: 'call', checkoutId: current.id });
			// A page that dies within a minute is no page to send anybody to.
			const lives = current.expiresAt!.getTime() - now.getTime() > 60_000;
			return ok(
				lives
					? { kind: 'open', url: current.url! }
					: { kind: 'stale', sessionId: current.stripeSessionId! }
			);
		}
		if (!found.salesOpen) return refuse('sales-closed');
		if (!mayApplication('pay', { status })) return refuse('withdrawn');

		const { amountMinor, currency } = {
			amountMinor: found.offer.priceMinor,
			currency: found.offer.currency
		};
		const expiresAt = new Date(now.getTime() + payingMs);
		const [made] = await tx.db
			.insert(checkout)
			.values({
				offerId: found.offer.id,
				applicationId: found.application.id,
				cohortId: found.application.cohortId,
				attempt: attempts.length + 1,
				amountMinor,
				currency,
				expiresAt,
				createdAt: now,
				updatedAt: now
			})
			.returning();
		const until = new Date(now.getTime() + holdMs);
		const seat = await holdSeat(tx, {
			cohortId: found.application.cohortId,
			checkoutId: made!.id,
			until
		});
		if (seat === null) return refuse('full');
		await Applications.resumeApplication(tx, found.application.id);
		const request: StoredCall = {
			amountMinor,
			currency,
			email: found.application.email,
			title: found.cohortName,
			locale: found.application.locale as Locale,
			expiresAt: expiresAt.toISOString(),
			// The link is a key; it must not lie in the database in clear.
			token: Buffer.from(seal(tx.keys, 'offer-link', token)).toString('base64url')
		};
		await tx.db.insert(providerCall).values({
			provider: 'stripe',
			purpose: 'open-checkout',
			subjectId: made!.id,
			idemKey: `checkout/${made!.id}`,
			request,
			createdAt: now
		});
		return ok({ kind: 'call', checkoutId: made!.id });
	});
}

type StoredCall = Pick<Bill, 'amountMinor' | 'currency' | 'email' | 'title' | 'locale'> & {
	expiresAt: string;
	token: string;
};

/**
 * The call for a payment page and T2, which stores it. Repeating it is harmless: the parameters and
 * the key are the stored ones, so the provider answers with the same page. When the provider
 * refuses for good, or can no longer know the key, the page is looked for by our reference; if it
 * is not there, it never was, and the seat is free again.
 *
 * @throws when the provider does not answer
 */
async function callForPage(
	ctx: Context<System>,
	till: Till,
	{ checkoutId, origin }: { checkoutId: string } & Place
): Promise<void> {
	const { db, now, keys } = ctx;
	const [call] = await db
		.select()
		.from(providerCall)
		.where(and(eq(providerCall.purpose, 'open-checkout'), eq(providerCall.subjectId, checkoutId)));
	if (!call || call.state !== 'intent') return;
	const stored = call.request as StoredCall;
	const link = `${origin}/offer/${unsealText(keys, 'offer-link', new Uint8Array(Buffer.from(stored.token, 'base64url')))}`;
	let paying: Paying | null = null;
	if (now.getTime() - call.createdAt.getTime() < keyLivesMs) {
		try {
			paying = await till.open(
				{
					checkoutId,
					amountMinor: stored.amountMinor,
					currency: stored.currency,
					email: stored.email,
					title: stored.title,
					locale: stored.locale,
					successUrl: `${link}/thanks`,
					cancelUrl: link,
					expiresAt: new Date(stored.expiresAt)
				},
				call.idemKey
			);
		} catch (failure) {
			if (!refusedForGood(failure)) throw failure;
		}
	}
	paying ??= await till.find(checkoutId, new Date(call.createdAt.getTime() - 300_000));
	// A repeated answer is as old as the first one: what has died since is looked up.
	if (paying && paying.expiresAt <= now) paying = await till.look(paying.sessionId);
	const page = paying;
	await inTransaction(ctx, async (tx) => {
		if (!page) {
			await end(tx, checkoutId);
			await tx.db
				.update(providerCall)
				.set({ state: 'failed', doneAt: now })
				.where(eq(providerCall.id, call.id));
			return;
		}
		await tx.db
			.update(checkout)
			.set({
				status: 'open',
				stripeSessionId: page.sessionId,
				url: page.url,
				expiresAt: page.expiresAt,
				updatedAt: now
			})
			.where(and(eq(checkout.id, checkoutId), inArray(checkout.status, from('open'))));
		await tx.db
			.update(providerCall)
			.set({ state: 'done', responseRef: page.sessionId, doneAt: now })
			.where(eq(providerCall.id, call.id));
	});
	if (page && page.status !== 'open')
		await inTransaction(ctx, (tx) => settle(tx, till, page, { origin }));
}

/** The attempt is over and nothing was paid: its seat is free. */
async function end(ctx: Context, checkoutId: string, failure?: string): Promise<boolean> {
	const [ended] = await ctx.db
		.update(checkout)
		.set({ status: 'expired', updatedAt: ctx.now, ...(failure && { failure }) })
		.where(and(eq(checkout.id, checkoutId), inArray(checkout.status, from('expire'))))
		.returning({ id: checkout.id });
	if (!ended) return false;
	await releaseSeat(ctx, checkoutId);
	return true;
}

/** Nobody is turned away for good: who finds the cohort full waits in the line. */
async function keepInLine(ctx: Context<Visitor>, token: string): Promise<void> {
	const [found] = await ctx.db
		.select({ applicationId: offer.applicationId })
		.from(offer)
		.where(eq(offer.tokenHash, hashToken(token)));
	if (found) await Applications.letApplicationWait(ctx, found.applicationId);
}

/**
 * The applicant steps back. A payment page that is open is closed at the provider first, so that
 * nobody pays for what they gave up.
 */
export async function withdrawFromOffer(
	ctx: Context<Visitor>,
	till: Till,
	{ token, origin }: { token: string } & Place
): Promise<Result<null, 'not-found' | 'already-paid' | 'confirming' | 'stripe-away'>> {
	const [found] = await ctx.db
		.select({
			applicationId: offer.applicationId,
			checkoutId: checkout.id,
			sessionId: checkout.stripeSessionId
		})
		.from(offer)
		.leftJoin(
			checkout,
			and(
				eq(checkout.applicationId, offer.applicationId),
				inArray(checkout.status, ['new', 'open', 'processing'])
			)
		)
		.where(eq(offer.tokenHash, hashToken(token)));
	if (!found) return refuse('not-found');
	try {
		if (found.sessionId)
			await look(asSystem(ctx), till, { sessionId: found.sessionId, origin, end: true });
		else if (found.checkoutId) {
			await callForPage(asSystem(ctx), till, { checkoutId: found.checkoutId, origin });
			const [opened] = await ctx.db
				.select({ sessionId: checkout.stripeSessionId })
				.from(checkout)
				.where(eq(checkout.id, found.checkoutId));
			if (opened?.sessionId)
				await look(asSystem(ctx), till, { sessionId: opened.sessionId, origin, end: true });
		}
	} catch {
		return refuse('stripe-away');
	}
	return inTransaction(ctx, async (tx) => {
		const [now] = await tx.db
			.select({ status: application.status })
			.from(application)
			.where(eq(application.id, found.applicationId))
			.for('update');
		if (now!.status === 'enrolled') return refuse('already-paid');
		const [current] = await tx.db
			.select({ status: checkout.status })
			.from(checkout)
			.where(and(eq(checkout.applicationId, found.applicationId), inArray(checkout.status, live)));
		if (current) return refuse('confirming');
		if (await Applications.withdrawApplication(tx, found.applicationId)) {
			await audit(tx, {
				action: 'application-withdrawn',
				object: { kind: 'application', id: found.applicationId }
			});
		}
		return ok(null);
	});
}

// ---------------------------------------------------------------------------------------------
// Money that arrived.

export type Outcome =
	'foreign' | 'already' | 'unpaid' | 'processing' | 'ended' | 'flagged' | 'refund-due' | 'enrolled';

/**
 * The only door to 'paid'. Takes nothing but the session's id: what it says is read from the
 * provider, outside of any transaction, and then acted on once, however often this is called.
 *
 * @throws when the provider does not answer
 */
export async function fulfill(
	ctx: Context<System>,
	till: Till,
	{ sessionId, origin }: { sessionId: string } & Place
): Promise<Outcome> {
	return look(ctx, till, { sessionId, origin });
}

/** Reads a session and settles it; with `end`, a page that is still open is closed first. */
async function look(
	ctx: Context<System>,
	till: Till,
	{ sessionId, origin, end: close = false }: { sessionId: string; end?: boolean } & Place
): Promise<Outcome> {
	let paying = await till.look(sessionId);
	if (close && paying.status === 'open') {
		try {
			paying = await till.expire(sessionId, `expire/${sessionId}`);
		} catch (failure) {
			// Somebody paid, or it died, in this moment.
			if (!refusedForGood(failure)) throw failure;
			paying = await till.look(sessionId);
		}
	}
	return inTransaction(ctx, (tx) => settle(tx, till, paying, { origin }));
}

/** Acts on what the provider says about a session, in the caller's transaction. Locks: application, checkout, seat. */
export async function settle(
	ctx: Context<System>,
	{ livemode, seller }: Pick<Till, 'livemode' | 'seller'>,
	paying: Paying,
	{ origin, failed = false }: Place & { failed?: boolean }
): Promise<Outcome> {
	const { db, now } = ctx;
	if (!paying.checkoutId || !isId(paying.checkoutId)) return 'foreign';
	const [named] = await db
		.select({ applicationId: checkout.applicationId })
		.from(checkout)
		.where(eq(checkout.id, paying.checkoutId));
	if (!named) return 'foreign';
	const [applied] = await db
		.select()
		.from(application)
		.where(eq(application.id, named.applicationId))
		.for('update');
	const [row] = await db
		.select()
		.from(checkout)
		.where(eq(checkout.id, paying.checkoutId))
		.for('update');
	const asked = row as Checkout & { status: Status };

	if (paying.paymentStatus !== 'paid') {
		if (paying.status === 'expired') return (await end(ctx, asked.id)) ? 'ended' : 'already';
		if (paying.status === 'open') return 'unpaid';
		if (failed) return (await end(ctx, asked.id, 'payment_failed')) ? 'ended' : 'already';
		// Paid by a method that takes days: the seat waits for the money.
		const [waits] = await db
			.update(checkout)
			.set({ status: 'processing', stripeSessionId: paying.sessionId, updatedAt: now })
			.where(and(eq(checkout.id, asked.id), inArray(checkout.status, from('process'))))
			.returning({ id: checkout.id });
		return waits ? 'processing' : 'already';
	}

	if (!may('settle', asked)) return 'already';
	const difference = mismatch(asked, paying, livemode);
	const set = (status: Status, rest: Partial<typeof checkout.$inferInsert> = {}) =>
		db
			.update(checkout)
			.set({
				status,
				stripeSessionId: asked.stripeSessionId ?? paying.sessionId,
				updatedAt: now,
				...rest
			})
			.where(eq(checkout.id, asked.id));
	const intent = { stripePaymentIntent: paying.paymentIntent };
	const flag = async (why: Mismatch): Promise<Outcome> => {
		await releaseSeat(ctx, asked.id);
		await set('flagged', {
			failure: `mismatch-${why}`,
			...(canGoBack(why) && !(await isTaken(ctx, paying.paymentIntent)) && intent)
		});
		await audit(ctx, {
			action: 'payment-flagged',
			object: { kind: 'checkout', id: asked.id },
			detail: { why }
		});
		await tellOfPayment(ctx, 'flagged', { id: asked.id, origin });
		return 'flagged';
	};
	if (difference) return flag(difference);

	const [arrived] = await db
		.insert(payment)
		.values({
			stripePaymentIntent: paying.paymentIntent!,
			checkoutId: asked.id,
			amountMinor: asked.amountMinor,
			currency: asked.currency,
			livemode,
			at: now
		})
		.onConflictDoNothing()
		.returning();
	if (!arrived) return flag('intent');
	const [rival] = await db
		.select({ id: checkout.id })
		.from(checkout)
		.where(
			and(
				eq(checkout.applicationId, asked.applicationId),
				ne(checkout.id, asked.id),
				inArray(checkout.status, live)
			)
		);
	const wanted =
		!rival && mayApplication('enroll', { status: applied!.status as ApplicationStatus });
	const seatNumber = wanted
		? await sellSeat(ctx, { cohortId: asked.cohortId, checkoutId: asked.id })
		: null;
	if (seatNumber === null) {
		await releaseSeat(ctx, asked.id);
		await set('refund-due', intent);
		await giveBack(ctx, asked, applied!);
		await tellOfPayment(ctx, 'no-seat', { id: asked.id, origin });
		return 'refund-due';
	}
	await set('paid', intent);
	await seatTheLeader(ctx, { asked, applied: applied!, seatNumber, seller, origin });
	return 'enrolled';
}

/** Whether this payment at the provider is what another attempt was paid with. */
const isTaken = async ({ db }: Context, paymentIntent: string | null) =>
	paymentIntent !== null &&
	(await db.$count(checkout, eq(checkout.stripePaymentIntent, paymentIntent))) > 0;

const adminLetters = {
	flagged: m.mail_admin_flagged_body,
	'no-seat': m.mail_admin_no_seat_body,
	dispute: m.mail_admin_dispute_body,
	'refund-failed': m.mail_admin_refund_failed_body,
	parked: m.mail_admin_parked_body
};

/** Tells the admins what happened to money that no rule can put right. */
export const tellOfPayment = (
	ctx: Context<System>,
	what: keyof typeof adminLetters,
	{ id, origin }: { id: string } & Place
): Promise<void> =>
	tellAdmins(ctx, {
		fact: `payment-${what}/${id}`,
		page: `${origin}/admin/payments`,
		say: (locale) => ({
			subject: m.mail_admin_payment_subject({}, { locale }),
			body: adminLetters[what]({}, { locale }),
			button: m.mail_admin_payment_button({}, { locale })
		})
	});

type Applied = typeof application.$inferSelect;

/** Paid, and no seat: everything goes back, and the applicant keeps their place in the line. */
async function giveBack(ctx: Context<System>, asked: Checkout, applied: Applied): Promise<void> {
	const { db, now } = ctx;
	const [made] = await db
		.insert(refund)
		.values({
			checkoutId: asked.id,
			amountMinor: asked.amountMinor,
			reason: 'no-seat',
			createdAt: now
		})
		.returning({ id: refund.id });
	await enqueue(ctx, 'send-refund', {
		payload: { refundId: made!.id },
		key: `send-refund/${made!.id}`
	});
	await Applications.letApplicationWait(ctx, applied.id);
	const [run] = await db
		.select({ name: cohort.name })
		.from(cohort)
		.where(eq(cohort.id, asked.cohortId));
	const locale = applied.locale as Locale;
	await queueMail(ctx, {
		to: applied.email,
		category: 'receipt',
		fact: `apology/${asked.id}`,
		locale,
		subject: m.mail_apology_subject({}, { locale }),
		paragraphs: [
			m.mail_hello({ name: applied.name }, { locale }),
			m.mail_apology_body({ amount: formatMoney(asked, locale), cohort: run!.name }, { locale }),
			m.mail_apology_wait({}, { locale })
		],
		reason: m.mail_receipt_reason({}, { locale })
	});
	await audit(ctx, { action: 'paid-without-seat', object: { kind: 'checkout', id: asked.id } });
}

async function seatTheLeader(
	ctx: Context<System>,
	{
		asked,
		applied,
		seatNumber,
		seller,
		origin
	}: { asked: Checkout; applied: Applied; seatNumber: number; seller: Seller | null } & Place
): Promise<void> {
	const locale = applied.locale as Locale;
	const { enrollmentId, leaderId } = await enroll(ctx, {
		cohortId: asked.cohortId,
		seatNumber,
		leader: { email: applied.email, name: applied.name, locale },
		company: applied.company,
		towards: applied.towards,
		sponsor: applied.sponsorEmail
			? { email: applied.sponsorEmail, name: applied.sponsorName ?? applied.sponsorEmail }
			: null
	});
	await Applications.enrollApplicant(ctx, applied.id);
	const [run] = await ctx.db
		.select({
			name: cohort.name,
			startsOn: cohort.startsOn,
			timeZone: cohort.timeZone,
			coachName: person.name
		})
		.from(cohort)
		.innerJoin(person, eq(person.id, cohort.coachId))
		.where(eq(cohort.id, asked.cohortId));
	const link = await makeLink(ctx, { personId: leaderId, purpose: 'welcome', next: '/leader' });
	await queueMail(ctx, {
		to: applied.email,
		category: 'notice',
		fact: `welcome/${enrollmentId}`,
		goodUntil: new Date(ctx.now.getTime() + 6 * 24 * 3600_000),
		locale,
		subject: m.mail_welcome_subject({ cohort: run!.name }, { locale }),
		paragraphs: [
			m.mail_hello({ name: applied.name }, { locale }),
			m.mail_welcome_body(
				{ coach: run!.coachName, starts: sayDay(run!.startsOn, locale) },
				{ locale }
			),
			m.mail_welcome_next({}, { locale })
		],
		button: { label: m.mail_welcome_button({}, { locale }), url: `${origin}/sign-in/${link}` },
		reason: m.mail_welcome_reason({}, { locale })
	});
	const sold = receiptWords(seller, asked, locale);
	await queueMail(ctx, {
		to: applied.email,
		category: 'receipt',
		fact: `receipt/${asked.id}`,
		locale,
		subject: m.mail_receipt_subject({ cohort: run!.name }, { locale }),
		paragraphs: [
			m.mail_receipt_body(
				{
					amount: formatMoney(asked, locale),
					seat: seatNumber,
					cohort: run!.name,
					day: sayDay(dayIn(ctx.now, run!.timeZone), locale),
					reference: asked.id.slice(0, 8).toUpperCase()
				},
				{ locale }
			),
			...(sold ? [sold] : [])
		],
		reason: m.mail_receipt_reason({}, { locale })
	});
	await audit(ctx, {
		action: 'seat-sold',
		object: { kind: 'enrollment', id: enrollmentId },
		detail: { seatNumber }
	});
}

// ---------------------------------------------------------------------------------------------
// What nobody told us: sweeping and reconciling.

const batch = 100;

/**
 * Finishes what was interrupted and frees what was abandoned. A seat is only freed when the
 * provider confirms that its payment page is dead; while the provider is away the seat stays held.
 *
 * @returns how many attempts could not be judged because the provider was away
 */
export async function sweep(
	ctx: Context<System>,
	till: Till,
	{ origin }: Place
): Promise<{ looked: number; away: number }> {
	const { db, now } = ctx;
	const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
	const interrupted = await db
		.select({ id: checkout.id })
		.from(checkout)
		.where(and(eq(checkout.status, 'new'), lt(checkout.createdAt, minutesAgo(1))))
		.limit(batch);
	let away = 0;
	for (const { id } of interrupted) {
		await callForPage(ctx, till, { checkoutId: id, origin }).catch(() => (away += 1));
	}
	const overdue = await db
		.select({ sessionId: checkout.stripeSessionId })
		.from(checkout)
		.where(
			and(
				inArray(checkout.status, ['open', 'processing']),
				lt(checkout.expiresAt, minutesAgo((holdMs - payingMs) / 60_000))
			)
		)
		.orderBy(checkout.expiresAt)
		.limit(batch);
	for (const { sessionId } of overdue) {
		await look(ctx, till, { sessionId: sessionId!, origin, end: true }).catch(() => (away += 1));
	}
	const waiting = await db
		.select({ id: refund.id })
		.from(refund)
		.where(
			and(
				eq(refund.state, 'intent'),
				lt(refund.createdAt, minutesAgo(5)),
				gt(refund.createdAt, new Date(now.getTime() - keyLivesMs))
			)
		)
		.limit(batch);
	const flagged = await db
		.select({ id: providerCall.id })
		.from(providerCall)
		.where(
			and(
				eq(providerCall.purpose, 'refund-flagged'),
				eq(providerCall.state, 'intent'),
				lt(providerCall.createdAt, minutesAgo(5)),
				gt(providerCall.createdAt, new Date(now.getTime() - keyLivesMs))
			)
		)
		.limit(batch);
	for (const { id } of [...waiting, ...flagged]) {
		await enqueue(ctx, 'send-refund', { payload: { refundId: id }, key: `send-refund/${id}` });
	}
	return { looked: interrupted.length + overdue.length, away };
}

/**
 * Compares our books with the provider's, because an event can be lost: our unfinished attempts
 * (or the one that is named), and the provider's payments of the last two days.
 *
 * @returns how many attempts changed
 */
export async function reconcile(
	ctx: Context<System>,
	till: Till,
	{ origin, checkoutId }: Place & { checkoutId?: string }
): Promise<number> {
	const { db, now } = ctx;
	const unfinished = await db
		.select({ sessionId: checkout.stripeSessionId })
		.from(checkout)
		.where(
			and(
				inArray(checkout.status, ['open', 'processing']),
				checkoutId && isId(checkoutId) ? eq(checkout.id, checkoutId) : undefined
			)
		)
		.orderBy(checkout.createdAt)
		.limit(500);
	let repaired = 0;
	const count = (outcome: Outcome) => {
		if (!['foreign', 'already', 'unpaid'].includes(outcome)) repaired += 1;
	};
	for (const { sessionId } of unfinished) {
		await look(ctx, till, { sessionId: sessionId!, origin }).then(count, () => {});
	}
	if (checkoutId) return repaired;

	const paid = (await till.recent(new Date(now.getTime() - 48 * 3600_000))).filter(
		({ paymentStatus, checkoutId: named }) =>
			paymentStatus === 'paid' && named !== null && isId(named)
	);
	const known = new Set(
		paid.length === 0
			? []
			: (
					await db
						.select({ id: payment.checkoutId })
						.from(payment)
						.where(
							inArray(
								payment.checkoutId,
								paid.map(({ checkoutId: named }) => named!)
							)
						)
				).map(({ id }) => id)
	);
	for (const { sessionId, checkoutId: named } of paid) {
		if (!known.has(named!)) await look(ctx, till, { sessionId, origin }).then(count, () => {});
	}
	if (repaired > 0) await audit(ctx, { action: 'reconciled', detail: { repaired } });
	return repaired;
}

/** Asks the worker to look at one payment now: the payer is back and waits. */
export async function askAbout(ctx: Context<Visitor>, checkoutId: string): Promise<void> {
	await enqueue(ctx, 'reconcile', { payload: { checkoutId }, key: `reconcile/${checkoutId}` });
}
