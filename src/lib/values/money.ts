/** Money is an integer of the currency's smallest unit, with its currency. */
export type Money = { amountMinor: number; currency: string };

/** How many decimals the currency has (NOK 2, JPY 0), from the platform's own table. */
export const decimalsOf = (currency: string): number =>
	new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions()
		.maximumFractionDigits ?? 2;

/** As people write it in their language; whole units unless there are some minor ones. */
export function formatMoney({ amountMinor, currency }: Money, locale: string): string {
	const decimals = decimalsOf(currency);
	const amount = amountMinor / 10 ** decimals;
	return new Intl.NumberFormat(locale, {
		style: 'currency',
		currency,
		maximumFractionDigits: Number.isInteger(amount) ? 0 : decimals
	}).format(amount);
}
