/** One attempt to pay for an offered seat, with the seat that it holds. */
import type { Money } from '#lib/values/money.ts';

export const statuses = [
	'new',
	'open',
	'processing',
	'paid',
	'refund-due',
	'refunded',
	'disputed',
	'expired',
	'canceled',
	'flagged'
] as const;
export type Status = (typeof statuses)[number];

/**
 * From which states each move may start. Late money may come to an attempt that has ended: it is
 * settled or given back, never dropped.
 */
const moves = {
	open: ['new'],
	process: ['new', 'open'],
	settle: ['new', 'open', 'processing', 'expired', 'canceled'],
	flag: ['new', 'open', 'processing', 'expired', 'canceled'],
	expire: ['new', 'open', 'processing'],
	refund: ['paid', 'refund-due', 'disputed'],
	/** Money that was on its way back did not arrive. */
	unrefund: ['refunded'],
	dispute: ['paid'],
	winDispute: ['disputed']
} satisfies Record<string, Status[]>;

export type Move = keyof typeof moves;
export const from = (move: Move): Status[] => moves[move];
export const may = (move: Move, checkout: { status: Status }): boolean =>
	from(move).includes(checkout.status);

/** An attempt that may still end in a seat: there is at most one of them for an application. */
export const live: Status[] = ['new', 'open', 'processing', 'paid', 'disputed'];

export type Mismatch = 'amount' | 'currency' | 'mode' | 'session' | 'intent';

type Arrived = {
	amountMinor: number | null;
	currency: string | null;
	livemode: boolean;
	sessionId: string;
	paymentIntent: string | null;
};

/** In what the money that arrived differs from the money that was asked for; null when it is the same. */
export function mismatch(
	asked: Money & { stripeSessionId: string | null },
	arrived: Arrived,
	livemode: boolean
): Mismatch | null {
	if (arrived.livemode !== livemode) return 'mode';
	if (asked.stripeSessionId !== null && asked.stripeSessionId !== arrived.sessionId)
		return 'session';
	if (arrived.amountMinor !== asked.amountMinor) return 'amount';
	if (arrived.currency !== asked.currency) return 'currency';
	if (!arrived.paymentIntent) return 'intent';
	return null;
}

/**
 * Whether money that does not match can be given back from here: not what came in the other mode,
 * which our key does not reach, and not what belongs to another attempt or to no payment at all.
 */
export const canGoBack = (difference: Mismatch): boolean =>
	difference !== 'mode' && difference !== 'intent';

/** Whether the provider refused a refund because nothing of the payment is left to send back. */
export const isBackAlready = (failure: unknown): boolean =>
	(failure as { code?: unknown } | null)?.code === 'charge_already_refunded';

/** A provider remembers a call's key for a day; we count on 23 hours of it. */
export const keyLivesMs = 23 * 3600_000;

/**
 * Whether the provider refused a call for good, so that nothing came of it and nothing will. A
 * timeout, a busy or a broken service may have acted all the same.
 *
 * @param failure what the call threw; `statusCode` is the HTTP status, if there was an answer
 */
export function refusedForGood(failure: unknown): boolean {
	const status = (failure as { statusCode?: unknown } | null)?.statusCode;
	return (
		typeof status === 'number' &&
		status >= 400 &&
		status < 500 &&
		![401, 403, 408, 409, 429].includes(status)
	);
}
