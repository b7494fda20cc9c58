/*
 * A stand-in for Stripe's API and its hosted checkout page. It moves no money. The app knows it only
 * as STRIPE_API_BASE and talks to it with the real library.
 *
 * Run it: `node src/standins/stripe.ts`, with the environment
 *   STANDIN_STRIPE_PORT     port (default 4111)
 *   APP_ORIGIN              webhooks go to APP_ORIGIN/webhooks/stripe; without it none are sent
 *   STRIPE_WEBHOOK_SECRETS  the first one signs
 *   STRIPE_API_BASE         where the outside reaches it (default http://localhost:<port>)
 *   STANDIN_DATA_DIR        keeps its state there as stripe.json; without it in memory
 *
 * The service (every call needs a key that starts with sk_test_ or rk_test_):
 *   POST /v1/checkout/sessions              GET /v1/checkout/sessions      GET …/:id
 *   POST /v1/checkout/sessions/:id/expire   GET /v1/checkout/sessions/:id/line_items
 *   GET /v1/payment_intents[/:id]           GET /v1/charges[/:id]
 *   POST /v1/refunds                        GET /v1/refunds[/:id]
 *   GET /v1/disputes[/:id]                  GET /v1/events[/:id]
 * People: GET and POST /c/pay/:id (the checkout page), GET / (what happened here).
 *
 * Controls for tests, JSON in and out, no key:
 *   POST   /_test/clock       {now: ISO instant | null}: stops the clock there, null lets it run
 *   POST   /_test/faults      {mode, next?: n, match?: 'POST /v1/refunds'}; modes in http.ts
 *   POST   /_test/release     lets the calls go on that a timeout holds
 *   POST   /_test/deliveries  {hold?: boolean, generate?: boolean}: keep webhooks back; make no events
 *   POST   /_test/deliver     {events: [id …] in order, times?: n, atOnce?: boolean, secret?,
 *                              signedAt?: ISO instant, body?: text instead of the payload,
 *                              url?: another receiver} → [{event, status, ms}]
 *   POST   /_test/pay         {session, outcome: paid | declined | pending | arrives | fails, email?}
 *   POST   /_test/objects     {id, set: {field: value}, event?: type}: falsifies an object, and sends
 *                              it as an event
 *   POST   /_test/refund      {refund, status: failed | canceled, reason?: 'declined'}: an accepted
 *                              refund comes back from the bank, or is called off
 *   POST   /_test/dispute     {payment_intent, status?: needs_response | won | lost}
 *   GET    /_test/events      ?secret=&signedAt= → [{event, payload, signature, delivery}]
 *   DELETE /_test/events      the service forgets all events, objects stay
 *   GET    /_test/calls       every call to /v1; DELETE empties the list
 * Clock, faults and held deliveries end with the process; the rest survives it.
 */
import Stripe from 'stripe';
import { openDeliveries } from './deliveries.ts';
import type { Delivery, Shipment } from './deliveries.ts';
import {
	BadControl,
	controlInput,
	header,
	json,
	openClock,
	openLine,
	runAsProgram,
	seeOther,
	send,
	serve,
	text
} from './http.ts';
import type { Answer, Call, Standin } from './http.ts';
import { checkoutPage, overviewPage, unknownCheckoutPage } from './stripe-pages.ts';
import { openStore } from './store.ts';
import { branchOf, decodeForm, fingerprint, isParams, listOf, textOf } from './stripe-form.ts';
import type { Params, Value } from './stripe-form.ts';
import {
	customerDetails,
	lineItem,
	newCharge,
	newDispute,
	newEvent,
	newId,
	newPaymentIntent,
	newRefund,
	newSession,
	successUrl
} from './stripe-objects.ts';
import type { Line, StandinDispute, StandinEvent, StoredSession } from './stripe-objects.ts';

const DAY = 24 * 60 * 60;
const KEY_MEMORY_SECONDS = DAY;
const EVENT_MEMORY_SECONDS = 30 * DAY;
/** Quick at first, so that a restarted app catches up at once; three days in all, as the service. */
const RETRY_DELAYS = [1, 3, 10, 30, 120, 600, 3600, 3 * 3600, 6 * 3600, 12 * 3600, DAY, DAY].map(
	(seconds) => seconds * 1000
);

const SESSION_PARAMS = new Set([
	'allow_promotion_codes',
	'automatic_tax',
	'billing_address_collection',
	'cancel_url',
	'client_reference_id',
	'customer_creation',
	'customer_email',
	'expand',
	'expires_at',
	'line_items',
	'locale',
	'metadata',
	'mode',
	'payment_intent_data',
	'payment_method_types',
	'submit_type',
	'success_url'
]);
const REFUND_PARAMS = new Set([
	'amount',
	'charge',
	'expand',
	'metadata',
	'payment_intent',
	'reason'
]);

