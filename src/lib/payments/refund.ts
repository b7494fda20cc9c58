/** Money that goes back. The database holds that it is never more than what came. */
export const states = ['intent', 'sent', 'succeeded', 'failed'] as const;
export type RefundState = (typeof states)[number];

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
