/** What an event of Stripe means to us. Unknown types and other people's objects mean nothing. */
import { isId } from '#lib/values/id.ts';

export type StripeEvent = {
	id: string;
	type: string;
	livemode: boolean;
	data: { object: object };
};

export type Meaning =
	/** Look at this payment page: it was paid, it died, its money is on the way or did not come. */
	| { kind: 'look'; sessionId: string; failed: boolean }
	/** Look at the payment page of this checkout of ours, if we know it. */
	| { kind: 'look-at'; checkoutId: string }
	| { kind: 'failed'; checkoutId: string; code: string }
	/** So much of a charge has gone back in all. */
	| { kind: 'refunded'; paymentIntent: string; checkoutId: string | null; amountMinor: number }
	| { kind: 'refund-state'; refundId: string; state: 'sent' | 'succeeded' | 'failed' }
	| { kind: 'disputed'; paymentIntent: string; end: 'won' | 'lost' | null }
	| { kind: 'nothing' };

const nothing: Meaning = { kind: 'nothing' };

export function meaningOf({ type, data }: Pick<StripeEvent, 'type' | 'data'>): Meaning {
	const object = data.object as Record<string, unknown>;
	const id = text(object['id']);
	const checkoutId = checkoutOf(object);
	const intent =
		text(object['payment_intent']) ??
		text((object['payment_intent'] as { id?: unknown } | null)?.id);
	switch (type) {
		case 'checkout.session.completed':
		case 'checkout.session.async_payment_succeeded':
		case 'checkout.session.async_payment_failed':
		case 'checkout.session.expired':
			return id ? { kind: 'look', sessionId: id, failed: type.endsWith('_failed') } : nothing;
		case 'payment_intent.succeeded':
		case 'charge.succeeded':
			return checkoutId ? { kind: 'look-at', checkoutId } : nothing;
		case 'payment_intent.payment_failed': {
			const error = object['last_payment_error'] as Record<string, unknown> | null | undefined;
			const code = text(error?.['decline_code']) ?? text(error?.['code']) ?? 'unknown';
			return checkoutId ? { kind: 'failed', checkoutId, code: code.slice(0, 60) } : nothing;
		}
		case 'charge.refunded': {
			const amount = object['amount_refunded'];
			return intent && typeof amount === 'number' && Number.isSafeInteger(amount)
				? { kind: 'refunded', paymentIntent: intent, checkoutId, amountMinor: amount }
				: nothing;
		}
		case 'refund.updated':
		case 'refund.failed': {
			const status = object['status'];
			const state =
				status === 'succeeded'
					? 'succeeded'
					: status === 'failed' || status === 'canceled'
						? 'failed'
						: 'sent';
			return id ? { kind: 'refund-state', refundId: id, state } : nothing;
		}
		case 'charge.dispute.created':
			return intent ? { kind: 'disputed', paymentIntent: intent, end: null } : nothing;
		case 'charge.dispute.closed': {
			const status = object['status'];
			return intent
				? {
						kind: 'disputed',
						paymentIntent: intent,
						end: status === 'won' || status === 'warning_closed' ? 'won' : 'lost'
					}
				: nothing;
		}
		default:
			return nothing;
	}
}

const text = (value: unknown): string | null =>
	typeof value === 'string' && value !== '' ? value : null;

/** The checkout of ours that an object names in its metadata; an id of another shape is somebody else's. */
function checkoutOf(object: Record<string, unknown>): string | null {
	const named = text(
		(object['metadata'] as Record<string, unknown> | null | undefined)?.['checkout']
	);
	return named && isId(named) ? named : null;
}
