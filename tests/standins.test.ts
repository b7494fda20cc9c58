import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Resend } from 'resend';
import Stripe from 'stripe';
import { afterEach, describe, expect, it } from 'vitest';
import { stripeTill } from '#lib/server/till.server.ts';
import type { Standin } from '../src/standins/http.ts';
import { startResendStandin } from '../src/standins/resend.ts';
import type { ResendStandinOptions } from '../src/standins/resend.ts';
import type { StoredMail } from '../src/standins/resend-mail.ts';
import { decodeForm } from '../src/standins/stripe-form.ts';
import { startStripeStandin } from '../src/standins/stripe.ts';
import type { StripeStandinOptions } from '../src/standins/stripe.ts';

const STRIPE_SECRET = 'whsec_checkout';
const RESEND_SECRET = `whsec_${Buffer.from('a mail secret of the tests').toString('base64')}`;

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
	for (const end of ends.splice(0).reverse()) await end();
});

interface Received {
	headers: IncomingHttpHeaders;
	body: string;
}

/** A webhook receiver that answers with what `answers` says next, then 200. */
async function startReceiver(...answers: number[]) {
	const received: Received[] = [];
	let wake = () => {};
	const server = createServer((request, response) => {
		let body = '';
		request.setEncoding('utf8');
		request.on('data', (part: string) => (body += part));
		request.on('end', () => {
			received.push({ headers: request.headers, body });
			response.writeHead(answers.shift() ?? 200).end();
			wake();
		});
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	ends.push(async () => {
		server.closeAllConnections();
		server.close();
	});
	return {
		received,
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
		async count(wanted: number) {
			while (received.length < wanted) await new Promise<void>((resolve) => (wake = resolve));
			return received;
		}
	};
}

async function control<T = unknown>(
	standin: Standin,
	path: string,
	body?: object,
	method = body ? 'POST' : 'GET'
): Promise<T> {
	const response = await fetch(`${standin.url}/_test/${path}`, {
		method,
		...(body && { body: JSON.stringify(body) })
	});
	const answer = (await response.json()) as T;
	if (!response.ok) throw new Error(JSON.stringify(answer));
	return answer;
}

async function stripeShop(options: StripeStandinOptions = {}) {
	const standin = await startStripeStandin({ webhookSecret: STRIPE_SECRET, ...options });
	ends.push(() => standin.close());
	return { standin, stripe: stripeOf(standin.port) };
}

function stripeOf(port: number, maxNetworkRetries = 0): Stripe {
	return new Stripe('sk_test_standin', {
		host: '127.0.0.1',
		port,
		protocol: 'http',
		telemetry: false,
		timeout: 2000,
		maxNetworkRetries
	});
}

function seat(change: Partial<Stripe.Checkout.SessionCreateParams> = {}) {
	return {
		mode: 'payment',
		client_reference_id: 'purchase-1',
		customer_email: 'ingrid@nordbris.example',
		success_url: 'https://lofte.example/welcome?session={CHECKOUT_SESSION_ID}',
		cancel_url: 'https://lofte.example/apply',
		expires_at: Math.floor(Date.now() / 1000) + 31 * 60,
		locale: 'nb',
		metadata: { purchase: 'purchase-1' },
		payment_intent_data: { metadata: { purchase: 'purchase-1' } },
		line_items: [
			{
				quantity: 1,
				price_data: {
					currency: 'nok',
					unit_amount: 4_900_000,
					product_data: { name: 'Løfte, spring cohort' }
				}
			}
		],
		...change
	} satisfies Stripe.Checkout.SessionCreateParams;
}

async function refusal(promise: Promise<unknown>): Promise<Stripe.errors.StripeError> {
	try {
		await promise;
	} catch (error) {
		if (error instanceof Stripe.errors.StripeError) return error;
		throw error;
	}
	throw new Error('nothing was refused');
}

async function paidSeat(stripe: Stripe, standin: Standin) {
	const { id } = await stripe.checkout.sessions.create(seat());
	await control(standin, 'pay', { session: id, outcome: 'paid' });
	const session = await stripe.checkout.sessions.retrieve(id);
	return { session, intent: String(session.payment_intent) };
}

describe('the stand-in for Stripe', () => {
	it('sells a seat: session, payment, signed webhooks that the library accepts', async () => {
		const receiver = await startReceiver();
		const { standin, stripe } = await stripeShop({ webhookUrl: receiver.url });
		const session = await stripe.checkout.sessions.create(seat());
		expect(session).toMatchObject({
			status: 'open',
			payment_status: 'unpaid',
			amount_total: 4_900_000,
			currency: 'nok',
			client_reference_id: 'purchase-1',
			metadata: { purchase: 'purchase-1' },
			livemode: false
		});
		expect(session.url).toBe(`${standin.url}/c/pay/${session.id}`);

		const paid = await fetch(String(session.url), {
			method: 'POST',
			body: new URLSearchParams({ do: 'paid' }),
			redirect: 'manual'
		});
		expect(paid.status).toBe(303);
		expect(paid.headers.get('location')).toBe(
			`https://lofte.example/welcome?session=${session.id}`
		);

		const events = (await receiver.count(3)).map(({ headers, body }) =>
			stripe.webhooks.constructEvent(body, String(headers['stripe-signature']), STRIPE_SECRET)
		);
		expect(events.map(({ type }) => type).sort()).toEqual([
			'charge.succeeded',
			'checkout.session.completed',
			'payment_intent.succeeded'
		]);
		const intent = await stripe.paymentIntents.retrieve(
			String((await stripe.checkout.sessions.retrieve(session.id)).payment_intent),
			{ expand: ['latest_charge'] }
		);
		expect(intent).toMatchObject({
			status: 'succeeded',
			amount_received: 4_900_000,
			metadata: { purchase: 'purchase-1' },
			latest_charge: { object: 'charge', paid: true }
		});
	});

	it('charges once when the button is pressed twice', async () => {
		const { standin, stripe } = await stripeShop();
		const session = await stripe.checkout.sessions.create(seat());
		const press = () =>
			fetch(String(session.url), {
				method: 'POST',
				body: new URLSearchParams({ do: 'paid' }),
				redirect: 'manual'
			});
		const [first, second] = await Promise.all([press(), press()]);
		expect(first.headers.get('location')).toBe(second.headers.get('location'));
		expect((await stripe.charges.list()).data).toHaveLength(1);
		expect(await control<unknown[]>(standin, 'events')).toHaveLength(3);
	});

	it('answers a repeated call under one key with the first answer', async () => {
		const { stripe } = await stripeShop();
		const key = { idempotencyKey: 'purchase-1/1' };
		const first = await stripe.checkout.sessions.create(seat(), key);
		const params = seat({ expires_at: first.expires_at });
		const again = await stripe.checkout.sessions.create(params, key);
		expect(again.id).toBe(first.id);
		expect(again.lastResponse.headers['idempotent-replayed']).toBe('true');
		expect(first.lastResponse.headers['idempotent-replayed']).toBeUndefined();
		expect((await stripe.checkout.sessions.list()).data).toHaveLength(1);
	});

	it('refuses a key that comes again with other parameters', async () => {
		const { stripe } = await stripeShop();
		const key = { idempotencyKey: 'purchase-1/1' };
		await stripe.checkout.sessions.create(seat(), key);
		const error = await refusal(
			stripe.checkout.sessions.create(seat({ client_reference_id: 'purchase-2' }), key)
		);
		expect(error).toBeInstanceOf(Stripe.errors.StripeIdempotencyError);
		expect(error.statusCode).toBe(400);
	});

	it('forgets a key after 24 hours and does not remember refused parameters', async () => {
		const { standin, stripe } = await stripeShop();
		const key = { idempotencyKey: 'refund-1' };
		const { intent } = await paidSeat(stripe, standin);
		await refusal(stripe.refunds.create({ payment_intent: intent, amount: 0 }, key));
		const first = await stripe.refunds.create({ payment_intent: intent, amount: 100 }, key);
		await control(standin, 'clock', { now: new Date(Date.now() + 25 * 3_600_000).toISOString() });
		const second = await stripe.refunds.create({ payment_intent: intent, amount: 100 }, key);
		expect(second.id).not.toBe(first.id);
	});

	it.each([
		[29 * 60, 'at least 30 minutes'],
		[24 * 60 * 60 + 60, 'less than 24 hours']
	])('refuses a session that ends %i seconds from now', async (ahead, words) => {
		const { stripe } = await stripeShop();
		const expires_at = Math.floor(Date.now() / 1000) + ahead;
		const error = await refusal(stripe.checkout.sessions.create(seat({ expires_at })));
		expect(error).toMatchObject({ statusCode: 400, param: 'expires_at' });
		expect(error.message).toContain(words);
	});

	it('ends sessions by its clock, and on request, and takes no money for them', async () => {
		const { standin, stripe } = await stripeShop();
		const late = await stripe.checkout.sessions.create(seat());
		const dropped = await stripe.checkout.sessions.create(seat());
		expect(await stripe.checkout.sessions.expire(dropped.id)).toMatchObject({
			status: 'expired',
			url: null
		});
		expect((await refusal(stripe.checkout.sessions.expire(dropped.id))).statusCode).toBe(400);

		await control(standin, 'clock', { now: new Date(Date.now() + 32 * 60_000).toISOString() });
		expect((await stripe.checkout.sessions.retrieve(late.id)).status).toBe('expired');
		await expect(control(standin, 'pay', { session: late.id })).rejects.toThrow('expired');
		const events = await stripe.events.list({ type: 'checkout.session.expired' });
		expect(events.data.map(({ data }) => (data.object as { id: string }).id)).toEqual([
			late.id,
			dropped.id
		]);
	});

	it('refunds in parts and never more than was paid', async () => {
		const { standin, stripe } = await stripeShop();
		const { intent } = await paidSeat(stripe, standin);
		await stripe.refunds.create({ payment_intent: intent, amount: 900_000 });
		const over = await refusal(
			stripe.refunds.create({ payment_intent: intent, amount: 4_000_001 })
		);
		expect(over).toMatchObject({ statusCode: 400, param: 'amount' });
		const rest = await stripe.refunds.create({ payment_intent: intent });
		expect(rest).toMatchObject({ amount: 4_000_000, status: 'succeeded' });
		const none = await refusal(stripe.refunds.create({ payment_intent: intent }));
		expect(none.code).toBe('charge_already_refunded');
		const { data } = await stripe.refunds.list({ payment_intent: intent });
		expect(data.map(({ amount }) => amount)).toEqual([4_000_000, 900_000]);
	});

	it('lets a refund fail after it was accepted, tells of it, and can send it again', async () => {
		const { standin, stripe } = await stripeShop();
		const { intent } = await paidSeat(stripe, standin);
		const sent = await stripe.refunds.create({ payment_intent: intent, metadata: { key: 'r/1' } });
		await control(standin, 'refund', { refund: sent.id, status: 'failed', reason: 'declined' });
		const failed = await stripe.refunds.retrieve(sent.id);
		expect(failed).toMatchObject({ status: 'failed', failure_reason: 'declined' });
		const [charge] = (await stripe.charges.list({ payment_intent: intent })).data;
		expect(charge).toMatchObject({ amount_refunded: 0, refunded: false });
		const told = (await stripe.events.list({ limit: 100 })).data
			.filter(({ data }) => (data.object as { status?: string }).status === 'failed')
			.map(({ type }) => type);
		expect(told.toSorted()).toEqual(['charge.refund.updated', 'refund.failed', 'refund.updated']);
		await expect(control(standin, 'refund', { refund: sent.id })).rejects.toThrow('failed already');
		expect((await stripe.refunds.create({ payment_intent: intent })).status).toBe('succeeded');

		// As the product reads it: oldest first, with the key of what it asked for itself.
		const till = stripeTill({
			STRIPE_SECRET_KEY: 'sk_test_x',
			STRIPE_WEBHOOK_SECRETS: ['whsec_x'],
			STRIPE_API_BASE: standin.url
		});
		expect(await till.refunds(intent)).toMatchObject([
			{ refundId: sent.id, state: 'failed', key: 'r/1' },
			{ amountMinor: 4_900_000, state: 'succeeded', key: null }
		]);
	});

	it('takes at most the paid sum from twenty refunds at the same time', async () => {
		const { standin, stripe } = await stripeShop();
		const { intent } = await paidSeat(stripe, standin);
		await Promise.allSettled(
			Array.from({ length: 20 }, () =>
				stripe.refunds.create({ payment_intent: intent, amount: 1_000_000 })
			)
		);
		const { data } = await stripe.refunds.list({ payment_intent: intent, limit: 100 });
		expect(data.reduce((sum, { amount }) => sum + amount, 0)).toBe(4_000_000);
	});

	it('lets a bank transfer arrive or fail after the order is complete', async () => {
		const { standin, stripe } = await stripeShop();
		const [one, two] = [
			await stripe.checkout.sessions.create(seat()),
			await stripe.checkout.sessions.create(seat())
		];
		for (const { id } of [one, two]) {
			await control(standin, 'pay', { session: id, outcome: 'pending' });
			const waiting = await stripe.checkout.sessions.retrieve(id);
			expect(waiting).toMatchObject({ status: 'complete', payment_status: 'unpaid' });
		}
		await control(standin, 'pay', { session: one.id, outcome: 'arrives' });
		await control(standin, 'pay', { session: two.id, outcome: 'fails' });
		expect((await stripe.checkout.sessions.retrieve(one.id)).payment_status).toBe('paid');
		expect((await stripe.checkout.sessions.retrieve(two.id)).payment_status).toBe('unpaid');
		const types = (await stripe.events.list({ limit: 100 })).data.map(({ type }) => type);
		expect(types).toContain('checkout.session.async_payment_succeeded');
		expect(types).toContain('checkout.session.async_payment_failed');
	});

	it('says on its page that a card was declined, and lets the payer try again', async () => {
		const { standin, stripe } = await stripeShop();
		const session = await stripe.checkout.sessions.create(
			seat({
				line_items: [
					{
						quantity: 1,
						price_data: {
							currency: 'nok',
							unit_amount: 100,
							product_data: { name: '<script>alert(1)</script>' }
						}
					}
				]
			})
		);
		const press = (choice: string, redirect: 'follow' | 'manual' = 'follow') =>
			fetch(String(session.url), {
				method: 'POST',
				body: new URLSearchParams({ do: choice }),
				redirect
			});
		const page = await (await press('declined')).text();
		expect(page).toContain('The card was declined');
		expect(page).toContain('no money moves');
		expect(page).not.toContain('<script>');
		expect((await stripe.checkout.sessions.retrieve(session.id)).status).toBe('open');
		expect((await press('paid', 'manual')).headers.get('location')).toContain(session.id);
		const types = (await stripe.events.list()).data.map(({ type }) => type);
		expect(types).toContain('payment_intent.payment_failed');
		expect(await stripe.paymentIntents.list()).toMatchObject({ data: [{ status: 'succeeded' }] });
		expect(standin.port).toBeGreaterThan(0);
	});

	it('delivers a webhook again until it is taken, and lists what was not', async () => {
		const receiver = await startReceiver(500, 503);
		const { standin, stripe } = await stripeShop({
			webhookUrl: receiver.url,
			retryDelays: [1, 1, 1]
		});
		const session = await stripe.checkout.sessions.create(seat());
		await control(standin, 'deliveries', { hold: true });
		await stripe.checkout.sessions.expire(session.id);
		expect((await stripe.events.list({ delivery_success: false })).data).toHaveLength(1);
		await control(standin, 'deliveries', { hold: false });
		const tries = await receiver.count(3);
		expect(new Set(tries.map(({ body }) => body)).size).toBe(1);
		await expect
			.poll(async () => (await stripe.events.list({ delivery_success: false })).data.length)
			.toBe(0);
	});

	it('delivers on command: twice, in another order, too old, forged', async () => {
		const receiver = await startReceiver();
		const { standin, stripe } = await stripeShop({ webhookUrl: receiver.url });
		await control(standin, 'deliveries', { hold: true });
		await paidSeat(stripe, standin);
		const events = await control<{ event: Stripe.Event; payload: string; signature: string }[]>(
			standin,
			'events'
		);
		const ids = events.map(({ event }) => event.id).reverse();
		const results = await control<{ event: string; status: number }[]>(standin, 'deliver', {
			events: ids,
			times: 2
		});
		expect(results.map(({ event }) => event)).toEqual([...ids, ...ids]);
		const verify = ({ headers, body }: Received) =>
			stripe.webhooks.constructEvent(body, String(headers['stripe-signature']), STRIPE_SECRET);
		expect(receiver.received.map((one) => verify(one).id)).toEqual([...ids, ...ids]);

		const signedAt = new Date(Date.now() - 301_000).toISOString();
		for (const change of [{ signedAt }, { secret: 'whsec_other' }, { body: '{}' }]) {
			await control(standin, 'deliver', { events: ids.slice(0, 1), ...change });
			expect(() => verify(receiver.received.at(-1)!)).toThrow(
				Stripe.errors.StripeSignatureVerificationError
			);
		}
	});

	it.each([
		['500', 1],
		['429', 0],
		['reset-before', 1],
		['reset-after', 1],
		['timeout', 1],
		['timeout-after', 1]
	])('makes one session when the library meets %s and tries again', async (mode, retries) => {
		const { standin } = await stripeShop();
		const stripe = new Stripe('sk_test_standin', {
			host: '127.0.0.1',
			port: standin.port,
			protocol: 'http',
			telemetry: false,
			timeout: 300,
			maxNetworkRetries: retries
		});
		await control(standin, 'faults', { mode, next: 1, match: 'POST /v1/checkout' });
		const params = seat();
		const key = { idempotencyKey: 'purchase-1/1' };
		if (retries === 0) {
			const error = await refusal(stripe.checkout.sessions.create(params, key));
			expect(error.statusCode).toBe(429);
		}
		const session = await stripe.checkout.sessions.create(params, key);
		const { data } = await stripe.checkout.sessions.list();
		expect(data.map(({ id }) => id)).toEqual([session.id]);
		const calls = await control<{ fault: string; idempotencyKey: string }[]>(standin, 'calls');
		expect(calls.slice(0, 2).map(({ fault }) => fault)).toEqual([mode, 'none']);
		expect(calls[1]?.idempotencyKey).toBe('purchase-1/1');
	});

	it('gives a remembered 500 again under the same key', async () => {
		const { standin, stripe } = await stripeShop();
		await control(standin, 'faults', { mode: '500-remembered', next: 1 });
		const params = seat();
		const key = { idempotencyKey: 'purchase-1/1' };
		expect((await refusal(stripe.checkout.sessions.create(params, key))).statusCode).toBe(500);
		expect((await refusal(stripe.checkout.sessions.create(params, key))).statusCode).toBe(500);
		expect((await stripe.checkout.sessions.list()).data).toHaveLength(0);
	});

	it('lists by time and page, and finds a session by its payment', async () => {
		const { standin, stripe } = await stripeShop();
		const { session, intent } = await paidSeat(stripe, standin);
		for (let more = 0; more < 4; more += 1) await stripe.checkout.sessions.create(seat());
		const all: string[] = [];
		for await (const { id } of stripe.checkout.sessions.list({ limit: 2 })) all.push(id);
		expect(all).toHaveLength(5);
		expect(all.at(-1)).toBe(session.id);
		const byIntent = await stripe.checkout.sessions.list({ payment_intent: intent });
		expect(byIntent.data.map(({ id }) => id)).toEqual([session.id]);
		const future = await stripe.checkout.sessions.list({ created: { gt: session.created + 60 } });
		expect(future.data).toEqual([]);
		const withLines = await stripe.checkout.sessions.retrieve(session.id, {
			expand: ['line_items', 'payment_intent']
		});
		expect(withLines.line_items?.data[0]).toMatchObject({ description: 'Løfte, spring cohort' });
		expect(withLines.payment_intent).toMatchObject({ id: intent, object: 'payment_intent' });
	});

	it('wants a test key, known parameters and existing objects', async () => {
		const { standin, stripe } = await stripeShop();
		const live = new Stripe('sk_live_no', {
			host: '127.0.0.1',
			port: standin.port,
			protocol: 'http',
			maxNetworkRetries: 0
		});
		expect(await refusal(live.events.list())).toBeInstanceOf(
			Stripe.errors.StripeAuthenticationError
		);
		const unknown = await refusal(
			stripe.checkout.sessions.create({ ...seat(), surprise: 1 } as ReturnType<typeof seat>)
		);
		expect(unknown).toMatchObject({ code: 'parameter_unknown', param: 'surprise' });
		const missing = await refusal(stripe.checkout.sessions.retrieve('cs_test_nothing'));
		expect(missing).toMatchObject({ statusCode: 404, code: 'resource_missing' });
		expect(missing.requestId).toMatch(/^req_/);
	});

	it('opens a dispute and closes it', async () => {
		const { standin, stripe } = await stripeShop();
		const { intent } = await paidSeat(stripe, standin);
		await control(standin, 'dispute', { payment_intent: intent });
		await control(standin, 'dispute', { payment_intent: intent, status: 'lost' });
		expect((await stripe.disputes.list({ payment_intent: intent })).data).toMatchObject([
			{ status: 'lost', amount: 4_900_000 }
		]);
		const types = (await stripe.events.list()).data.map(({ type }) => type);
		expect(types.slice(0, 2)).toEqual(['charge.dispute.closed', 'charge.dispute.created']);
	});

	it('decodes bracketed forms without touching prototypes', () => {
		const params = decodeForm('a[0][b]=1&a[1][b]=2&c[]=x&c[]=y&__proto__[d]=3&e=f%26g');
		expect(params['a']).toEqual([{ b: '1' }, { b: '2' }]);
		expect(params['c']).toEqual(['x', 'y']);
		expect(params['e']).toBe('f&g');
		expect(({} as { d?: string }).d).toBeUndefined();
	});
});

async function postOffice(options: ResendStandinOptions = {}) {
	const standin = await startResendStandin({ webhookSecret: RESEND_SECRET, ...options });
	ends.push(() => standin.close());
	return { standin, resend: new Resend('re_standin', { baseUrl: standin.url }) };
}

function mail(change: Record<string, unknown> = {}) {
	return {
		from: 'Løfte <hello@lofte.example>',
		to: 'ingrid@nordbris.example',
		subject: 'Your seat is yours',
		text: 'See https://lofte.example/welcome.',
		html: '<p>See <a href="https://lofte.example/welcome">the page</a>.</p>',
		...change
	};
}

describe('the stand-in for Resend', () => {
	it('takes a mail with everything on it and gives it back', async () => {
		const { standin, resend } = await postOffice();
		const { data, error } = await resend.emails.send({
			...mail(),
			replyTo: 'coach@lofte.example',
			headers: { 'List-Unsubscribe': '<https://lofte.example/u/abc>' },
			tags: [{ name: 'category', value: 'receipt' }],
			attachments: [{ filename: 'møte.ics', content: Buffer.from('BEGIN:VCALENDAR') }]
		});
		expect(error).toBeNull();
		const got = await resend.emails.get(String(data?.id));
		expect(got.data).toMatchObject({
			to: ['ingrid@nordbris.example'],
			reply_to: ['coach@lofte.example'],
			last_event: 'sent'
		});
		const [kept] = await control<StoredMail[]>(standin, 'mails?to=INGRID@');
		expect(kept).toMatchObject({
			headers: { 'List-Unsubscribe': '<https://lofte.example/u/abc>' },
			tags: [{ name: 'category', value: 'receipt' }]
		});
		const file = await fetch(`${standin.url}/mail/${data?.id}/attachments/0`);
		expect(file.headers.get('content-type')).toContain('text/calendar');
		expect(file.headers.get('content-disposition')).toContain('m%C3%B8te.ics');
		expect(await file.text()).toBe('BEGIN:VCALENDAR');
	});

	it('sends one mail for one key, and refuses the key for another mail', async () => {
		const { standin, resend } = await postOffice();
		const key = { idempotencyKey: 'em/1' };
		const first = await resend.emails.send(mail(), key);
		const again = await resend.emails.send(mail(), key);
		expect(again.data).toEqual(first.data);
		const other = await resend.emails.send(mail({ subject: 'Something else' }), key);
		expect(other.error).toMatchObject({ statusCode: 409, name: 'invalid_idempotent_request' });
		expect(await control<unknown[]>(standin, 'mails')).toHaveLength(1);

		await control(standin, 'clock', { now: new Date(Date.now() + 25 * 3_600_000).toISOString() });
		expect((await resend.emails.send(mail(), key)).data?.id).not.toBe(first.data?.id);
	});

	it('takes a batch whole or not at all', async () => {
		const { standin, resend } = await postOffice();
		const bad = await resend.batch.send([mail(), mail({ to: 'nobody' })]);
		expect(bad.error?.statusCode).toBe(422);
		expect(await control<unknown[]>(standin, 'mails')).toEqual([]);
		const good = await resend.batch.send([mail(), mail({ to: 'amir@nordbris.example' })], {
			idempotencyKey: 'batch/1'
		});
		expect(good.data?.data).toHaveLength(2);
	});

	it('answers 429 with a time to wait above its rate', async () => {
		const { standin, resend } = await postOffice({ perSecond: 2 });
		const answers = await Promise.all([1, 2, 3].map(() => resend.emails.send(mail())));
		const refused = answers.filter(({ error }) => error);
		expect(refused).toHaveLength(1);
		expect(refused[0]?.error).toMatchObject({ statusCode: 429, name: 'rate_limit_exceeded' });
		expect(refused[0]?.headers?.['retry-after']).toBe('1');
		await control(standin, 'rate', { perSecond: null });
		expect((await resend.emails.send(mail())).error).toBeNull();
	});

	it.each([
		['no recipient', { to: undefined }, 'missing_required_field'],
		['a broken address', { to: 'nobody' }, 'validation_error'],
		['a line break in an address', { to: 'a\r\nBcc: <b@c.example>' }, 'validation_error'],
		['no subject', { subject: undefined }, 'missing_required_field'],
		['no body', { html: undefined, text: undefined }, 'missing_required_field'],
		['a tag with a space', { tags: [{ name: 'a b', value: 'c' }] }, 'validation_error'],
		['an empty attachment', { attachments: [{ filename: 'a.ics' }] }, 'invalid_attachment']
	])('refuses a mail with %s', async (_, change, name) => {
		const { resend } = await postOffice();
		const { error } = await resend.emails.send(mail(change), { idempotencyKey: 'em/1' });
		expect(error).toMatchObject({ statusCode: 422, name });
		expect((await resend.emails.send(mail(), { idempotencyKey: 'em/1' })).error).toBeNull();
	});

	it('wants a key of its own kind', async () => {
		const { standin } = await postOffice();
		const stranger = new Resend('sk_test_1', { baseUrl: standin.url });
		expect((await stranger.emails.send(mail())).error?.name).toBe('invalid_api_key');
	});

	it('bounces mail to bounce@ with an event that the library verifies', async () => {
		const receiver = await startReceiver(500);
		const { resend } = await postOffice({ webhookUrl: receiver.url, retryDelays: [1, 1] });
		const { data } = await resend.emails.send(mail({ to: 'bounce+1@nordbris.example' }));
		const tries = await receiver.count(2);
		for (const { headers, body } of tries) {
			const event = resend.webhooks.verify({
				payload: body,
				webhookSecret: RESEND_SECRET,
				headers: {
					id: String(headers['svix-id']),
					timestamp: String(headers['svix-timestamp']),
					signature: String(headers['svix-signature'])
				}
			});
			expect(event).toMatchObject({
				type: 'email.bounced',
				data: { email_id: data?.id, to: ['bounce+1@nordbris.example'] }
			});
		}
		expect(tries[0]?.headers['svix-id']).toBe(tries[1]?.headers['svix-id']);
		expect((await resend.emails.get(String(data?.id))).data?.last_event).toBe('bounced');
	});

	it('makes events on demand and forges them on demand', async () => {
		const receiver = await startReceiver();
		const { standin, resend } = await postOffice({ webhookUrl: receiver.url });
		await control(standin, 'deliveries', { hold: true });
		const { data } = await resend.emails.send(mail());
		const { id } = await control<{ id: string }>(standin, 'webhook', {
			mail: data?.id,
			type: 'email.complained'
		});
		await control(standin, 'deliver', { events: [id], body: '{"type":"email.bounced"}' });
		const [forged] = await receiver.count(1);
		expect(() =>
			resend.webhooks.verify({
				payload: String(forged?.body),
				webhookSecret: RESEND_SECRET,
				headers: {
					id: String(forged?.headers['svix-id']),
					timestamp: String(forged?.headers['svix-timestamp']),
					signature: String(forged?.headers['svix-signature'])
				}
			})
		).toThrow();
	});

	it.each(['500', '429', 'reset-before', 'reset-after'])(
		'keeps one mail when a send meets %s and is repeated',
		async (mode) => {
			const { standin, resend } = await postOffice();
			await control(standin, 'faults', { mode, next: 1 });
			const key = { idempotencyKey: 'em/1' };
			expect((await resend.emails.send(mail(), key)).error).not.toBeNull();
			expect((await resend.emails.send(mail(), key)).error).toBeNull();
			expect(await control<unknown[]>(standin, 'mails')).toHaveLength(1);
		}
	);

	it('holds an answer until it is released', async () => {
		const { standin, resend } = await postOffice();
		await control(standin, 'faults', { mode: 'timeout-after', next: 1 });
		const sending = resend.emails.send(mail(), { idempotencyKey: 'em/1' });
		await expect.poll(async () => (await control<unknown[]>(standin, 'mails')).length).toBe(1);
		await expect
			.poll(async () => (await control<{ released: number }>(standin, 'release', {})).released)
			.toBe(1);
		expect((await sending).error).toBeNull();
	});

	it('shows an inbox, narrowed to a person, and a mail whose HTML cannot act', async () => {
		const { standin, resend } = await postOffice();
		await resend.emails.send(mail({ to: 'amir@nordbris.example', subject: 'For Amir' }));
		const { data } = await resend.emails.send(
			mail({ subject: 'A < B', html: '<p onclick="x()">"Hello"</p><script>x()</script>' })
		);
		const inbox = await (await fetch(`${standin.url}/`)).text();
		expect(inbox.indexOf('A &lt; B')).toBeLessThan(inbox.indexOf('For Amir'));
		const his = await (await fetch(`${standin.url}/?to=amir`)).text();
		expect(his).toContain('For Amir');
		expect(his).not.toContain('A &lt; B');
		const page = await (await fetch(`${standin.url}/mail/${data?.id}`)).text();
		expect(page).toContain(
			'sandbox="allow-popups allow-top-navigation-by-user-activation" srcdoc="'
		);
		expect(page).toContain('<a href="https://lofte.example/welcome">');
		expect(page).not.toContain('<script>');
	});
});

describe('as programs', () => {
	async function launch(name: string, env: Record<string, string>) {
		const child = fork(join('src', 'standins', `${name}.ts`), {
			env: { PATH: process.env['PATH'] ?? '', ...env },
			execArgv: [],
			silent: true
		});
		const [report] = (await once(child, 'message')) as [{ port: number; url: string }];
		return { child, ...report };
	}
	async function ended(child: ChildProcess): Promise<number | null> {
		if (child.exitCode === null) await once(child, 'exit');
		return child.exitCode;
	}

	it('keep sessions, payments, keys and mails over a restart', async () => {
		const dir = await mkdtemp(join(tmpdir(), 'standins-'));
		ends.push(() => rm(dir, { recursive: true, force: true }));
		const env = {
			STANDIN_DATA_DIR: dir,
			STANDIN_STRIPE_PORT: '0',
			STANDIN_RESEND_PORT: '0',
			STRIPE_WEBHOOK_SECRETS: `${STRIPE_SECRET},whsec_old`
		};
		const [bank, post] = await Promise.all([launch('stripe', env), launch('resend', env)]);
		const params = seat();
		const key = { idempotencyKey: 'purchase-1/1' };
		const session = await stripeOf(bank.port).checkout.sessions.create(params, key);
		await control(bank as unknown as Standin, 'pay', { session: session.id });
		const open = await stripeOf(bank.port).checkout.sessions.create(params);
		const resend = new Resend('re_1', { baseUrl: post.url });
		const sent = await resend.emails.send(mail(), { idempotencyKey: 'em/1' });

		// One is killed, as the power does it; one loses its parent.
		bank.child.kill('SIGKILL');
		await ended(bank.child);
		post.child.disconnect();
		expect(await ended(post.child)).toBe(0);
		expect((await readdir(dir)).sort()).toEqual(['resend.json', 'stripe.json']);
		expect(JSON.parse(await readFile(join(dir, 'resend.json'), 'utf8'))).toMatchObject({
			mails: [{ id: sent.data?.id }]
		});

		const [bank2, post2] = await Promise.all([launch('stripe', env), launch('resend', env)]);
		const stripe = stripeOf(bank2.port);
		expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({
			payment_status: 'paid'
		});
		const reopened = await stripe.checkout.sessions.retrieve(open.id);
		expect(reopened.url).toBe(`${bank2.url}/c/pay/${open.id}`);
		expect((await stripe.checkout.sessions.create(params, key)).id).toBe(session.id);
		expect((await stripe.events.list()).data).toHaveLength(3);
		const again = await new Resend('re_1', { baseUrl: post2.url }).emails.send(mail(), {
			idempotencyKey: 'em/1'
		});
		expect(again.data).toEqual(sent.data);
		bank2.child.kill('SIGTERM');
		post2.child.kill('SIGINT');
		expect(await ended(bank2.child)).toBe(0);
		expect(await ended(post2.child)).toBe(0);
	});
});