export interface StripeStandinOptions {
	/** 0 takes a free one */
	port?: number;
	host?: string;
	/** Where webhooks go; without it none are sent, events are kept all the same. */
	webhookUrl?: string | undefined;
	webhookSecret?: string | undefined;
	/** Origin that checkout links carry; default http://localhost:<port> */
	publicUrl?: string | undefined;
	dataDir?: string | undefined;
	/** Milliseconds between tries of a webhook. */
	retryDelays?: readonly number[];
}

type PaymentOutcome = 'paid' | 'declined' | 'pending' | 'arrives' | 'fails';
const OUTCOMES: readonly PaymentOutcome[] = ['paid', 'declined', 'pending', 'arrives', 'fails'];

interface RememberedAnswer {
	path: string;
	fingerprint: string;
	/** Seconds since 1970 on the stand-in's clock */
	at: number;
	status: number;
	body: string;
	requestId: string;
}

interface StripeState {
	sessions: Record<string, StoredSession>;
	intents: Record<string, Stripe.PaymentIntent>;
	charges: Record<string, Stripe.Charge>;
	refunds: Record<string, Stripe.Refund>;
	disputes: Record<string, StandinDispute>;
	events: Record<string, StandinEvent>;
	deliveries: Delivery[];
	keys: Record<string, RememberedAnswer>;
}

interface Refusal {
	type: 'invalid_request_error' | 'idempotency_error' | 'api_error';
	message: string;
	code?: string;
	param?: string;
}

/** An answer in Stripe's shape of error. `begun` ones are remembered under an idempotency key. */
class Refused extends Error {
	readonly status: number;
	readonly refusal: Refusal;
	readonly begun: boolean;
	constructor(status: number, refusal: Refusal, begun = false) {
		super(refusal.message);
		this.status = status;
		this.refusal = refusal;
		this.begun = begun;
	}
}

function invalid(message: string, param?: string, code?: string): Refused {
	return new Refused(400, {
		type: 'invalid_request_error',
		message,
		...(code && { code }),
		...(param && { param })
	});
}

function impossible(message: string, param?: string, code?: string): Refused {
	return new Refused(400, { ...invalid(message, param, code).refusal }, true);
}

