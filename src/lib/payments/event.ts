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
	/** Look at what has gone back of this payment, and at what of it came to nothing. */
	| { kind: 'refunds'; paymentIntent: string; checkoutId: string | null }
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
		// Three names for one fact, and an event may be days old: none of them is believed about amounts.
		case 'charge.refunded':
		case 'charge.refund.updated':
		case 'refund.updated':
		case 'refund.failed':
			return intent ? { kind: 'refunds', paymentIntent: intent, checkoutId } : nothing;
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
