/**
 * A small till that keeps its sessions, payments, refunds and keys as Stripe does, and that fails
 * when a test says so. What needs the real library is tested with the stand-in.
 */
import { randomUUID } from 'node:crypto';
import type { StripeEvent } from '#lib/payments/event.ts';
import type { Paying, Returning, Seller, Till } from '#lib/server/till.server.ts';

type Call = 'open' | 'look' | 'find' | 'expire' | 'refund' | 'refunds' | 'recent';
type Fault = { on: Call; when: 'before' | 'after'; times: number; statusCode?: number };

class TillFailure extends Error {
	readonly statusCode: number | undefined;
	readonly code: string | undefined;
	constructor(statusCode?: number, code?: string) {
		super('the till failed on purpose');
		this.statusCode = statusCode;
		this.code = code;
	}
}

export type FakeTill = ReturnType<typeof fakeTill>;

/** @param clock tells the till's time */
export function fakeTill(
	clock: () => Date,
	{ livemode = false, seller = null }: { livemode?: boolean; seller?: Seller | null } = {}
) {
	const sessions = new Map<string, Paying>();
	const keys = new Map<string, { request: string; answer: unknown }>();
	const refunds: (Returning & { paymentIntent: string })[] = [];
	const calls: Call[] = [];
	let faults: Fault[] = [];

	async function answer<T>(
		call: Call,
		key: string | null,
		request: unknown,
		work: () => T
	): Promise<T> {
		calls.push(call);
		const fault = faults.find(({ on, times }) => on === call && times > 0);
		if (fault) fault.times -= 1;
		// The network takes a moment; others come in between.
		await new Promise((resolve) => setImmediate(resolve));
		if (fault?.when === 'before') throw new TillFailure(fault.statusCode);
		let result: T;
		const known = key === null ? undefined : keys.get(key);
		if (known) {
			if (known.request !== JSON.stringify(request)) throw new TillFailure(400);
			result = structuredClone(known.answer) as T;
		} else {
			result = work();
			if (key !== null)
				keys.set(key, { request: JSON.stringify(request), answer: structuredClone(result) });
		}
		if (fault?.when === 'after') throw new TillFailure(fault.statusCode);
		return result;
	}

	const get = (id: string): Paying => {
		const session = sessions.get(id);
		if (!session) throw new TillFailure(404);
		if (session.status === 'open' && session.expiresAt <= clock()) session.status = 'expired';
		return session;
	};

	const giveBack = (paymentIntent: string, asked: number | null, key: string | null) => {
		const session = [...sessions.values()].find((one) => one.paymentIntent === paymentIntent)!;
		const left = refunds
			.filter((one) => one.paymentIntent === paymentIntent && one.state !== 'failed')
			.reduce((sum, one) => sum - one.amountMinor, session.amountMinor!);
		const amountMinor = asked ?? left;
		if (left === 0) throw new TillFailure(400, 'charge_already_refunded');
		if (amountMinor > left) throw new TillFailure(400);
		const made = {
			refundId: `re_${randomUUID()}`,
			paymentIntent,
			amountMinor,
			currency: session.currency!,
			state: 'succeeded' as Returning['state'],
			key
		};
		refunds.push(made);
		return { ...made };
	};

	const till: Till = {
		livemode,
		seller,
		open: (bill, key) =>
			answer('open', key, bill, () => {
				if (bill.expiresAt.getTime() - clock().getTime() < 30 * 60_000) throw new TillFailure(400);
				const sessionId = `cs_test_${randomUUID()}`;
				const session: Paying = {
					sessionId,
					url: `https://checkout.example/${sessionId}`,
					status: 'open',
					paymentStatus: 'unpaid',
					amountMinor: bill.amountMinor,
					currency: bill.currency,
					livemode,
					checkoutId: bill.checkoutId,
					paymentIntent: null,
					expiresAt: bill.expiresAt
				};
				sessions.set(sessionId, session);
				return { ...session };
			}),
		look: (id) => answer('look', null, id, () => ({ ...get(id) })),
		find: (checkoutId) =>
			answer('find', null, checkoutId, () => {
				const found = [...sessions.values()].find((session) => session.checkoutId === checkoutId);
				return found ? { ...get(found.sessionId) } : null;
			}),
		expire: (id, key) =>
			answer('expire', key, id, () => {
				const session = get(id);
				if (session.status !== 'open') throw new TillFailure(400);
				session.status = 'expired';
				return { ...session };
			}),
		refund: (paymentIntent, amountMinor, key) =>
			answer('refund', key, [paymentIntent, amountMinor], () => {
				return giveBack(paymentIntent, amountMinor, key);
			}),
		refunds: (paymentIntent) =>
			answer('refunds', null, paymentIntent, () =>
				refunds.filter((one) => one.paymentIntent === paymentIntent).map((one) => ({ ...one }))
			),
		recent: () =>
			answer('recent', null, null, () => [...sessions.keys()].map((id) => ({ ...get(id) }))),
		verify: () => {
			throw new Error('signatures are tested with the real library');
		}
	};

	return {
		till,
		calls,
		refunds,
		sessions,
		/** The next calls of this kind fail; 'after' means that the till had acted. */
		fail(
			on: Call,
			when: Fault['when'] = 'before',
			{ times = 1, statusCode }: { times?: number; statusCode?: number } = {}
		) {
			faults.push({ on, when, times, ...(statusCode !== undefined && { statusCode }) });
		},
		heal() {
			faults = [];
		},
		sessionAt: (url: string) => sessions.get(url.split('/').at(-1)!)!,
		/** The person pays; false when the page is dead. */
		pay(sessionId: string): boolean {
			const session = get(sessionId);
			if (session.status !== 'open') return false;
			Object.assign(session, {
				status: 'complete',
				paymentStatus: 'paid',
				paymentIntent: `pi_${randomUUID()}`
			});
			return true;
		},
		/** Money arrives although the page was dead: what a slow network does. */
		payLate(sessionId: string) {
			Object.assign(sessions.get(sessionId)!, {
				status: 'complete',
				paymentStatus: 'paid',
				paymentIntent: `pi_${randomUUID()}`
			});
		},
		/** Somebody sends money back at the provider's own site. @returns the refund */
		giveBack: (sessionId: string, amountMinor: number) =>
			giveBack(sessions.get(sessionId)!.paymentIntent!, amountMinor, null).refundId,
		/** The bank says something else about a refund that was accepted. */
		refundBecomes(refundId: string, state: Returning['state']) {
			refunds.find((one) => one.refundId === refundId)!.state = state;
		},
		/** Something is changed behind our back. */
		falsify(sessionId: string, change: Partial<Paying>) {
			Object.assign(sessions.get(sessionId)!, change);
		},
		/** The event that the till would send about this session. */
		event(type: string, sessionId: string, more: Record<string, unknown> = {}): StripeEvent {
			const { checkoutId, paymentIntent } = sessions.get(sessionId)!;
			const session = type.startsWith('checkout.session');
			return {
				id: `evt_${randomUUID()}`,
				type,
				livemode,
				data: {
					object: {
						id: session
							? sessionId
							: type.startsWith('payment_intent')
								? paymentIntent
								: `ch_${randomUUID()}`,
						...(!session && { payment_intent: paymentIntent, metadata: { checkout: checkoutId } }),
						...more
					}
				}
			};
		}
	};
}