/** Starts the stand-in; `close` ends it and writes what is not written yet. */
export async function startStripeStandin(options: StripeStandinOptions = {}): Promise<Standin> {
	const store = openStore<StripeState>(options.dataDir, 'stripe', {
		sessions: {},
		intents: {},
		charges: {},
		refunds: {},
		disputes: {},
		events: {},
		deliveries: [],
		keys: {}
	});
	const { state } = store;
	const save = () => void store.save().catch((error: unknown) => console.error(error));
	const clock = openClock();
	const line = openLine();
	const inUse = new Set<string>();
	const secret = options.webhookSecret ?? 'whsec_standin';
	let generate = true;
	let origin = '';

	const seconds = () => Math.floor(clock.now().getTime() / 1000);

	const sign = (payload: string, key: string, signedAt?: string | null) => {
		const at = signedAt ? new Date(signedAt) : new Date();
		if (Number.isNaN(at.getTime())) throw new BadControl('signedAt is an ISO instant');
		return Stripe.webhooks.generateTestHeaderString({
			payload,
			secret: key,
			timestamp: Math.floor(at.getTime() / 1000)
		});
	};
	const payloadOf = (event: StandinEvent) => JSON.stringify(event, null, 2);
	const pack = (
		eventId: string,
		other: { secret?: string; signedAt?: string; body?: string; url?: string } = {}
	): Shipment | null => {
		const event = state.events[eventId];
		const url = other.url ?? options.webhookUrl;
		if (!event || !url) return null;
		const payload = payloadOf(event);
		return {
			url,
			headers: {
				'Content-Type': 'application/json; charset=utf-8',
				'User-Agent': 'Stripe/1.0 (stand-in)',
				// The signature stays that of the true payload, so that another body is a forged one.
				'Stripe-Signature': sign(payload, other.secret ?? secret, other.signedAt)
			},
			body: other.body ?? payload
		};
	};
	const deliveries = openDeliveries(
		state.deliveries,
		options.retryDelays ?? RETRY_DELAYS,
		pack,
		save
	);

	const emit = (type: Stripe.Event.Type, object: object, cause: Cause) => {
		if (!generate) return;
		const event = newEvent({
			now: seconds(),
			type,
			apiVersion: Stripe.API_VERSION,
			object,
			requestId: cause.requestId,
			idempotencyKey: cause.idempotencyKey
		});
		state.events[event.id] = event;
		if (options.webhookUrl) deliveries.add(event.id);
	};

	const expire = (session: Stripe.Checkout.Session, cause: Cause) => {
		session.status = 'expired';
		session.url = null;
		emit('checkout.session.expired', session, cause);
	};

	/** Ends what the clock has ended: open sessions and remembered keys. */
	const passTime = () => {
		const now = seconds();
		let changed = false;
		for (const { object } of Object.values(state.sessions)) {
			if (object.status !== 'open' || object.expires_at > now) continue;
			expire(object, NOBODY);
			changed = true;
		}
		for (const [key, remembered] of Object.entries(state.keys)) {
			if (remembered.at + KEY_MEMORY_SECONDS <= now) delete state.keys[key];
		}
		if (changed) save();
	};

	const pay = (
		stored: StoredSession,
		outcome: PaymentOutcome,
		email: string | null
	): Stripe.Checkout.Session => {
		const session = stored.object;
		const waiting = session.status === 'complete' && session.payment_status === 'unpaid';
		const settles = outcome === 'arrives' || outcome === 'fails';
		const intentId = typeof session.payment_intent === 'string' ? session.payment_intent : null;
		let intent = intentId ? state.intents[intentId] : undefined;
		if (settles ? !waiting || intent?.status !== 'processing' : session.status !== 'open') {
			throw impossible(
				`A session with status ${session.status} and payment status ${session.payment_status} cannot become '${outcome}'.`
			);
		}
		const now = seconds();
		const payer = email ?? session.customer_details?.email ?? 'payer@example.com';
		session.customer_details = customerDetails(payer);
		if (session.amount_total && !intent) {
			intent = newPaymentIntent({
				now,
				amount: session.amount_total,
				currency: session.currency ?? 'nok',
				...stored.intent
			});
			state.intents[intent.id] = intent;
			session.payment_intent = intent.id;
		}
		if (!intent) {
			session.status = 'complete';
			session.url = null;
			emit('checkout.session.completed', session, NOBODY);
			return session;
		}
		if (outcome === 'declined' || outcome === 'fails') {
			intent.status = 'requires_payment_method';
			intent.last_payment_error =
				outcome === 'declined'
					? {
							type: 'card_error',
							code: 'card_declined',
							decline_code: 'generic_decline',
							message: 'Your card was declined.'
						}
					: {
							type: 'invalid_request_error',
							code: 'payment_intent_payment_attempt_failed',
							message: 'The payment failed.'
						};
			emit('payment_intent.payment_failed', intent, NOBODY);
			if (outcome === 'fails') emit('checkout.session.async_payment_failed', session, NOBODY);
			return session;
		}
		if (outcome === 'pending') {
			intent.status = 'processing';
			intent.last_payment_error = null;
			session.status = 'complete';
			session.url = null;
			emit('checkout.session.completed', session, NOBODY);
			return session;
		}
		const charge = newCharge(intent, payer, now);
		state.charges[charge.id] = charge;
		intent.status = 'succeeded';
		intent.amount_received = intent.amount;
		intent.latest_charge = charge.id;
		intent.last_payment_error = null;
		session.status = 'complete';
		session.url = null;
		session.payment_status = 'paid';
		emit('charge.succeeded', charge, NOBODY);
		emit('payment_intent.succeeded', intent, NOBODY);
		emit(
			outcome === 'arrives'
				? 'checkout.session.async_payment_succeeded'
				: 'checkout.session.completed',
			session,
			NOBODY
		);
		return session;
	};

	const createSession = (params: Params) => {
		refuseUnknown(params, SESSION_PARAMS);
		const now = seconds();
		if (textOf(params, 'mode') !== 'payment') {
			throw invalid("The stand-in knows mode 'payment' only.", 'mode');
		}
		const lines = readLines(params);
		const expiresAt = textOf(params, 'expires_at');
		const ends = expiresAt === null ? now + DAY : wholeNumber(expiresAt, 'expires_at');
		if (ends < now + 30 * 60) {
			throw invalid(
				'The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.',
				'expires_at'
			);
		}
		if (ends > now + DAY) {
			throw invalid(
				'The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.',
				'expires_at'
			);
		}
		const email = textOf(params, 'customer_email');
		if (email !== null && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) {
			throw invalid(`Invalid email address: ${email}`, 'customer_email', 'email_invalid');
		}
		const successUrl = webAddress(params, 'success_url');
		if (!successUrl) {
			throw invalid('Missing required param: success_url.', 'success_url', 'parameter_missing');
		}
		const clientReference = textOf(params, 'client_reference_id');
		if (clientReference !== null && clientReference.length > 200) {
			throw invalid('client_reference_id has at most 200 characters.', 'client_reference_id');
		}
		const intent = branchOf(params, 'payment_intent_data');
		const stored: StoredSession = {
			object: newSession({
				now,
				expiresAt: ends,
				url: (id) => `${origin}/c/pay/${id}`,
				lines,
				clientReference,
				email,
				successUrl,
				cancelUrl: webAddress(params, 'cancel_url'),
				locale: textOf(params, 'locale'),
				metadata: readMetadata(params, 'metadata'),
				submitType: textOf(params, 'submit_type')
			}),
			lines,
			intent: {
				metadata: readMetadata(intent, 'payment_intent_data[metadata]'),
				description: textOf(intent, 'description'),
				receiptEmail: textOf(intent, 'receipt_email')
			}
		};
		state.sessions[stored.object.id] = stored;
		return stored.object;
	};

	const createRefund = (params: Params, cause: Cause) => {
		refuseUnknown(params, REFUND_PARAMS);
		const intentId = textOf(params, 'payment_intent');
		const chargeId = textOf(params, 'charge');
		if (!intentId && !chargeId) {
			throw invalid(
				'One of the following params should be provided for this request: payment_intent or charge.'
			);
		}
		const metadata = readMetadata(params, 'metadata');
		const wish = textOf(params, 'amount');
		const reason = textOf(params, 'reason');
		if (reason && !['duplicate', 'fraudulent', 'requested_by_customer'].includes(reason)) {
			throw invalid(
				'Invalid reason: must be one of duplicate, fraudulent, or requested_by_customer',
				'reason'
			);
		}
		const intent = intentId ? found(state.intents, intentId, 'payment_intent') : null;
		if (intent && typeof intent.latest_charge !== 'string') {
			throw impossible(
				`This PaymentIntent (${intent.id}) does not have a successful charge to refund.`
			);
		}
		const charge = found(state.charges, chargeId ?? String(intent?.latest_charge), 'charge');
		const left = charge.amount - charge.amount_refunded;
		if (left === 0) {
			throw impossible(
				`Charge ${charge.id} has already been refunded.`,
				undefined,
				'charge_already_refunded'
			);
		}
		const amount = wish === null ? left : wholeNumber(wish, 'amount');
		if (amount < 1)
			throw invalid('Invalid positive integer', 'amount', 'parameter_invalid_integer');
		if (amount > left) {
			throw impossible(
				`Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`,
				'amount'
			);
		}
		const refund = newRefund(charge, { now: seconds(), amount, reason, metadata });
		state.refunds[refund.id] = refund;
		charge.amount_refunded += amount;
		charge.refunded = charge.amount_refunded === charge.amount;
		emit('refund.created', refund, cause);
		emit('charge.refunded', charge, cause);
		return refund;
	};

	const sessionObjects = () =>
		Object.fromEntries(Object.entries(state.sessions).map(([id, { object }]) => [id, object]));

	/** Replaces ids by objects along `expand` paths such as `data.payment_intent.latest_charge`. */
	const expanded = (object: object, paths: Value[]): object => {
		if (paths.length === 0) return object;
		const copy = structuredClone(object) as Record<string, unknown>;
		for (const path of paths) if (typeof path === 'string') expandAlong(copy, path.split('.'));
		return copy;
	};
	const expandAlong = (object: Record<string, unknown>, path: string[]): void => {
		const [step, ...rest] = path;
		if (!step) return;
		if (step === 'line_items' && object['object'] === 'checkout.session') {
			const stored = state.sessions[text(object['id'])];
			if (stored) object['line_items'] = lineItems(stored);
			return;
		}
		const value = object[step];
		if (typeof value === 'string') {
			const other =
				state.intents[value] ??
				state.charges[value] ??
				state.refunds[value] ??
				state.sessions[value]?.object;
			if (other) object[step] = structuredClone(other);
		}
		const below = object[step];
		for (const each of Array.isArray(below) ? below : [below]) {
			if (typeof each === 'object' && each !== null) {
				expandAlong(each as Record<string, unknown>, rest);
			}
		}
	};

	/** Answers one call in plain objects, or throws a Refused. */
	const route = (call: Call, params: Params, cause: Cause): object => {
		const [resource, id, act, ...more] = call.path
			.replace(/^\/v1\/checkout\/sessions/, '/v1/sessions')
			.replace(/^\/v1\//, '')
			.split('/')
			.map(decodeURIComponent);
		const wanted = `${call.method} ${resource}${id ? '/:id' : ''}${act ? `/${act}` : ''}`;
		const listed = <T extends Dated>(rows: Record<string, T>, keep: (row: T) => boolean) =>
			list(Object.values(rows).filter(keep), call.path, params);
		const same = (name: string, value: unknown) => {
			const wish = textOf(params, name);
			return wish === null || wish === value;
		};
		if (more.length > 0) throw unknownUrl(call);
		switch (wanted) {
			case 'POST sessions':
				return createSession(params);
			case 'GET sessions':
				return listed(
					sessionObjects(),
					(row) => same('payment_intent', row.payment_intent) && same('status', row.status)
				);
			case 'GET sessions/:id':
				return found(state.sessions, id, 'checkout.session').object;
			case 'GET sessions/:id/line_items':
				return lineItems(found(state.sessions, id, 'checkout.session'));
			case 'POST sessions/:id/expire': {
				const { object } = found(state.sessions, id, 'checkout.session');
				if (object.status !== 'open') {
					throw impossible(
						`Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of ${object.status}.`
					);
				}
				expire(object, cause);
				return object;
			}
			case 'GET payment_intents':
				return listed(state.intents, () => true);
			case 'GET payment_intents/:id':
				return found(state.intents, id, 'payment_intent');
			case 'GET charges':
				return listed(state.charges, (row) => same('payment_intent', row.payment_intent));
			case 'GET charges/:id':
				return found(state.charges, id, 'charge');
			case 'POST refunds':
				return createRefund(params, cause);
			case 'GET refunds':
				return listed(
					state.refunds,
					(row) => same('payment_intent', row.payment_intent) && same('charge', row.charge)
				);
			case 'GET refunds/:id':
				return found(state.refunds, id, 'refund');
			case 'GET disputes':
				return listed(
					state.disputes,
					(row) => same('payment_intent', row.payment_intent) && same('charge', row.charge)
				);
			case 'GET disputes/:id':
				return found(state.disputes, id, 'dispute');
			case 'GET events': {
				const oldest = seconds() - EVENT_MEMORY_SECONDS;
				const types = listOf(params, 'types');
				const success = textOf(params, 'delivery_success');
				const delivered = new Set(
					state.deliveries.filter((known) => known.delivered).map((known) => known.eventId)
				);
				return listed(
					state.events,
					(row) =>
						row.created >= oldest &&
						same('type', row.type) &&
						(types.length === 0 || types.includes(row.type)) &&
						(success === null || delivered.has(row.id) === (success === 'true'))
				);
			}
			case 'GET events/:id':
				return found(state.events, id, 'event');
			default:
				throw unknownUrl(call);
		}
	};

	/** One call to /v1: key check, idempotency, work, answer in Stripe's shapes. */
	const work = async (call: Call, { failRemembered }: { failRemembered: boolean }) => {
		passTime();
		const requestId = newId('req_');
		const key = call.method === 'POST' ? header(call, 'idempotency-key') : null;
		const cause: Cause = { requestId, idempotencyKey: key };
		const encoded = call.method === 'GET' ? call.query.toString() : call.body;
		const print = fingerprint(encoded);
		const headers = {
			'Request-Id': requestId,
			'Stripe-Version': header(call, 'stripe-version') ?? Stripe.API_VERSION,
			...(key && { 'Idempotency-Key': key })
		};
		const answered = (status: number, body: string, begun: boolean): Answer => {
			if (key && begun) {
				state.keys[key] = {
					path: call.path,
					fingerprint: print,
					at: seconds(),
					status,
					body,
					requestId
				};
			}
			return { ...json(status, null, headers), body };
		};
		try {
			checkApiKey(call);
			if (key && key.length > 255) {
				throw invalid('Idempotency keys have at most 255 characters.');
			}
			const remembered = key ? state.keys[key] : undefined;
			if (remembered) {
				if (remembered.path !== call.path || remembered.fingerprint !== print) {
					throw new Refused(400, {
						type: 'idempotency_error',
						message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`
					});
				}
				const again = { 'Idempotent-Replayed': 'true', 'Original-Request': remembered.requestId };
				return {
					...json(remembered.status, null, { ...headers, ...again }),
					body: remembered.body
				};
			}
			if (key && inUse.has(key)) {
				throw new Refused(409, {
					type: 'idempotency_error',
					code: 'idempotency_key_in_use',
					message: 'There is currently another in-progress request using this idempotency key.'
				});
			}
			if (failRemembered) throw new Refused(500, OUTAGE, true);
			const params = decodeForm(encoded);
			const object = expanded(route(call, params, cause), listOf(params, 'expand'));
			const answer = answered(200, JSON.stringify(object, null, 2), true);
			if (call.method === 'POST') await store.save();
			return answer;
		} catch (error) {
			if (!(error instanceof Refused)) throw error;
			const answer = answered(error.status, errorBody(error.refusal), error.begun);
			if (error.begun) await store.save();
			return answer;
		}
	};

	const fault = (mode: '500' | '429'): Answer => {
		const headers = { 'Request-Id': newId('req_') };
		return mode === '500'
			? { ...json(500, null, headers), body: errorBody(OUTAGE) }
			: {
					...json(429, null, headers),
					body: errorBody({
						type: 'invalid_request_error',
						code: 'rate_limit',
						message: 'Request rate limit exceeded.'
					})
				};
	};

	const control = async (call: Call): Promise<unknown> => {
		const input = call.method === 'POST' ? controlInput(call) : {};
		switch (`${call.method} ${call.path}`) {
			case 'POST /_test/clock': {
				const now = clock.set(input);
				passTime();
				return { now };
			}
			case 'POST /_test/faults':
				return line.plan(input);
			case 'POST /_test/release':
				return { released: line.release() };
			case 'POST /_test/deliveries':
				if (typeof input['generate'] === 'boolean') generate = input['generate'];
				if (typeof input['hold'] === 'boolean') deliveries.hold(input['hold']);
				return { hold: deliveries.held(), generate };
			case 'POST /_test/deliver': {
				const other = Object.fromEntries(
					['secret', 'signedAt', 'body', 'url']
						.filter((name) => typeof input[name] === 'string')
						.map((name) => [name, text(input[name])])
				);
				return deliveries.sendNow(input, (id) => pack(id, other));
			}
			case 'POST /_test/pay': {
				passTime();
				const outcome = OUTCOMES.find((known) => known === (input['outcome'] ?? 'paid'));
				if (!outcome) throw new BadControl(`outcome is one of ${OUTCOMES.join(', ')}`);
				const stored = state.sessions[text(input['session'])];
				if (!stored) throw new BadControl(`there is no session ${text(input['session'])}`);
				const session = controlled(() => pay(stored, outcome, text(input['email']) || null));
				await store.save();
				return session;
			}
			case 'POST /_test/objects': {
				const id = text(input['id']);
				const object =
					state.sessions[id]?.object ??
					state.intents[id] ??
					state.charges[id] ??
					state.refunds[id] ??
					state.disputes[id] ??
					state.events[id];
				if (!object) throw new BadControl(`there is nothing with the id ${id}`);
				Object.assign(object, input['set']);
				if (typeof input['event'] === 'string') {
					emit(input['event'] as Stripe.Event.Type, object, NOBODY);
				}
				await store.save();
				return object;
			}
			case 'POST /_test/refund': {
				const refund = unrefunded(
					text(input['refund']),
					text(input['status']) || 'failed',
					text(input['reason']) || 'unknown'
				);
				await store.save();
				return refund;
			}
			case 'POST /_test/dispute': {
				const dispute = disputed(text(input['payment_intent']), text(input['status']));
				await store.save();
				return dispute;
			}
			case 'GET /_test/events':
				return Object.values(state.events).map((event) => {
					const payload = payloadOf(event);
					return {
						event,
						payload,
						signature: sign(
							payload,
							call.query.get('secret') ?? secret,
							call.query.get('signedAt')
						),
						delivery: state.deliveries.find((known) => known.eventId === event.id) ?? null
					};
				});
			case 'DELETE /_test/events':
				state.events = {};
				state.deliveries.length = 0;
				await store.save();
				return { events: 0 };
			case 'GET /_test/calls':
				return line.calls;
			case 'DELETE /_test/calls':
				line.calls.length = 0;
				return { calls: 0 };
			default:
				throw new BadControl(`there is no control ${call.method} ${call.path}`);
		}
	};

	const disputed = (intentId: string, status: string) => {
		const intent = state.intents[intentId];
		const charge = intent ? state.charges[String(intent.latest_charge)] : undefined;
		if (!charge) throw new BadControl(`there is no paid payment intent ${intentId}`);
		let dispute = Object.values(state.disputes).find((known) => known.charge === charge.id);
		if (!dispute) {
			dispute = newDispute(charge, seconds());
			state.disputes[dispute.id] = dispute;
			charge.disputed = true;
			emit('charge.dispute.created', dispute, NOBODY);
		}
		if (status === 'won' || status === 'lost') {
			dispute.status = status;
			emit('charge.dispute.closed', dispute, NOBODY);
		} else if (status !== '' && status !== 'needs_response') {
			throw new BadControl('status is needs_response, won or lost');
		}
		return dispute;
	};

	/** A refund that had been accepted comes to nothing: its money is back in the balance. */
	const unrefunded = (id: string, status: string, reason: string) => {
		const refund = state.refunds[id];
		const charge = refund && state.charges[String(refund.charge)];
		if (!charge) throw new BadControl(`there is no refund ${id}`);
		if (status !== 'failed' && status !== 'canceled')
			throw new BadControl('status is failed or canceled');
		if (refund.status === 'failed' || refund.status === 'canceled')
			throw new BadControl(`the refund ${id} is ${refund.status} already`);
		refund.status = status;
		refund.failure_balance_transaction = newId('txn_');
		if (status === 'failed') refund.failure_reason = reason;
		charge.amount_refunded -= refund.amount;
		charge.refunded = false;
		emit('refund.updated', refund, NOBODY);
		emit('charge.refund.updated', refund, NOBODY);
		if (status === 'failed') emit('refund.failed', refund, NOBODY);
		return refund;
	};

	/** The checkout page and its buttons. */
	const checkout = async (call: Call): Promise<Answer> => {
		passTime();
		const stored = state.sessions[call.path.slice('/c/pay/'.length)];
		if (!stored) return unknownCheckoutPage();
		const intent = state.intents[String(stored.object.payment_intent)] ?? null;
		if (call.method === 'GET') return checkoutPage(stored, intent, null);

		const form = new URLSearchParams(call.body);
		const outcome = OUTCOMES.find((known) => known === form.get('do'));
		if (!outcome) return checkoutPage(stored, intent, 'Choose one of the buttons.', 400);
		// A second click on a button finds the payment made and goes the same way as the first.
		const settled = stored.object.status === 'complete' && stored.object.payment_status === 'paid';
		if (!settled) {
			try {
				pay(stored, outcome, form.get('email'));
			} catch (error) {
				if (!(error instanceof Refused)) throw error;
				return seeOther(call.path);
			}
			await store.save();
		}
		if (outcome === 'paid' || outcome === 'arrives') return seeOther(successUrl(stored.object));
		return seeOther(call.path);
	};

	const standin = await serve(
		options.port ?? 0,
		options.host ?? '127.0.0.1',
		async (call, request, response) => {
			if (call.path.startsWith('/v1/')) {
				return line.answer(call, { request, response }, { fault, work, inUse });
			}
			if (call.path.startsWith('/_test/')) return send(response, json(200, await control(call)));
			if (call.path.startsWith('/c/pay/')) return send(response, await checkout(call));
			if (call.path === '/') {
				passTime();
				return send(response, overviewPage(Object.values(state.sessions)));
			}
			const answer = { ...json(404, null), body: errorBody(unknownUrl(call).refusal) };
			send(response, answer);
		}
	);
	origin = (options.publicUrl ?? standin.url).replace(/\/$/, '');
	for (const { object } of Object.values(state.sessions)) {
		if (object.status === 'open') object.url = `${origin}/c/pay/${object.id}`;
	}
	const ticking = setInterval(passTime, 1000);
	ticking.unref();

	return {
		port: standin.port,
		url: standin.url,
		async close() {
			clearInterval(ticking);
			deliveries.stop();
			await standin.close();
			await store.save();
		}
	};
}

/** Who made an object change: a call with a key, or nobody (a person at the page, the clock). */
interface Cause {
	requestId: string | null;
	idempotencyKey: string | null;
}
const NOBODY: Cause = { requestId: null, idempotencyKey: null };

const OUTAGE: Refusal = {
	type: 'api_error',
	message: 'An unexpected error occurred. The stand-in was told to fail.'
};

function errorBody(refusal: Refusal): string {
	return JSON.stringify({ error: refusal }, null, 2);
}

function checkApiKey(call: Call): void {
	const [scheme, credential = ''] = (header(call, 'authorization') ?? '').split(' ');
	const key =
		scheme?.toLowerCase() === 'basic'
			? (Buffer.from(credential, 'base64').toString().split(':', 1)[0] ?? '')
			: credential;
	if (key === '') {
		throw new Refused(401, {
			type: 'invalid_request_error',
			message: 'You did not provide an API key. Send it as "Authorization: Bearer YOUR_SECRET_KEY".'
		});
	}
	if (!/^[sr]k_test_./.test(key)) {
		throw new Refused(401, {
			type: 'invalid_request_error',
			message: `Invalid API Key provided: ${key.slice(0, 8)}***`
		});
	}
}

function unknownUrl(call: Call): Refused {
	return new Refused(404, {
		type: 'invalid_request_error',
		message: `Unrecognized request URL (${call.method}: ${call.path}).`
	});
}

function found<T>(rows: Record<string, T>, id: string | undefined, kind: string): T {
	const row = id !== undefined && Object.hasOwn(rows, id) ? rows[id] : undefined;
	if (row === undefined) {
		throw new Refused(404, {
			type: 'invalid_request_error',
			code: 'resource_missing',
			message: `No such ${kind}: '${id}'`,
			param: 'id'
		});
	}
	return row;
}

function refuseUnknown(params: Params, known: Set<string>): void {
	const unknown = Object.keys(params).find((name) => !known.has(name));
	if (unknown) {
		throw invalid(`Received unknown parameter: ${unknown}`, unknown, 'parameter_unknown');
	}
}

function wholeNumber(value: string, param: string): number {
	if (!/^-?\d{1,15}$/.test(value)) {
		throw invalid(`Invalid integer: ${value}`, param, 'parameter_invalid_integer');
	}
	return Number(value);
}

function webAddress(params: Params, name: string): string | null {
	const value = textOf(params, name);
	if (value === null) return null;
	if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
		throw invalid('Not a valid URL', name, 'url_invalid');
	}
	return value;
}

function readMetadata(params: Params, param: string): Record<string, string> {
	const pairs = Object.entries(params['metadata'] ?? {});
	if (pairs.length > 50) throw invalid('Metadata has at most 50 keys.', param);
	return Object.fromEntries(
		pairs.map(([name, value]) => {
			if (typeof value !== 'string') throw invalid('Metadata values are text.', param);
			if (name.length > 40) throw invalid('Metadata keys have at most 40 characters.', param);
			if (value.length > 500) throw invalid('Metadata values have at most 500 characters.', param);
			return [name, value];
		})
	);
}

function readLines(params: Params): Line[] {
	const items = listOf(params, 'line_items').filter(isParams);
	if (items.length === 0) {
		throw invalid('Missing required param: line_items.', 'line_items', 'parameter_missing');
	}
	const lines = items.map((item, index): Line => {
		const at = `line_items[${index}]`;
		const price = branchOf(item, 'price_data');
		const product = branchOf(price, 'product_data');
		const required = (from: Params, name: string, where: string): string => {
			const value = textOf(from, name);
			if (value !== null) return value;
			throw invalid(`Missing required param: ${where}.`, where, 'parameter_missing');
		};
		const unitAmount = wholeNumber(
			required(price, 'unit_amount', `${at}[price_data][unit_amount]`),
			`${at}[price_data][unit_amount]`
		);
		const quantity = wholeNumber(required(item, 'quantity', `${at}[quantity]`), `${at}[quantity]`);
		if (unitAmount < 0) {
			throw invalid('Invalid non-negative integer', `${at}[price_data][unit_amount]`);
		}
		if (quantity < 1) throw invalid('Invalid positive integer', `${at}[quantity]`);
		const currency = required(price, 'currency', `${at}[price_data][currency]`).toLowerCase();
		if (!/^[a-z]{3}$/.test(currency)) {
			throw invalid(`Invalid currency: ${currency}.`, `${at}[price_data][currency]`);
		}
		return {
			name: required(product, 'name', `${at}[price_data][product_data][name]`),
			description: textOf(product, 'description'),
			unitAmount,
			quantity,
			currency
		};
	});
	if (lines.some((one) => one.currency !== lines[0]?.currency)) {
		throw invalid('All line items must use the same currency.', 'line_items');
	}
	return lines;
}

function lineItems(stored: StoredSession) {
	return {
		object: 'list',
		url: `/v1/checkout/sessions/${stored.object.id}/line_items`,
		has_more: false,
		data: stored.lines.map((one, index) => lineItem(one, index, stored.object))
	};
}

interface Dated {
	id: string;
	created: number;
}

/** One page of rows, newest first, by `limit`, `starting_after`, `ending_before` and `created`. */
function list<T extends Dated>(rows: T[], url: string, params: Params) {
	const limit = wholeNumber(textOf(params, 'limit') ?? '10', 'limit');
	if (limit < 1 || limit > 100) throw invalid('limit is from 1 to 100.', 'limit');
	const newest = rows.filter((row) => inRange(row.created, params['created'])).reverse();
	const position = (name: string): number => {
		const id = textOf(params, name);
		const index = newest.findIndex((row) => row.id === id);
		if (id !== null && index < 0)
			throw invalid(`No such object: '${id}'`, name, 'resource_missing');
		return index;
	};
	const after = position('starting_after');
	const before = position('ending_before');
	if (before >= 0) {
		const first = Math.max(0, before - limit);
		return { object: 'list', url, has_more: first > 0, data: newest.slice(first, before) };
	}
	const data = newest.slice(after + 1, after + 1 + limit);
	return { object: 'list', url, has_more: after + 1 + limit < newest.length, data };
}

function inRange(created: number, range: Value | undefined): boolean {
	if (typeof range === 'string') return created === wholeNumber(range, 'created');
	if (!isParams(range)) return true;
	const bound = (name: string) => {
		const value = textOf(range, name);
		return value === null ? null : wholeNumber(value, `created[${name}]`);
	};
	const [gt, gte, lt, lte] = [bound('gt'), bound('gte'), bound('lt'), bound('lte')];
	return (
		(gt === null || created > gt) &&
		(gte === null || created >= gte) &&
		(lt === null || created < lt) &&
		(lte === null || created <= lte)
	);
}

/** A refusal of the service, told to the test as a bad control. */
function controlled<T>(act: () => T): T {
	try {
		return act();
	} catch (error) {
		if (error instanceof Refused) throw new BadControl(error.message);
		throw error;
	}
}

if (import.meta.main) {
	const { env } = process;
	await runAsProgram('Stand-in for Stripe', () =>
		startStripeStandin({
			port: Number(env['STANDIN_STRIPE_PORT'] ?? 4111),
			webhookUrl: env['APP_ORIGIN'] && new URL('/webhooks/stripe', env['APP_ORIGIN']).href,
			webhookSecret: env['STRIPE_WEBHOOK_SECRETS']?.split(',')[0]?.trim() || undefined,
			publicUrl: env['STRIPE_API_BASE'] || undefined,
			dataDir: env['STANDIN_DATA_DIR'] || undefined
		})
	);
}
