import Stripe from 'stripe';
import type { Vat } from '#lib/values/vat.ts';
import type { Config } from './config.server.ts';

/** One payment to ask for. Amounts are in the currency's smallest unit. */
export type Bill = {
	checkoutId: string;
	amountMinor: number;
	currency: string;
	email: string;
	title: string;
	locale: 'en' | 'nb';
	successUrl: string;
	cancelUrl: string;
	expiresAt: Date;
};

/** A payment at the provider, as the room of payments needs to know it. */
export type Paying = {
	sessionId: string;
	url: string | null;
	status: 'open' | 'complete' | 'expired';
	paymentStatus: 'paid' | 'unpaid' | 'no_payment_required';
	amountMinor: number | null;
	currency: string | null;
	livemode: boolean;
	checkoutId: string | null;
	paymentIntent: string | null;
	expiresAt: Date;
};

/** Money that goes back at the provider. A state that has not ended is 'sent'. */
export type Returning = {
	refundId: string;
	amountMinor: number;
	currency: string;
	state: 'sent' | 'succeeded' | 'failed';
	/** The key under which we asked for it; null when it was made at the provider's own site. */
	key: string | null;
};

/** Who sells, as operators set it. */
export type Seller = { name: string; number: string; address: string; vat: Vat | null };

/** Everything that the product asks of Stripe. Every change carries our own row's id as its key. */
export type Till = {
	livemode: boolean;
	/** In whose name the till takes money; null when nobody said. */
	seller: Seller | null;
	open(bill: Bill, key: string): Promise<Paying>;
	look(sessionId: string): Promise<Paying>;
	/** The payment that names this checkout of ours, if the provider has one. */
	find(checkoutId: string, since: Date): Promise<Paying | null>;
	expire(sessionId: string, key: string): Promise<Paying>;
	/** Sends money back; an amount of null is all that is left of the payment. */
	refund(paymentIntent: string, amountMinor: number | null, key: string): Promise<Returning>;
	/** Everything that was ever sent back of a payment, whoever sent it, as it stands now. */
	refunds(paymentIntent: string): Promise<Returning[]>;
	/** Payments of the last days, newest first: what reconciliation compares. */
	recent(since: Date): Promise<Paying[]>;
	/** The event in a webhook's raw body. @throws when the signature does not prove who sent it */
	verify(rawBody: string, signature: string, now: Date): Stripe.Event;
};

const known = <Word extends string>(words: Word[], word: string | null): Word | undefined =>
	words.find((one) => one === word);

const paying = (session: Stripe.Checkout.Session): Paying => ({
	sessionId: session.id,
	url: session.url,
	// A status that this version does not know is neither paid nor dead.
	status: known(['complete', 'expired'], session.status) ?? 'open',
	paymentStatus: known(['paid', 'no_payment_required'], session.payment_status) ?? 'unpaid',
	amountMinor: session.amount_total,
	currency: session.currency?.toUpperCase() ?? null,
	livemode: session.livemode,
	checkoutId: session.client_reference_id,
	paymentIntent:
		typeof session.payment_intent === 'string'
			? session.payment_intent
			: (session.payment_intent?.id ?? null),
	expiresAt: new Date(session.expires_at * 1000)
});

const returning = (refund: Stripe.Refund): Returning => ({
	refundId: refund.id,
	amountMinor: refund.amount,
	currency: refund.currency.toUpperCase(),
	// One that was called off is as little on its way as one that the bank sent back.
	state:
		known(['succeeded', 'failed'], refund.status === 'canceled' ? 'failed' : refund.status) ??
		'sent',
	key: refund.metadata?.['key'] ?? null
});

function sellerOf(config: Partial<Config>): Seller | null {
	const { SELLER_NAME: name, SELLER_NUMBER: number, SELLER_ADDRESS: address } = config;
	if (!name || !number || !address) return null;
	const vat =
		config.VAT_PERCENT === undefined
			? null
			: { rate: config.VAT_PERCENT, included: config.VAT_INCLUDED === 'yes' };
	return { name, number, address, vat };
}

