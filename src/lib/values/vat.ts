/** Value added tax: its rate in hundredths of a percent (25 % is 2500), and whether prices include it. */
export type Vat = { rate: number; included: boolean };

/**
 * How much of an amount that includes it is tax, in the currency's smallest unit: amount × rate ÷
 * (100 % + rate), and half a unit is rounded up. What is left after it is the rest, so the two
 * always make the amount.
 */
export function vatIn(amountMinor: number, { rate }: Vat): number {
	// A product of two numbers can be more than a number holds to the unit.
	const [twice, whole] = [2n * BigInt(amountMinor) * BigInt(rate), BigInt(10_000 + rate)];
	return Number((twice + whole) / (2n * whole));
}
