/** Money that goes back, on a real database: what we send, what others send, and what fails later. */
import { randomUUID } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fulfill, sweep, withdrawFromOffer } from '#lib/payments/commands.server.ts';
import { forgetEvents } from '#lib/payments/events.server.ts';
import { reasonsToWait } from '#lib/payments/personal.server.ts';
import { paymentsForAdmin } from '#lib/payments/queries.server.ts';
import { noteRefunds, requestFlaggedRefund, requestRefund } from '#lib/payments/refunds.server.ts';
import { checkout, refund } from '#lib/payments/tables.server.ts';
import { unsealText } from '#lib/server/seal.server.ts';
import { auditLog, emailOutbox, providerCall, webhookEvent } from '#lib/server/tables.server.ts';
import type { Paying, Returning } from '#lib/server/till.server.ts';
import { offered, origin, selling } from './cohort.ts';
import { databasePerTest } from './database.ts';
import { minutes, payingIn } from './paying.ts';
import { fakeTill, type FakeTill } from './till.ts';
import { worldOn, type World } from './world.ts';

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

const { tell, send, act, atThePage, facts, mails, sendRefunds } = payingIn(() => ({
	world,
	bank
}));

describe('money that goes back', () => {
	async function paid({ seats = 4 } = {}) {
		const run = await selling(world, { seats });
		const { token, email, applicationId } = await offered(world, run);
		const session = await atThePage(token);
		bank.pay(session);
		await fulfill(world.system(), bank.till, { sessionId: session, origin });
		const { checkoutId } = bank.sessions.get(session)!;
		return { admin: run.admin, checkoutId: checkoutId!, session, email, applicationId };
	}

	test('twenty clicks at once never give back more than came', async () => {
		const { admin, checkoutId } = await paid();
		const outcomes = await Promise.all(
			Array.from({ length: 20 }, () =>
				requestRefund(admin, {
					refundId: randomUUID(),
					checkoutId,
					amountMinor: 2_000_000,
					reason: 'moved'
				})
			)
		);
		expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(4);
		expect(new Set(outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.reason])))).toEqual(
			new Set(['more-than-paid'])
		);
		await sendRefunds();
		expect(bank.refunds.reduce((sum, { amountMinor }) => sum + amountMinor, 0)).toBe(8_000_000);
	});

	test('a double click is one refund, sent once though Stripe’s answer was lost', async () => {
		const { admin, checkoutId } = await paid();
		const refundId = randomUUID();
		const ask = () =>
			requestRefund(admin, { refundId, checkoutId, amountMinor: 8_700_000, reason: 'moved' });
		expect(await Promise.all([ask(), ask()])).toEqual([
			{ ok: true, value: null },
			{ ok: true, value: null }
		]);
		bank.fail('refund', 'after');
		await expect(send(refundId)).rejects.toThrow();
		await send(refundId);
		await send(refundId);
		expect(bank.refunds).toHaveLength(1);
		expect((await facts()).checkouts).toEqual(['refunded']);
		expect((await mails()).filter((fact) => fact === 'refund')).toHaveLength(1);
	});

	/** What the till tells about a refund, under each of the names that it has for that. */
	const refundEvents = (session: string) =>
		['charge.refunded', 'charge.refund.updated', 'refund.updated', 'refund.failed'].map((type) =>
			bank.event(type, session)
		);
	const refundStates = async () =>
		(await world.db.select().from(refund).orderBy(refund.createdAt)).map(({ state }) => state);

	test('a refund that fails at the bank days later is not back, is told once, and can be tried again', async () => {
		const { admin, checkoutId, session, email } = await paid();
		const refundId = randomUUID();
		await requestRefund(admin, { refundId, checkoutId, amountMinor: 8_700_000, reason: 'moved' });
		await send(refundId);
		expect((await facts()).checkouts).toEqual(['refunded']);
		const late = refundEvents(session);
		for (const state of ['failed', 'failed'] as const) {
			bank.refundBecomes(bank.refunds[0]!.refundId, state);
			for (const event of refundEvents(session)) await tell(event);
			await act();
		}
		// What was sent before it failed arrives last.
		for (const event of late) await tell(event);
		await act();
		expect(await refundStates()).toEqual(['failed']);
		expect(await facts()).toMatchObject({ checkouts: ['paid'], enrollments: 1 });
		const [seen] = await paymentsForAdmin(admin);
		expect(seen).toMatchObject({ refundableMinor: 8_700_000, stillHereMinor: 8_700_000 });
		expect(await world.db.$count(auditLog, eq(auditLog.action, 'refund-failed'))).toBe(1);
		const told = await world.db
			.select()
			.from(emailOutbox)
			.where(sql`dedupe_key like 'payment-refund-failed/%'`);
		expect(told).toHaveLength(1);
		const letter = unsealText(world.keys, 'mail', told[0]!.requestEnc!);
		expect(letter).toContain(`${origin}/admin/payments`);
		expect(letter).not.toContain(email);
		expect(letter).not.toMatch(/NOK|kr\b|Ingrid/);

		const again = { refundId: randomUUID(), checkoutId, amountMinor: 8_700_000, reason: 'again' };
		expect((await requestRefund(admin, again)).ok).toBe(true);
		await send(again.refundId);
		for (const event of refundEvents(session)) await tell(event);
		await act();
		expect(await refundStates()).toEqual(['failed', 'succeeded']);
		expect((await facts()).checkouts).toEqual(['refunded']);
		expect((await paymentsForAdmin(admin))[0]).toMatchObject({ stillHereMinor: 0 });
	});

	test('a refund for want of a seat that fails is owed again, and not to be enrolled on', async () => {
		const { token } = await offered(world, await selling(world));
		const session = await atThePage(token);
		await withdrawFromOffer(world.visitor(), bank.till, { token, origin });
		bank.payLate(session);
		await fulfill(world.system(), bank.till, { sessionId: session, origin });
		await sendRefunds();
		expect((await facts()).checkouts).toEqual(['refunded']);
		bank.refundBecomes(bank.refunds[0]!.refundId, 'failed');
		await tell(bank.event('refund.failed', session));
		await act();
		expect(await facts()).toMatchObject({ checkouts: ['refund-due'], enrollments: 0 });
	});

	test('a refund that Stripe refuses is told as one that failed', async () => {
		const { admin, checkoutId } = await paid();
		const refundId = randomUUID();
		await requestRefund(admin, { refundId, checkoutId, amountMinor: 100, reason: 'moved' });
		bank.fail('refund', 'before', { statusCode: 400 });
		await send(refundId);
		expect(await refundStates()).toEqual(['failed']);
		expect(await mails()).toContain('payment-refund-failed');
		expect(await mails()).not.toContain('refund');
	});

	test('all orders of what is told of a refund, and of what it is at that moment, end in the same books', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 8 }),
				fc.nat(8),
				fc.nat(8),
				async (order, one, other) => {
					const { admin, checkoutId, session, applicationId } = await paid({ seats: 1 });
					const refundId = randomUUID();
					await requestRefund(admin, { refundId, checkoutId, amountMinor: 500, reason: 'moved' });
					const atStripe = bank.giveBack(session, 300);
					const events = [...refundEvents(session), ...refundEvents(session)];
					for (const [at, index] of [...order, -1].entries()) {
						if (at === Math.min(one, other)) await send(refundId);
						if (at === one) bank.refundBecomes(atStripe, 'failed');
						if (at === other) await send(refundId);
						if (index >= 0) await tell(events[index]!);
						await act();
					}
					bank.refundBecomes(
						bank.refunds.find(({ key }) => key === `refund/${refundId}`)!.refundId,
						'failed'
					);
					await tell(bank.event('refund.failed', session));
					await act();
					const rows = await world.db
						.select()
						.from(refund)
						.where(eq(refund.checkoutId, checkoutId));
					expect(rows.filter(({ state }) => state !== 'failed')).toEqual([]);
					expect(rows.filter(({ id }) => id === refundId)).toHaveLength(1);
					expect(rows.length).toBeLessThanOrEqual(2);
					const [row] = await world.db
						.select()
						.from(checkout)
						.where(eq(checkout.applicationId, applicationId));
					expect(row!.status).toBe('paid');
				}
			),
			{ numRuns: 15 }
		);
	}, 120_000);

	test('what was read before it failed, and is acted on after, changes nothing', async () => {
		const { admin, checkoutId, session } = await paid();
		const refundId = randomUUID();
		await requestRefund(admin, { refundId, checkoutId, amountMinor: 8_700_000, reason: 'moved' });
		await send(refundId);
		const { paymentIntent } = bank.sessions.get(session)!;
		const note = (refunds: Returning[]) =>
			noteRefunds(world.system(), { paymentIntent: paymentIntent!, refunds, origin });
		const before = await bank.till.refunds(paymentIntent!);
		bank.refundBecomes(bank.refunds[0]!.refundId, 'failed');
		await note(await bank.till.refunds(paymentIntent!));
		await note(before);
		expect(await refundStates()).toEqual(['failed']);
		expect((await facts()).checkouts).toEqual(['paid']);
	});

	test('news of our own refund that overtake its answer are not taken for another one', async () => {
		const { admin, checkoutId, session } = await paid();
		const refundId = randomUUID();
		await requestRefund(admin, { refundId, checkoutId, amountMinor: 100, reason: 'moved' });
		bank.fail('refund', 'after');
		await expect(send(refundId)).rejects.toThrow();
		await tell(bank.event('charge.refunded', session));
		await act();
		expect(await refundStates()).toEqual(['intent']);
		await send(refundId);
		expect(await refundStates()).toEqual(['succeeded']);
	});

	test('an answer from before it failed is not believed when it is asked for again', async () => {
		const { admin, checkoutId, session } = await paid();
		const refundId = randomUUID();
		await requestRefund(admin, { refundId, checkoutId, amountMinor: 8_700_000, reason: 'moved' });
		bank.fail('refund', 'after');
		await expect(send(refundId)).rejects.toThrow();
		bank.refundBecomes(bank.refunds[0]!.refundId, 'failed');
		await tell(bank.event('refund.failed', session));
		await act();
		await send(refundId);
		expect(await refundStates()).toEqual(['failed']);
		expect((await facts()).checkouts).toEqual(['paid']);
	});

	test('a refund of somebody else’s payment is put aside', async () => {
		const { session } = await paid();
		const event = bank.event('refund.failed', session, {
			payment_intent: 'pi_of_somebody_else',
			metadata: {}
		});
		await tell(event);
		for (let count = 0; count < 5; count += 1) {
			await act();
			world.later(minutes(61));
		}
		const [kept] = await world.db.select().from(webhookEvent);
		expect(kept).toMatchObject({ state: 'ignored', attempts: 4 });
		expect(bank.calls).not.toContain('refunds');
	});

	test('what Stripe told us is emptied a month after it was acted on', async () => {
		await paid();
		const payloads = async () =>
			(await world.db.select().from(webhookEvent)).map(({ payload }) => payload);
		await tell({
			id: 'evt_mail',
			type: 'invoice.paid',
			livemode: false,
			data: { object: { id: 'in_1', customer_email: 'someone@team.example' } }
		});
		await act();
		world.later(minutes(29 * 24 * 60));
		await forgetEvents(world.system());
		expect(JSON.stringify(await payloads())).toContain('someone@team.example');
		world.later(minutes(2 * 24 * 60));
		await forgetEvents(world.system());
		expect(JSON.stringify(await payloads())).not.toContain('someone@team.example');
	});

	test('what an admin gave back at Stripe is written down; a repeated message adds nothing', async () => {
		const { checkoutId, session } = await paid();
		for (const amount of [1_000_000, null, 2_000_000]) {
			if (amount) bank.giveBack(session, amount);
			await tell(bank.event('charge.refunded', session));
			await act();
		}
		const rows = await world.db.select().from(refund).where(eq(refund.checkoutId, checkoutId));
		expect(rows.map(({ amountMinor }) => amountMinor).toSorted()).toEqual([1_000_000, 2_000_000]);
		expect((await facts()).checkouts).toEqual(['paid']);
	});

	test.each([
		[{ amountMinor: 0 }, 'amount-wrong'],
		[{ amountMinor: 8_700_001 }, 'more-than-paid'],
		[{ reason: ' ' }, 'reason-missing'],
		[{ checkoutId: randomUUID() }, 'not-found'],
		[{ checkoutId: 'x' }, 'not-found']
	])('a refund with %o is refused', async (change, reason) => {
		const { admin, checkoutId } = await paid();
		const input = {
			refundId: randomUUID(),
			checkoutId,
			amountMinor: 100,
			reason: 'moved',
			...change
		};
		expect(await requestRefund(admin, input)).toEqual({ ok: false, reason });
	});
});