/** The real `stripe` library; STRIPE_API_BASE names another service that speaks the same. */
export function stripeTill(
	config: Pick<Config, 'STRIPE_SECRET_KEY' | 'STRIPE_WEBHOOK_SECRETS' | 'STRIPE_API_BASE'> &
		Partial<Config>
): Till {
	const base = config.STRIPE_API_BASE ? new URL(config.STRIPE_API_BASE) : null;
	const stripe = new Stripe(config.STRIPE_SECRET_KEY, {
		maxNetworkRetries: 2,
		telemetry: false,
		timeout: 10_000,
		...(base && {
			host: base.hostname,
			port: Number(base.port || (base.protocol === 'https:' ? 443 : 80)),
			protocol: base.protocol === 'https:' ? ('https' as const) : ('http' as const)
		})
	});
	const livemode = config.STRIPE_SECRET_KEY.includes('_live_');

	return {
		livemode,
		seller: sellerOf(config),
		async open(bill, idempotencyKey) {
			return paying(
				await stripe.checkout.sessions.create(
					{
						mode: 'payment',
						client_reference_id: bill.checkoutId,
						customer_email: bill.email,
						locale: bill.locale,
						success_url: bill.successUrl,
						cancel_url: bill.cancelUrl,
						expires_at: Math.floor(bill.expiresAt.getTime() / 1000),
						metadata: { checkout: bill.checkoutId },
						payment_intent_data: { metadata: { checkout: bill.checkoutId } },
						line_items: [
							{
								quantity: 1,
								price_data: {
									currency: bill.currency.toLowerCase(),
									unit_amount: bill.amountMinor,
									product_data: { name: bill.title }
								}
							}
						]
					},
					{ idempotencyKey }
				)
			);
		},
		async look(sessionId) {
			return paying(await stripe.checkout.sessions.retrieve(sessionId));
		},
		async find(checkoutId, since) {
			const created = { gte: Math.floor(since.getTime() / 1000) };
			for await (const session of stripe.checkout.sessions.list({ created, limit: 100 })) {
				if (session.client_reference_id === checkoutId) return paying(session);
			}
			return null;
		},
		async expire(sessionId, idempotencyKey) {
			return paying(await stripe.checkout.sessions.expire(sessionId, {}, { idempotencyKey }));
		},
		async refund(paymentIntent, amountMinor, idempotencyKey) {
			return returning(
				await stripe.refunds.create(
					{
						payment_intent: paymentIntent,
						...(amountMinor !== null && { amount: amountMinor }),
						// By it we know our own again among those that were made at Stripe.
						metadata: { key: idempotencyKey }
					},
					{ idempotencyKey }
				)
			);
		},
		async refunds(paymentIntent) {
			const found: Returning[] = [];
			for await (const refund of stripe.refunds.list({ payment_intent: paymentIntent, limit: 100 }))
				found.push(returning(refund));
			// The provider's list begins with the newest.
			return found.reverse();
		},
		async recent(since) {
			const found: Paying[] = [];
			const created = { gte: Math.floor(since.getTime() / 1000) };
			for await (const session of stripe.checkout.sessions.list({ created, limit: 100 })) {
				found.push(paying(session));
				if (found.length === 1000) break;
			}
			return found;
		},
		verify(rawBody, signature, now) {
			let refusal: unknown;
			for (const secret of config.STRIPE_WEBHOOK_SECRETS) {
				try {
					// The library wants the time of receipt in milliseconds and the tolerance in seconds.
					const event = stripe.webhooks.constructEvent(
						rawBody,
						signature,
						secret,
						300,
						undefined,
						now.getTime()
					);
					// The library forgives a timestamp in the future; we forgive five minutes of it.
					const signedAt = Number(/(?:^|,)t=(\d+)/.exec(signature)?.[1]);
					if (!(signedAt <= now.getTime() / 1000 + 300)) throw new Error('signed in the future');
					return event;
				} catch (error) {
					refusal = error;
				}
			}
			throw refusal;
		}
	};
}
