import { randomBytes } from 'node:crypto';
import type Stripe from 'stripe';

/*
 * Stripe's objects as they are when they come into being. Written against the library's own types,
 * so that a new version of the library that adds or changes a field breaks the build here.
 */

export interface Line {
	name: string;
	description: string | null;
	unitAmount: number;
	quantity: number;
	currency: string;
}

export interface StoredSession {
	object: Stripe.Checkout.Session;
	lines: Line[];
	intent: {
		metadata: Record<string, string>;
		description: string | null;
		receiptEmail: string | null;
	};
}

interface NewSession {
	now: number;
	expiresAt: number;
	url: (id: string) => string;
	lines: Line[];
	clientReference: string | null;
	email: string | null;
	successUrl: string;
	cancelUrl: string | null;
	locale: string | null;
	metadata: Record<string, string>;
	submitType: string | null;
}

export function newId(prefix: string): string {
	return prefix + randomBytes(15).toString('hex');
}

export function newSession(input: NewSession): Stripe.Checkout.Session {
	const id = newId('cs_test_a1');
	const total = input.lines.reduce((sum, line) => sum + line.unitAmount * line.quantity, 0);
	return {
		id,
		object: 'checkout.session',
		adaptive_pricing: { enabled: false },
		after_expiration: null,
		allow_promotion_codes: null,
		allowed_payment_method_types: null,
		amount_subtotal: total,
		amount_total: total,
		automatic_tax: { enabled: false, liability: null, provider: null, status: null },
		billing_address_collection: null,
		cancel_url: input.cancelUrl,
		client_reference_id: input.clientReference,
		client_secret: null,
		collected_information: null,
		consent: null,
		consent_collection: null,
		created: input.now,
		currency: input.lines[0]?.currency ?? null,
		currency_conversion: null,
		custom_fields: [],
		custom_text: {
			after_submit: null,
			shipping_address: null,
			submit: null,
			terms_of_service_acceptance: null
		},
		customer: null,
		customer_account: null,
		customer_creation: 'if_required',
		customer_details: input.email ? customerDetails(input.email) : null,
		customer_email: input.email,
		discounts: [],
		expires_at: input.expiresAt,
		integration_identifier: null,
		invoice: null,
		invoice_creation: null,
		livemode: false,
		locale: input.locale as Stripe.Checkout.Session.Locale | null,
		managed_payments: null,
		metadata: input.metadata,
		mode: 'payment',
		origin_context: null,
		payment_intent: null,
		payment_link: null,
		payment_method_collection: 'if_required',
		payment_method_configuration_details: null,
		payment_method_options: null,
		payment_method_types: ['card', 'customer_balance'],
		payment_status: total === 0 ? 'no_payment_required' : 'unpaid',
		permissions: null,
		recovered_from: null,
		saved_payment_method_options: null,
		setup_intent: null,
		shipping_address_collection: null,
		shipping_cost: null,
		shipping_options: [],
		status: 'open',
		submit_type: input.submitType as Stripe.Checkout.Session.SubmitType | null,
		subscription: null,
		success_url: input.successUrl,
		total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
		ui_mode: 'hosted_page',
		url: input.url(id),
		wallet_options: null
	};
}

export function customerDetails(email: string): Stripe.Checkout.Session.CustomerDetails {
	return {
		address: null,
		business_name: null,
		email,
		individual_name: null,
		name: null,
		phone: null,
		tax_exempt: 'none',
		tax_ids: []
	};
}

/** A line item as it travels: the library turns the decimal text into its own number. */
type TravelingLineItem = Omit<Stripe.LineItem, 'price'> & {
	price: Omit<Stripe.Price, 'unit_amount_decimal' | 'deleted'> & { unit_amount_decimal: string };
};

export function lineItem(
	line: Line,
	index: number,
	session: Stripe.Checkout.Session
): TravelingLineItem {
	const total = line.unitAmount * line.quantity;
	const tail = `${session.id.slice(-20)}${index}`;
	return {
		id: `li_${tail}`,
		object: 'item',
		adjustable_quantity: null,
		amount_discount: 0,
		amount_subtotal: total,
		amount_tax: 0,
		amount_total: total,
		currency: line.currency,
		description: line.name,
		metadata: {},
		price: {
			id: `price_${tail}`,
			object: 'price',
			active: false,
			billing_scheme: 'per_unit',
			created: session.created,
			currency: line.currency,
			custom_unit_amount: null,
			livemode: false,
			lookup_key: null,
			metadata: {},
			nickname: null,
			product: `prod_${tail}`,
			recurring: null,
			tax_behavior: 'unspecified',
			tiers_mode: null,
			transform_quantity: null,
			type: 'one_time',
			unit_amount: line.unitAmount,
			unit_amount_decimal: String(line.unitAmount)
		},
		quantity: line.quantity
	};
}

