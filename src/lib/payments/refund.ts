/** Money that goes back. The database holds that it is never more than what came. */
export const states = ['intent', 'sent', 'succeeded', 'failed'] as const;
export type RefundState = (typeof states)[number];

/**
 * Whether a refund may go from one state to the other: only forward. A bank can send back what it
 * had taken, so 'failed' comes after 'succeeded', and nothing comes after it.
 */
export const mayBecome = (now: RefundState, next: RefundState): boolean =>
	states.indexOf(next) > states.indexOf(now);

/**
 * What was to go back, failed, and no later refund has made good; in the currency's smallest unit.
 *
 * @param refunds of one payment, in the order in which they were asked for
 */
export const stillHere = (refunds: { amountMinor: number; state: RefundState }[]): number =>
	refunds.reduce(
		(sum, { amountMinor, state }) =>
			state === 'failed' ? Math.max(sum, amountMinor) : Math.max(0, sum - amountMinor),
		0
	);

/** What may still go back of a payment, in the currency's smallest unit. */
export const refundable = (
	paidMinor: number,
	refunds: { amountMinor: number; state: RefundState }[]
): number =>
	Math.max(
		0,
		paidMinor -
			refunds
				.filter(({ state }) => state !== 'failed')
				.reduce((sum, { amountMinor }) => sum + amountMinor, 0)
	);
