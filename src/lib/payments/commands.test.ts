import { randomUUID } from 'node:crypto';
import { and, eq, sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { application, offer } from '#lib/admissions/tables.server.ts';
import { setSales } from '#lib/cohorts/commands.server.ts';
import { enrollment, seat, sponsorship } from '#lib/cohorts/tables.server.ts';
import { person } from '#lib/people/tables.server.ts';
import { useLink } from '#lib/people/commands.server.ts';
import { unsealText } from '#lib/server/seal.server.ts';
import { stripeTill, type Seller } from '#lib/server/till.server.ts';
import { auditLog, emailOutbox, providerCall, webhookEvent } from '#lib/server/tables.server.ts';
import { offered, origin, selling } from '../../../tests/cohort.ts';
import { databasePerTest } from '../../../tests/database.ts';
import { minutes, payingIn } from '../../../tests/paying.ts';
import { fakeTill, type FakeTill } from '../../../tests/till.ts';
import { unlockedDatabase } from '../../../tests/unlocked.ts';
import { worldOn, type World } from '../../../tests/world.ts';
import { fulfill, reconcile, startCheckout, sweep, withdrawFromOffer } from './commands.server.ts';
import { replayParked } from './events.server.ts';
import { checkout, refund } from './tables.server.ts';

const database = databasePerTest();
let world: World;
let bank: FakeTill;

beforeEach(() => {
	world = worldOn(database.db);
	bank = fakeTill(() => world.now);
});

afterEach(async () => {
	expect([...(await database.db.execute(sql`select * from invariant_violations`))]).toEqual([]);
});

const { start, tell, act, atThePage, facts, mails, sendRefunds } = payingIn(() => ({
	world,
	bank
}));

const seller = (included: boolean): Seller => ({
	name: 'Løfte AS',
	number: '987 654 321',
	address: 'Gata 1',
	vat: { rate: 2500, included }
});

describe('paying for a seat', () => {
	test('from the offer to the first sign-in', async () => {
		const run = await selling(world);
		const { token, email } = await offered(world, run, undefined, {
			sponsorName: 'Henrik Dahl',
			sponsorEmail: 'henrik@nordbris.example'
		});
		const session = await atThePage(token);
		expect(await facts()).toMatchObject({
			checkouts: ['open'],
			seats: ['held', 'free', 'free', 'free'],
			enrollments: 0
		});
		bank.pay(session);
		await tell(bank.event('checkout.session.completed', session));
		expect(await act()).toBe(1);

		expect(await facts()).toMatchObject({
			checkouts: ['paid'],
			seats: ['sold', 'free', 'free', 'free'],
			enrollments: 1,
			payments: 1,
			applications: ['enrolled']
		});
		const [part] = await world.db.select().from(enrollment);
		expect(part).toMatchObject({
			dayZero: '2027-04-12',
			coachId: run.coach.who.personId,
			timeZone: 'Europe/Oslo',
			company: 'Nordbris Mat'
		});
		const [leader] = await world.db.select().from(person).where(eq(person.email, email));
		expect(leader!.roles).toEqual(['leader']);
		const [named] = await world.db.select().from(sponsorship);
		expect(named).toMatchObject({ shares: [], agreedAt: null });
		expect(await mails()).toEqual([
			'application',
			'application-waits',
			'offer',
			'receipt',
			'welcome'
		]);

		const [welcome] = await world.db
			.select()
			.from(emailOutbox)
			.where(sql`dedupe_key like 'welcome/%'`);
		const link = /\/sign-in\/([\w-]+)/.exec(
			unsealText(world.keys, 'mail', welcome!.requestEnc!)
		)![1]!;
		world.later(6 * 24 * 3600_000);
		expect(await useLink(world.visitor(), link)).toMatchObject({
			ok: true,
			value: { next: '/leader' }
		});
	});

	test.each<[string, Seller | null, RegExp, RegExp]>([
		['nobody is set', null, /Reference/, /Sold by|VAT/],
		[
			'it includes tax',
			seller(true),
			/Of this, NOK\s17,400 is 25 % VAT\. Sold by Løfte AS/,
			/Excl/
		],
		['it does not', seller(false), /Excluding 25 % VAT\. Sold by Løfte AS/, /17,400/]
	])('the receipt says what is known of the seller and the tax: %s', async (_, set, says, not) => {
		bank = fakeTill(() => world.now, { seller: set });
		const { token } = await offered(world, await selling(world));
		const session = await atThePage(token);
		bank.pay(session);
		await fulfill(world.system(), bank.till, { sessionId: session, origin });
		const [mail] = await world.db
			.select()
			.from(emailOutbox)
			.where(sql`dedupe_key like 'receipt/%'`);
		const letter = unsealText(world.keys, 'mail', mail!.requestEnc!);
		expect(letter).toMatch(says);
		expect(letter).not.toMatch(not);
	});

	test('ten clicks in two tabs are one payment page', async () => {
		const { token } = await offered(world, await selling(world));
		const urls = await Promise.all(Array.from({ length: 10 }, () => start(token)));
		expect(new Set(urls.map((begun) => begun.ok && begun.value.url)).size).toBe(1);
		expect(bank.sessions.size).toBe(1);
		expect(await facts()).toMatchObject({
			checkouts: ['open'],
			seats: ['held', 'free', 'free', 'free']
		});
	});

	test('the price is the one of the day of the offer', async () => {
		const run = await selling(world);
		const { token } = await offered(world, run);
		await world.db.execute(sql`update cohort set price_minor = 99900000`);
		expect(bank.sessions.get(await atThePage(token))!.amountMinor).toBe(8_700_000);
	});

	test('the token of an offer is nowhere in the database in clear', async () => {
		const { token } = await offered(world, await selling(world));
		await atThePage(token);
		for (const table of [offer, providerCall, checkout]) {
			expect(JSON.stringify(await world.db.select().from(table))).not.toContain(token);
		}
	});

	test.each([
		['an unknown link', async () => 'x'.repeat(27), 'not-found'],
		[
			'an offer that is too old',
			async () => {
				const { token } = await offered(world, await selling(world));
				world.later(15 * 24 * 3600_000);
				return token;
			},
			'expired'
		],
		[
			'an offer that was given up',
			async () => {
				const { token } = await offered(world, await selling(world));
				await withdrawFromOffer(world.visitor(), bank.till, { token, origin });
				return token;
			},
			'withdrawn'
		],
		[
			'a sale that is closed',
			async () => {
				const run = await selling(world);
				const { token } = await offered(world, run);
				await setSales(run.admin, { cohortId: run.id, open: false });
				return token;
			},
			'sales-closed'
		]
	])('%s opens no payment page', async (_, make, reason) => {
		expect(await start(await make())).toEqual({ ok: false, reason });
		expect(bank.sessions.size).toBe(0);
	});

	test('who has paid cannot pay again', async () => {
		const { token } = await offered(world, await selling(world));
		const session = await atThePage(token);
		bank.pay(session);
		await fulfill(world.system(), bank.till, { sessionId: session, origin });
		expect(await start(token)).toEqual({ ok: false, reason: 'already-paid' });
	});

	test('who finds it full waits in the line, and pays when a seat comes free', async () => {
		const run = await selling(world, { seats: 1 });
		const [first, second] = [await offered(world, run), await offered(world, run)];
		await atThePage(first.token);
		expect(await start(second.token)).toEqual({ ok: false, reason: 'full' });
		expect((await facts()).applications).toEqual(['offered', 'waiting-for-seat']);
		await withdrawFromOffer(world.visitor(), bank.till, { token: first.token, origin });
		expect((await start(second.token)).ok).toBe(true);
		expect((await facts()).applications).toEqual(['offered', 'withdrawn']);
	});

	test('stepping back closes the payment page, so that nobody can pay on it', async () => {
		const { token } = await offered(world, await selling(world));
		const session = await atThePage(token);
		expect((await withdrawFromOffer(world.visitor(), bank.till, { token, origin })).ok).toBe(true);
		expect(bank.pay(session)).toBe(false);
		expect(await facts()).toMatchObject({
			checkouts: ['expired'],
			seats: ['free', 'free', 'free', 'free'],
			applications: ['withdrawn']
		});
	});

	test('stepping back after paying is refused, and the payment counts', async () => {
		const { token } = await offered(world, await selling(world));
		bank.pay(await atThePage(token));
		expect(await withdrawFromOffer(world.visitor(), bank.till, { token, origin })).toEqual({
			ok: false,
			reason: 'already-paid'
		});
		expect((await facts()).enrollments).toBe(1);
	});
});

describe('four seats are never five', () => {
	async function fiftyAtOnce(db = database.db) {
		const run = await selling(world);
		const people = [];
		for (let count = 0; count < 50; count += 1) people.push(await offered(world, run));
		const outcomes = await Promise.all(
			people.map(({ token }) =>
				startCheckout({ ...world.visitor(), db }, bank.till, { token, origin })
			)
		);
		return {
			people,
			winners: outcomes.filter((outcome) => outcome.ok),
			losers: outcomes.filter((outcome) => !outcome.ok)
		};
	}

	test('fifty who pay at once for four seats: exactly four get one', async () => {
		const { winners, losers } = await fiftyAtOnce();
		expect(winners).toHaveLength(4);
		expect(new Set(losers.map((loser) => loser.reason))).toEqual(new Set(['full']));
		for (const winner of winners) bank.pay(bank.sessionAt(winner.value.url).sessionId);
		await Promise.all(
			winners.map((winner) =>
				fulfill(world.system(), bank.till, {
					sessionId: bank.sessionAt(winner.value.url).sessionId,
					origin
				})
			)
		);
		expect(await facts()).toMatchObject({
			seats: ['sold', 'sold', 'sold', 'sold'],
			enrollments: 4,
			payments: 4
		});
	});

	test('the control: without the row lock one seat is promised to several', async () => {
		const unlocked = unlockedDatabase(database.url);
		try {
			const { winners } = await fiftyAtOnce(unlocked.db);
			expect(winners.length).toBeGreaterThan(4);
		} finally {
			await unlocked.close();
		}
	});

	test('twelve payments that arrive at once after all holds have lapsed: four seats, eight refunds', async () => {
		const run = await selling(world, { seats: 4 });
		const sessions: string[] = [];
		for (let count = 0; count < 12; count += 1) {
			const { token } = await offered(world, run);
			sessions.push(await atThePage(token));
			world.later(minutes(37));
			await sweep(world.system(), bank.till, { origin });
		}
		for (const session of sessions) bank.payLate(session);
		await Promise.all(
			sessions.map((sessionId) => fulfill(world.system(), bank.till, { sessionId, origin }))
		);
		expect(await facts()).toMatchObject({
			seats: ['sold', 'sold', 'sold', 'sold'],
			enrollments: 4,
			payments: 12
		});
		await sendRefunds();
		expect(bank.refunds).toHaveLength(8);
		expect(bank.refunds.every(({ amountMinor }) => amountMinor === 8_700_000)).toBe(true);
	});
});

describe('what Stripe tells us', () => {
	test('every event ten times, five of them at the same instant: one of everything', async () => {
		const { token } = await offered(world, await selling(world));
		const session = await atThePage(token);
		bank.pay(session);
		const events = [
			'checkout.session.completed',
			'payment_intent.succeeded',
			'charge.succeeded'
		].map((type) => bank.event(type, session));
		for (let round = 0; round < 2; round += 1) {
			await Promise.all(events.flatMap((event) => Array.from({ length: 5 }, () => tell(event))));
			await Promise.all([act(), act(), act()]);
		}
		expect(await facts()).toMatchObject({ checkouts: ['paid'], enrollments: 1, payments: 1 });
		expect(await mails()).toEqual([
			'application',
			'application-waits',
			'offer',
			'receipt',
			'welcome'
		]);
		expect(await world.db.$count(auditLog, eq(auditLog.action, 'seat-sold'))).toBe(1);
		expect(await world.db.$count(webhookEvent)).toBe(3);
	});

	test('the control: without the signature check somebody else’s message enrolls', async () => {
		const { token } = await offered(world, await selling(world));
		const session = await atThePage(token);
		bank.pay(session);
		const forged = bank.event('checkout.session.completed', session);
		const real = stripeTill({
			STRIPE_SECRET_KEY: 'sk_test_x',
			STRIPE_WEBHOOK_SECRETS: ['whsec_ours']
		} as Parameters<typeof stripeTill>[0]);
		expect(() => real.verify(JSON.stringify(forged), 't=1,v1=forged', world.now)).toThrow();
		await act();
		expect((await facts()).enrollments).toBe(0);
		// The same message, let past the check, has its effect: the check is what stands in the way.
		await tell(forged);
		await act();
		expect((await facts()).enrollments).toBe(1);
	});

	test('all 120 orders of five events end in the same state', async () => {
		const run = await selling(world, { seats: 8 });
		const permutations = <T>(list: T[]): T[][] =>
			list.length < 2
				? [list]
				: list.flatMap((item, index) =>
						permutations(list.toSpliced(index, 1)).map((rest) => [item, ...rest])
					);
		const ends = new Set<string>();
		for (const order of permutations([0, 1, 2, 3, 4])) {
			const { token, applicationId } = await offered(world, run);
			const older = await atThePage(token);
			world.later(minutes(32));
			const session = await atThePage(token);
			expect(session).not.toBe(older);
			bank.pay(session);
			bank.giveBack(session, 8_700_000);
			const events = [
				bank.event('checkout.session.completed', session),
				bank.event('payment_intent.succeeded', session),
				bank.event('charge.succeeded', session),
				bank.event('charge.refunded', session),
				bank.event('checkout.session.expired', older)
			];
			for (const index of order) {
				await tell(events[index]!);
				await act();
			}
			const attempts = await world.db
				.select({
					status: checkout.status,
					back: sql<number>`(select coalesce(sum(amount_minor), 0)::int from refund where checkout_id = checkout.id)`
				})
				.from(checkout)
				.where(eq(checkout.applicationId, applicationId))
				.orderBy(checkout.attempt);
			const [applied] = await world.db
				.select()
				.from(application)
				.where(eq(application.id, applicationId));
			ends.add(JSON.stringify([attempts, applied!.status]));
			// The next order finds a free seat again.
			await world.db.execute(sql`delete from sponsorship`);
			await world.db.execute(sql`delete from enrollment`);
			await world.db.execute(sql`update application set status = 'withdrawn'`);
			await world.db.execute(
				sql`update seat set state = 'free', checkout_id = null, hold_until = null`
			);
		}
		expect([...ends].map((end) => JSON.parse(end) as unknown)).toEqual([
			[
				[
					{ status: 'expired', back: 0 },
					{ status: 'refunded', back: 8_700_000 }
				],
				'enrolled'
			]
		]);
	}, 120_000);

	test('an event about somebody else’s business is put aside', async () => {
		await tell({
			id: 'evt_1',
			type: 'invoice.paid',
			livemode: false,
			data: { object: { id: 'in_1' } }
		});
		await tell({
			id: 'evt_2',
			type: 'charge.succeeded',
			livemode: false,
			data: { object: { id: 'ch_1', metadata: { checkout: randomUUID() } } }
		});
		await act();
		expect((await world.db.select().from(webhookEvent)).map(({ state }) => state)).toEqual([
			'ignored',
			'ignored'
		]);
	});

	test('an event that cannot be acted on does not hold up the others, is parked after twelve tries, and can be replayed', async () => {
		const run = await selling(world);
		const [poison, good] = [await offered(world, run), await offered(world, run)];
		const dead = await atThePage(poison.token);
		bank.pay(dead);
		const session = bank.sessions.get(dead)!;
		await tell(bank.event('checkout.session.completed', dead));
		bank.sessions.delete(dead);
		world.later(1);
		const other = await atThePage(good.token);
		bank.pay(other);
		await tell(bank.event('checkout.session.completed', other));
		for (let round = 0; round < 12; round += 1) {
			await act();
			world.later(minutes(61));
		}
		const states = await world.db.select().from(webhookEvent).orderBy(webhookEvent.receivedAt);
		expect(states.map(({ state, attempts }) => [state, attempts])).toEqual([
			['parked', 12],
			['done', 1]
		]);
		expect(await world.db.$count(auditLog, eq(auditLog.action, 'webhook-parked'))).toBe(1);
		expect((await mails()).filter((fact) => fact === 'payment-parked')).toHaveLength(1);
		await act();
		expect(
			(await world.db.select().from(webhookEvent).orderBy(webhookEvent.receivedAt))[0]!.attempts
		).toBe(12);

		bank.sessions.set(dead, session);
		expect(await replayParked(world.system())).toBe(1);
		await act();
		expect((await facts()).enrollments).toBe(2);
	});

	test('a card that is declined keeps the seat, and the reason is there to be seen', async () => {
		const { token } = await offered(world, await selling(world));
		const session = await atThePage(token);
		await tell(
			bank.event('payment_intent.payment_failed', session, {
				last_payment_error: { code: 'card_declined', decline_code: 'insufficient_funds' }
			})
		);
		await act();
		const [row] = await world.db.select().from(checkout);
		expect(row).toMatchObject({ status: 'open', failure: 'insufficient_funds' });
		expect((await facts()).seats[0]).toBe('held');
		bank.pay(session);
		await fulfill(world.system(), bank.till, { sessionId: session, origin });
		expect((await facts()).enrollments).toBe(1);
	});

	test('a slow method of paying keeps the seat until the money comes, or does not', async () => {
		const run = await selling(world, { seats: 2 });
		const [comes, fails] = [await offered(world, run), await offered(world, run)];
		const [one, two] = [await atThePage(comes.token), await atThePage(fails.token)];
		for (const session of [one, two]) {
			bank.falsify(session, { status: 'complete' });
			await tell(bank.event('checkout.session.completed', session));
		}
		await act();
		world.later(2 * 24 * 3600_000);
		await sweep(world.system(), bank.till, { origin });
		expect(await facts()).toMatchObject({
			checkouts: ['processing', 'processing'],
			seats: ['held', 'held']
		});
		bank.falsify(one, { paymentStatus: 'paid', paymentIntent: 'pi_slow' });
		await tell(bank.event('checkout.session.async_payment_succeeded', one));
		await tell(bank.event('checkout.session.async_payment_failed', two));
		await act();
		const { checkouts, seats } = await facts();
		expect([checkouts.toSorted(), seats.toSorted()]).toEqual([
			['expired', 'paid'],
			['free', 'sold']
		]);
	});

	test('a dispute is shown, and its end too, in whichever order they come', async () => {
		const run = await selling(world);
		for (const order of [
			['created', 'closed'],
			['closed', 'created']
		]) {
			const { token, applicationId } = await offered(world, run);
			const session = await atThePage(token);
			bank.pay(session);
			await fulfill(world.system(), bank.till, { sessionId: session, origin });
			for (const step of order) {
				await tell(
					bank.event(`charge.dispute.${step}`, session, {
						status: step === 'closed' ? 'lost' : 'needs_response'
					})
				);
				await act();
			}
			const [row] = await world.db
				.select()
				.from(checkout)
				.where(eq(checkout.applicationId, applicationId));
			expect(row).toMatchObject({ status: 'disputed', failure: 'dispute-lost' });
		}
		expect((await mails()).filter((fact) => fact === 'payment-dispute')).toHaveLength(2);
	});
});

describe('money is checked', () => {
	test.each([
		['another amount', { amountMinor: 100 }, 'mismatch-amount'],
		['another currency', { currency: 'SEK' }, 'mismatch-currency'],
		['the other mode', { livemode: true }, 'mismatch-mode'],
		['no payment behind it', { paymentIntent: null }, 'mismatch-intent']
	])('%s: flagged, nobody enrolled, the seat free', async (_, change, failure) => {
		const { token, email } = await offered(world, await selling(world));
		const session = await atThePage(token);
		bank.pay(session);
		bank.falsify(session, change);
		expect(await fulfill(world.system(), bank.till, { sessionId: session, origin })).toBe(
			'flagged'
		);
		const [row] = await world.db.select().from(checkout);
		expect(row).toMatchObject({ status: 'flagged', failure });
		expect(await facts()).toMatchObject({
			enrollments: 0,
			payments: 0,
			seats: ['free', 'free', 'free', 'free']
		});
		expect(await world.db.$count(auditLog, eq(auditLog.action, 'payment-flagged'))).toBe(1);
		// The admin learns that something waits, and a mail says nothing about anybody.
		const [told] = await world.db
			.select()
			.from(emailOutbox)
			.where(sql`dedupe_key like 'payment-flagged/%'`);
		const letter = unsealText(world.keys, 'mail', told!.requestEnc!);
		expect(letter).toContain(`${origin}/admin/payments`);
		expect(letter).not.toContain(email);
		expect(letter).not.toMatch(/NOK|kr\b/);
	});

	test.each([
		['another shop’s order', 'order-7'],
		['a checkout that is not ours', randomUUID()],
		['nothing', null]
	])('a payment that names %s is left alone', async (_, checkoutId) => {
		const { token } = await offered(world, await selling(world));
		const session = await atThePage(token);
		bank.pay(session);
		bank.falsify(session, { checkoutId });
		expect(await fulfill(world.system(), bank.till, { sessionId: session, origin })).toBe(
			'foreign'
		);
		expect(await facts()).toMatchObject({ enrollments: 0, checkouts: ['open'] });
	});

	test('a page of our own that names somebody else’s checkout enrolls nobody', async () => {
		const run = await selling(world);
		const [mine, theirs] = [await offered(world, run), await offered(world, run)];
		const session = await atThePage(mine.token);
		await atThePage(theirs.token);
		const [other] = await world.db
			.select()
			.from(checkout)
			.where(eq(checkout.applicationId, theirs.applicationId));
		bank.pay(session);
		bank.falsify(session, { checkoutId: other!.id });
		expect(await fulfill(world.system(), bank.till, { sessionId: session, origin })).toBe(
			'flagged'
		);
		expect((await facts()).enrollments).toBe(0);
	});
});

describe('late money', () => {
	async function lapsed(seats: number) {
		const run = await selling(world, { seats });
		const late = await offered(world, run);
		const session = await atThePage(late.token);
		world.later(minutes(37));
		await sweep(world.system(), bank.till, { origin });
		expect((await facts()).seats[0]).toBe('free');
		return { run, late, session };
	}

	test('with a seat still free, it is a seat', async () => {
		const { session } = await lapsed(1);
		bank.payLate(session);
		await tell(bank.event('checkout.session.completed', session));
		await act();
		expect(await facts()).toMatchObject({ checkouts: ['paid'], seats: ['sold'], enrollments: 1 });
	});

	test('with none, everything goes back once, with an apology, and the place in the line stays', async () => {
		const { run, session } = await lapsed(1);
		const quick = await offered(world, run);
		const other = await atThePage(quick.token);
		bank.pay(other);
		await fulfill(world.system(), bank.till, { sessionId: other, origin });
		bank.payLate(session);
		const event = bank.event('checkout.session.completed', session);
		await tell(event);
		await act();
		expect(await facts()).toMatchObject({
			seats: ['sold'],
			enrollments: 1,
			payments: 2,
			applications: ['enrolled', 'waiting-for-seat']
		});
		expect(await mails()).toContain('apology');
		await Promise.all([sendRefunds(), sendRefunds()]);
		await sendRefunds();
		expect(bank.refunds).toHaveLength(1);
		expect((await facts()).checkouts.toSorted()).toEqual(['paid', 'refunded']);
		// Stripe tells us of the refund that we sent ourselves: nothing is counted twice.
		await tell(bank.event('charge.refunded', session));
		await act();
		expect(await world.db.$count(refund)).toBe(1);
	});

	test('money for an application that was given up goes back', async () => {
		const { token } = await offered(world, await selling(world));
		const session = await atThePage(token);
		await withdrawFromOffer(world.visitor(), bank.till, { token, origin });
		bank.payLate(session);
		expect(await fulfill(world.system(), bank.till, { sessionId: session, origin })).toBe(
			'refund-due'
		);
		expect((await facts()).applications).toEqual(['withdrawn']);
		expect(await mails()).toContain('payment-no-seat');
	});

	test('two payments of one person are one seat and one refund', async () => {
		const { token } = await offered(world, await selling(world));
		const older = await atThePage(token);
		world.later(minutes(32));
		const newer = await atThePage(token);
		bank.pay(newer);
		bank.payLate(older);
		await Promise.all(
			[older, newer].map((sessionId) => fulfill(world.system(), bank.till, { sessionId, origin }))
		);
		const { checkouts, enrollments, payments } = await facts();
		expect({ checkouts: checkouts.toSorted(), enrollments, payments }).toEqual({
			checkouts: ['paid', 'refund-due'],
			enrollments: 1,
			payments: 2
		});
	});

	test('a hold ends only when Stripe confirms that its page is dead', async () => {
		const { token } = await offered(world, await selling(world, { seats: 1 }));
		const session = await atThePage(token);
		world.later(minutes(37));
		bank.fail('look', 'before', { times: 3 });
		expect(await sweep(world.system(), bank.till, { origin })).toMatchObject({ away: 1 });
		expect((await facts()).seats).toEqual(['held']);
		bank.heal();
		bank.payLate(session);
		await sweep(world.system(), bank.till, { origin });
		expect(await facts()).toMatchObject({ seats: ['sold'], enrollments: 1 });
	});
});

describe('bad luck', () => {
	test.each([
		['before it acted', 'before'],
		['after it acted', 'after']
	] as const)(
		'Stripe fails %s: a clear answer, one page in the end, the seat not lost',
		async (_, when) => {
			const { token } = await offered(world, await selling(world));
			bank.fail('open', when);
			expect(await start(token)).toEqual({ ok: false, reason: 'stripe-away' });
			expect(await facts()).toMatchObject({
				checkouts: ['new'],
				seats: ['held', 'free', 'free', 'free']
			});
			expect((await start(token)).ok).toBe(true);
			expect(bank.sessions.size).toBe(1);
		}
	);

	test('a crash between intent and answer is finished by the sweep, with the same key', async () => {
		const { token } = await offered(world, await selling(world));
		bank.fail('open', 'after', { times: 1 });
		await start(token);
		world.later(minutes(2));
		await sweep(world.system(), bank.till, { origin });
		expect(bank.sessions.size).toBe(1);
		expect((await facts()).checkouts).toEqual(['open']);
		const again = await start(token);
		expect(again.ok && bank.sessionAt(again.value.url)).toBeTruthy();
	});

	test('a call that never arrived frees the seat when its time is over', async () => {
		const { token } = await offered(world, await selling(world));
		bank.fail('open', 'before');
		await start(token);
		world.later(minutes(5));
		await sweep(world.system(), bank.till, { origin });
		expect(await facts()).toMatchObject({
			checkouts: ['expired'],
			seats: ['free', 'free', 'free', 'free']
		});
		expect((await start(token)).ok).toBe(true);
		expect((await facts()).checkouts.toSorted()).toEqual(['expired', 'open']);
	});

	test('after 23 hours the page is looked for by our reference, not asked for again', async () => {
		const { token } = await offered(world, await selling(world));
		bank.fail('open', 'after');
		await start(token);
		const [session] = [...bank.sessions.values()];
		bank.payLate(session!.sessionId);
		world.later(24 * 3600_000);
		const before = bank.calls.filter((call) => call === 'open').length;
		await sweep(world.system(), bank.till, { origin });
		expect(bank.calls.filter((call) => call === 'open')).toHaveLength(before);
		expect((await facts()).enrollments).toBe(1);
	});

	test('with every webhook lost, reconciling enrolls all who paid', async () => {
		const run = await selling(world);
		for (let count = 0; count < 3; count += 1)
			bank.pay(await atThePage((await offered(world, run)).token));
		expect(await reconcile(world.system(), bank.till, { origin })).toBe(3);
		expect((await facts()).enrollments).toBe(3);
		expect(await reconcile(world.system(), bank.till, { origin })).toBe(0);
	});

	test('a payment of an attempt that we had given up is found among Stripe’s own', async () => {
		const { token } = await offered(world, await selling(world));
		const session = await atThePage(token);
		world.later(minutes(37));
		await sweep(world.system(), bank.till, { origin });
		bank.payLate(session);
		expect(await reconcile(world.system(), bank.till, { origin })).toBe(1);
		expect((await facts()).enrollments).toBe(1);
	});

	test('whatever is done in whatever order, nothing that must never be false becomes true', async () => {
		const steps = fc.constantFrom(
			'click',
			'click',
			'pay',
			'payLate',
			'tell',
			'act',
			'sweep',
			'reconcile',
			'later',
			'withdraw',
			'fail',
			'refunds'
		);
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.tuple(steps, fc.nat(2)), { minLength: 10, maxLength: 30 }),
				async (sequence) => {
					const run = await selling(world, { seats: 2 });
					const people = [
						await offered(world, run),
						await offered(world, run),
						await offered(world, run)
					];
					const seen: string[][] = [[], [], []];
					for (const [step, index] of sequence) {
						const { token } = people[index]!;
						const last = seen[index]!.at(-1);
						if (step === 'click') {
							const begun = await start(token);
							if (begun.ok) seen[index]!.push(bank.sessionAt(begun.value.url).sessionId);
						} else if (step === 'pay' && last) bank.pay(last);
						else if (
							step === 'payLate' &&
							last &&
							bank.sessions.get(last)!.paymentStatus !== 'paid'
						)
							bank.payLate(last);
						else if (step === 'tell' && last)
							await tell(bank.event('checkout.session.completed', last));
						else if (step === 'act') await act();
						else if (step === 'sweep') await sweep(world.system(), bank.till, { origin });
						else if (step === 'reconcile')
							await reconcile(world.system(), bank.till, { origin }).catch(() => {});
						else if (step === 'later') world.later(minutes(20));
						else if (step === 'withdraw')
							await withdrawFromOffer(world.visitor(), bank.till, { token, origin });
						else if (step === 'fail') bank.fail('open', index === 0 ? 'before' : 'after');
						else if (step === 'refunds') await sendRefunds();
					}
					bank.heal();
					world.later(minutes(120));
					await sweep(world.system(), bank.till, { origin });
					await reconcile(world.system(), bank.till, { origin });
					await sendRefunds();
					expect([...(await world.db.execute(sql`select * from invariant_violations`))]).toEqual(
						[]
					);
					const paidSessions = seen
						.flat()
						.filter(
							(id, at, all) =>
								all.indexOf(id) === at && bank.sessions.get(id)!.paymentStatus === 'paid'
						);
					const rows = await world.db.select().from(checkout).where(eq(checkout.cohortId, run.id));
					const settled = rows.filter(({ status }) => ['paid', 'refunded'].includes(status));
					expect(settled).toHaveLength(paidSessions.length);
					const taken = await world.db.$count(
						seat,
						and(eq(seat.cohortId, run.id), eq(seat.state, 'sold'))
					);
					expect(taken).toBeLessThanOrEqual(2);
					expect(
						await world.db.$count(seat, and(eq(seat.cohortId, run.id), eq(seat.state, 'held')))
					).toBe(0);
				}
			),
			{ numRuns: 25 }
		);
	}, 120_000);
});