export function newPaymentIntent(input: {
	now: number;
	amount: number;
	currency: string;
	metadata: Record<string, string>;
	description: string | null;
	receiptEmail: string | null;
}): Stripe.PaymentIntent {
	const id = newId('pi_');
	return {
		id,
		object: 'payment_intent',
		allowed_payment_method_types: null,
		amount: input.amount,
		amount_capturable: 0,
		amount_received: 0,
		application: null,
		application_fee_amount: null,
		automatic_payment_methods: null,
		canceled_at: null,
		cancellation_reason: null,
		capture_method: 'automatic_async',
		client_secret: `${id}_secret_${randomBytes(12).toString('hex')}`,
		confirmation_method: 'automatic',
		created: input.now,
		currency: input.currency,
		customer: null,
		customer_account: null,
		description: input.description,
		excluded_payment_method_types: null,
		last_payment_error: null,
		latest_charge: null,
		livemode: false,
		managed_payments: null,
		metadata: input.metadata,
		next_action: null,
		on_behalf_of: null,
		payment_method: null,
		payment_method_configuration_details: null,
		payment_method_options: null,
		payment_method_types: ['card', 'customer_balance'],
		payment_record: null,
		processing: null,
		receipt_email: input.receiptEmail,
		review: null,
		setup_future_usage: null,
		shipping: null,
		source: null,
		statement_descriptor: null,
		statement_descriptor_suffix: null,
		status: 'requires_payment_method',
		transfer_group: null
	};
}

export function newCharge(
	intent: Stripe.PaymentIntent,
	email: string | null,
	now: number
): Stripe.Charge {
	return {
		id: newId('ch_'),
		object: 'charge',
		amount: intent.amount,
		amount_captured: intent.amount,
		amount_refunded: 0,
		application: null,
		application_fee: null,
		application_fee_amount: null,
		balance_transaction: null,
		billing_details: { address: null, email, name: null, phone: null, tax_id: null },
		calculated_statement_descriptor: null,
		captured: true,
		created: now,
		currency: intent.currency,
		customer: null,
		description: intent.description,
		disputed: false,
		failure_balance_transaction: null,
		failure_code: null,
		failure_message: null,
		fraud_details: {},
		livemode: false,
		metadata: intent.metadata,
		on_behalf_of: null,
		outcome: null,
		paid: true,
		payment_intent: intent.id,
		payment_method: null,
		payment_method_details: null,
		receipt_email: intent.receipt_email,
		receipt_number: null,
		receipt_url: null,
		refunded: false,
		review: null,
		shipping: null,
		source: null,
		source_transfer: null,
		statement_descriptor: null,
		statement_descriptor_suffix: null,
		status: 'succeeded',
		transfer_data: null,
		transfer_group: null
	};
}

export function newRefund(
	charge: Stripe.Charge,
	input: {
		now: number;
		amount: number;
		reason: string | null;
		metadata: Record<string, string>;
	}
): Stripe.Refund {
	return {
		id: newId('re_'),
		object: 'refund',
		amount: input.amount,
		balance_transaction: null,
		charge: charge.id,
		created: input.now,
		currency: charge.currency,
		customer: null,
		customer_account: null,
		metadata: input.metadata,
		payment_intent: charge.payment_intent,
		payment_method: null,
		reason: input.reason as Stripe.Refund.Reason | null,
		receipt_number: null,
		source_transfer_reversal: null,
		status: 'succeeded',
		transfer_reversal: null
	};
}

export type StandinDispute = Omit<
	Stripe.Dispute,
	'evidence' | 'evidence_details' | 'enhanced_eligibility_types'
>;

export function newDispute(charge: Stripe.Charge, now: number): StandinDispute {
	return {
		id: newId('du_'),
		object: 'dispute',
		amount: charge.amount,
		balance_transactions: [],
		charge: charge.id,
		created: now,
		currency: charge.currency,
		intended_submission_method: null,
		is_charge_refundable: false,
		livemode: false,
		metadata: {},
		payment_intent: charge.payment_intent,
		reason: 'general',
		status: 'needs_response'
	};
}

/** An event with the object as it was when the event happened. */
export type StandinEvent = Omit<Stripe.EventBase, 'data'> & { data: { object: object } };

export function newEvent(input: {
	now: number;
	type: Stripe.Event.Type;
	apiVersion: string;
	object: object;
	requestId: string | null;
	idempotencyKey: string | null;
}): StandinEvent {
	return {
		id: newId('evt_'),
		object: 'event',
		api_version: input.apiVersion,
		created: input.now,
		data: { object: structuredClone(input.object) },
		livemode: false,
		pending_webhooks: 1,
		request: { id: input.requestId, idempotency_key: input.idempotencyKey },
		type: input.type
	};
}

/** The address a payer returns to, with the session's id where the shop asked for it. */
export function successUrl(session: Stripe.Checkout.Session): string {
	return (session.success_url ?? '').replaceAll('{CHECKOUT_SESSION_ID}', session.id);
}
