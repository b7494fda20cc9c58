import { numberFormat } from './formats.ts';

/** Money is an integer of the currency's smallest unit, with its currency. */
export type Money = { amountMinor: number; currency: string };

/** The table is slow to ask, and a file of deals asks it for every row. */
const knownDecimals = new Map<string, number>();

/** How many decimals the currency has (NOK 2, JPY 0), from the platform's own table. */
export function decimalsOf(currency: string): number {
	const known = knownDecimals.get(currency);
	if (known !== undefined) return known;
	const decimals =
		new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions()
			.maximumFractionDigits ?? 2;
	knownDecimals.set(currency, decimals);
	return decimals;
}

/** As people write it in their language; whole units unless there are some minor ones. */
export function formatMoney({ amountMinor, currency }: Money, locale: string): string {
	const decimals = decimalsOf(currency);
	const amount = amountMinor / 10 ** decimals;
	return numberFormat(locale, {
		style: 'currency',
		currency,
		maximumFractionDigits: Number.isInteger(amount) ? 0 : decimals
	}).format(amount);
}
