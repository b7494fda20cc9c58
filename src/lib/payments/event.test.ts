import fc from 'fast-check';
import { expect, test } from 'vitest';
import { meaningOf } from './event.ts';

const checkout = '5d0a3a4e-6c0e-4a43-9a57-0d3c4b2f9a10';
const of = (type: string, object: object) => meaningOf({ type, data: { object } });

test.each([
	[
		'checkout.session.completed',
		{ id: 'cs_1' },
		{ kind: 'look', sessionId: 'cs_1', failed: false }
	],
	['checkout.session.expired', { id: 'cs_1' }, { kind: 'look', sessionId: 'cs_1', failed: false }],
	[
		'payment_intent.succeeded',
		{ id: 'pi_1', metadata: { checkout } },
		{ kind: 'look-at', checkoutId: checkout }
	],
	[
		'payment_intent.succeeded',
		{ id: 'pi_1', metadata: { checkout: 'order-7' } },
		{ kind: 'nothing' }
	],
	[
		'payment_intent.payment_failed',
		{
			metadata: { checkout },
			last_payment_error: { code: 'card_declined', decline_code: 'insufficient_funds' }
		},
		{ kind: 'failed', checkoutId: checkout, code: 'insufficient_funds' }
	],
	[
		'payment_intent.payment_failed',
		{ metadata: { checkout } },
		{ kind: 'failed', checkoutId: checkout, code: 'unknown' }
	],
	[
		'charge.refunded',
		{ payment_intent: 'pi_1', amount_refunded: 100, metadata: {} },
		{ kind: 'refunds', paymentIntent: 'pi_1', checkoutId: null }
	],
	[
		'charge.refund.updated',
		{ id: 're_1', status: 'canceled', payment_intent: { id: 'pi_1' }, metadata: { checkout } },
		{ kind: 'refunds', paymentIntent: 'pi_1', checkoutId: checkout }
	],
	[
		'refund.updated',
		{ id: 're_1', status: 'failed', payment_intent: 'pi_1' },
		{ kind: 'refunds', paymentIntent: 'pi_1', checkoutId: null }
	],
	['refund.updated', { id: 're_1', payment_intent: null }, { kind: 'nothing' }],
	[
		'charge.dispute.created',
		{ payment_intent: { id: 'pi_1' } },
		{ kind: 'disputed', paymentIntent: 'pi_1', end: null }
	],
	[
		'charge.dispute.closed',
		{ payment_intent: 'pi_1', status: 'lost' },
		{ kind: 'disputed', paymentIntent: 'pi_1', end: 'lost' }
	],
	[
		'refund.failed',
		{ id: 're_1', status: 'failed', payment_intent: 'pi_1' },
		{ kind: 'refunds', paymentIntent: 'pi_1', checkoutId: null }
	],
	['customer.created', { id: 'cus_1' }, { kind: 'nothing' }]
])('%s with %o means %o', (type, object, meaning) => {
	expect(of(type, object)).toEqual(meaning);
});

test('no object of whatever shape breaks it', () => {
	const types = fc.constantFrom(
		'checkout.session.completed',
		'charge.refunded',
		'payment_intent.payment_failed',
		'charge.dispute.closed',
		'refund.updated'
	);
	fc.assert(
		fc.property(
			types,
			fc.dictionary(
				fc.constantFrom(
					'id',
					'metadata',
					'payment_intent',
					'amount_refunded',
					'last_payment_error',
					'status'
				),
				fc.jsonValue()
			),
			(type, object) => {
				expect(typeof of(type, object).kind).toBe('string');
			}
		)
	);
});