describe('money that does not match goes back', () => {
	async function flagged(change: Partial<Paying> = { amountMinor: 100 }) {
		const run = await selling(world);
		const { token, email } = await offered(world, run);
		const session = await atThePage(token);
		bank.pay(session);
		bank.falsify(session, change);
		await fulfill(world.system(), bank.till, { sessionId: session, origin });
		const { checkoutId } = bank.sessions.get(session)!;
		return { admin: run.admin, checkoutId: checkoutId!, session, email };
	}
	/** The button, as it stands in a tab that was opened now. */
	async function button({ admin }: { admin: Awaited<ReturnType<typeof flagged>>['admin'] }) {
		const [row] = await paymentsForAdmin(admin);
		const { checkoutId, nextFlaggedRefund: attempt } = row!;
		return attempt === null ? null : () => requestFlaggedRefund(admin, { checkoutId, attempt });
	}
	const calls = () =>
		world.db
			.select()
			.from(providerCall)
			.where(eq(providerCall.purpose, 'refund-flagged'))
			.orderBy(providerCall.attempt);
	async function sendCalls() {
		for (const { id, state } of await calls()) if (state === 'intent') await send(id);
	}

	test('all of it, once, from two tabs and with presses that overtake each other', async () => {
		const shown = await flagged();
		const [one, other] = [await button(shown), await button(shown)];
		const presses = [one!(), other!(), one!(), other!(), one!()];
		expect((await Promise.all(presses)).every(({ ok }) => ok)).toBe(true);
		expect(await button(shown)).toBeNull();
		await Promise.all([sendCalls(), sendCalls()]);
		expect((await one!()).ok).toBe(true);
		await sendCalls();
		expect(bank.refunds).toMatchObject([{ amountMinor: 100, state: 'succeeded' }]);
		expect((await calls()).map(({ state }) => state)).toEqual(['done']);
		expect((await mails()).filter((fact) => fact === 'refund')).toHaveLength(1);
		const [letter] = await world.db
			.select()
			.from(emailOutbox)
			.where(sql`dedupe_key like 'refund/%'`);
		expect(unsealText(world.keys, 'mail', letter!.requestEnc!)).toMatch(/NOK\s1(\.00)?\b/);
		const actions = (await world.db.select().from(auditLog)).map(({ action }) => action);
		expect(actions.filter((action) => action === 'refund-requested')).toHaveLength(1);
		expect(actions.filter((action) => action === 'refund-sent')).toHaveLength(1);
		expect(await facts()).toMatchObject({ checkouts: ['flagged'], enrollments: 0, payments: 0 });
	});

	test('killed between Stripe’s answer and our note of it: sent again with the same key, one refund', async () => {
		const shown = await flagged({ currency: 'SEK' });
		await (await button(shown))!();
		bank.fail('refund', 'after');
		await expect(sendCalls()).rejects.toThrow();
		expect((await calls()).map(({ state }) => state)).toEqual(['intent']);
		// The job is lost with the worker; the sweep asks for it again.
		const jobs = () =>
			world.db.execute(
				sql`select key from graphile_worker.jobs where task_identifier = 'send-refund'`
			);
		await world.db.execute(
			sql`select graphile_worker.complete_jobs(array_agg(id)) from graphile_worker.jobs`
		);
		expect(await jobs()).toHaveLength(0);
		world.later(minutes(6));
		await sweep(world.system(), bank.till, { origin });
		expect(await jobs()).toHaveLength(1);
		await sendCalls();
		expect(bank.refunds).toHaveLength(1);
		expect((await calls()).map(({ state }) => state)).toEqual(['done']);
	});

	test('one that fails later can be tried again, and a press of before is not that', async () => {
		const shown = await flagged();
		const stale = await button(shown);
		await stale!();
		await sendCalls();
		for (const type of ['refund.updated', 'refund.failed', 'charge.refund.updated']) {
			bank.refundBecomes(bank.refunds[0]!.refundId, 'failed');
			await tell(bank.event(type, shown.session));
			await act();
		}
		expect((await calls()).map(({ state }) => state)).toEqual(['failed']);
		expect((await mails()).filter((fact) => fact === 'payment-refund-failed')).toHaveLength(1);
		expect((await stale!()).ok).toBe(true);
		expect(await calls()).toHaveLength(1);
		const again = await button(shown);
		expect((await Promise.all([again!(), again!()])).every(({ ok }) => ok)).toBe(true);
		await sendCalls();
		expect((await calls()).map(({ state }) => state)).toEqual(['failed', 'done']);
		expect(bank.refunds.filter(({ state }) => state === 'succeeded')).toHaveLength(1);
	});

	test('what was given back at Stripe’s own site is not given back again', async () => {
		const shown = await flagged();
		bank.giveBack(shown.session, 100);
		await (await button(shown))!();
		await sendCalls();
		expect(bank.refunds).toHaveLength(1);
		expect((await calls()).map(({ state }) => state)).toEqual(['done']);
		expect(await mails()).not.toContain('payment-refund-failed');
	});

	test('its payer cannot be erased before it has gone back', async () => {
		const shown = await flagged();
		const waits = () => reasonsToWait(world.system(), { personId: null, email: shown.email });
		expect(await waits()).toHaveLength(1);
		await (await button(shown))!();
		expect(await waits()).toHaveLength(1);
		await sendCalls();
		expect(await waits()).toEqual([]);
	});

	test('who is refused by Stripe is told, and may try again', async () => {
		const shown = await flagged();
		await (await button(shown))!();
		bank.fail('refund', 'before', { statusCode: 400 });
		await sendCalls();
		expect((await calls()).map(({ state }) => state)).toEqual(['failed']);
		expect(await mails()).toContain('payment-refund-failed');
		expect(await button(shown)).not.toBeNull();
	});

	test.each<[string, Partial<Paying>]>([
		['the other mode', { livemode: true }],
		['no payment', { paymentIntent: null }]
	])('there is no button for what has %s behind it', async (_, change) => {
		const shown = await flagged(change);
		expect(await button(shown)).toBeNull();
		const { admin, checkoutId } = shown;
		expect(await requestFlaggedRefund(admin, { checkoutId, attempt: 1 })).toMatchObject({
			reason: 'not-found'
		});
	});

	test('somebody else’s payment is never given back as one that does not match', async () => {
		const run = await selling(world);
		const [mine, theirs] = [await offered(world, run), await offered(world, run)];
		const [one, two] = [await atThePage(mine.token), await atThePage(theirs.token)];
		bank.pay(one);
		await fulfill(world.system(), bank.till, { sessionId: one, origin });
		bank.pay(two);
		const { paymentIntent } = bank.sessions.get(one)!;
		bank.falsify(two, { paymentIntent, amountMinor: 100 });
		expect(await fulfill(world.system(), bank.till, { sessionId: two, origin })).toBe('flagged');
		const { checkoutId } = bank.sessions.get(two)!;
		expect(
			await requestFlaggedRefund(run.admin, { checkoutId: checkoutId!, attempt: 1 })
		).toMatchObject({ reason: 'not-found' });
	});

	test.each<[string, { checkoutId?: string; attempt?: number }]>([
		['nobody’s', { checkoutId: randomUUID(), attempt: 1 }],
		['nonsense', { checkoutId: 'x', attempt: 1 }],
		['a try too many', { attempt: 2 }],
		['no try', { attempt: Number.NaN }]
	])('%s is refused', async (_, change) => {
		const { admin, checkoutId } = await flagged();
		expect(await requestFlaggedRefund(admin, { checkoutId, attempt: 1, ...change })).toMatchObject({
			reason: 'not-found'
		});
		expect(await calls()).toEqual([]);
	});

	test('a seat that is paid is not given back by that button', async () => {
		const run = await selling(world);
		const session = await atThePage((await offered(world, run)).token);
		bank.pay(session);
		await fulfill(world.system(), bank.till, { sessionId: session, origin });
		const { checkoutId } = bank.sessions.get(session)!;
		expect(
			await requestFlaggedRefund(run.admin, { checkoutId: checkoutId!, attempt: 1 })
		).toMatchObject({ reason: 'not-found' });
	});
});
