import Stripe from 'stripe';
import { expect, test } from 'vitest';
import { stripeTill } from './till.server.ts';

const [current, previous] = ['whsec_current', 'whsec_previous'];
const till = stripeTill({
	STRIPE_SECRET_KEY: 'sk_test_x',
	STRIPE_WEBHOOK_SECRETS: [current, previous],
	STRIPE_API_BASE: undefined
});
const stripe = new Stripe('sk_test_x');
const now = new Date('2027-03-01T12:00:00Z');
const seconds = now.getTime() / 1000;
const body = JSON.stringify(
	{
		id: 'evt_1',
		object: 'event',
		type: 'checkout.session.completed',
		livemode: false,
		data: { object: { id: 'cs_1' } }
	},
	null,
	2
);
const sign = (secret: string, timestamp = seconds, payload = body) =>
	stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });

test.each([
	['the current secret', sign(current)],
	['the previous secret, while it is being changed', sign(previous)],
	['a signature of 299 seconds ago', sign(current, seconds - 299)],
	['a clock that is 299 seconds ahead', sign(current, seconds + 299)]
])('an event is believed with %s', (_, signature) => {
	expect(till.verify(body, signature, now).id).toBe('evt_1');
});

test.each([
	['no signature', body, ''],
	['nonsense for a signature', body, 't=1,v1=00'],
	['another secret', body, sign('whsec_other')],
	['a changed byte', body.replace('cs_1', 'cs_2'), sign(current)],
	['the same facts written again', JSON.stringify(JSON.parse(body)), sign(current)],
	['a signature of 301 seconds ago', body, sign(current, seconds - 301)],
	['a signature from 301 seconds ahead', body, sign(current, seconds + 301)],
	['a signature from an hour ahead', body, sign(current, seconds + 3600)]
])('an event is refused with %s', (_, payload, signature) => {
	expect(() => till.verify(payload, signature, now)).toThrow();
});

test('the mode is the key’s', () => {
	const live = stripeTill({
		STRIPE_SECRET_KEY: 'rk_live_x',
		STRIPE_WEBHOOK_SECRETS: [current],
		STRIPE_API_BASE: undefined
	});
	expect([till.livemode, live.livemode]).toEqual([false, true]);
});
