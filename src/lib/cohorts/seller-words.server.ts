/** Who sells and what the price includes, as operators set it. What they did not set is not claimed. */
import { m } from '#lib/paraglide/messages.js';
import type { Seller } from '#lib/server/till.server.ts';
import { numberFormat } from '#lib/values/formats.ts';
import { formatMoney, type Money } from '#lib/values/money.ts';
import { vatIn, type Vat } from '#lib/values/vat.ts';

type Locale = 'en' | 'nb';

const percentOf = ({ rate }: Vat, locale: Locale) =>
	numberFormat(locale, { maximumFractionDigits: 2 }).format(rate / 100);

/** Under a price; null when nobody said who sells. */
export function sellerWords(seller: Seller | null, locale: Locale): string | null {
	if (!seller) return null;
	const { vat } = seller;
	const sold = m.cohorts_sold_by(seller, { locale });
	if (!vat) return sold;
	const say = vat.included ? m.cohorts_vat_included : m.cohorts_vat_excluded;
	return `${say({ percent: percentOf(vat, locale) }, { locale })} ${sold}`;
}

/** On a receipt; how much of it is tax is said only where the price includes it. */
export function receiptWords(seller: Seller | null, paid: Money, locale: Locale): string | null {
	if (!seller?.vat?.included) return sellerWords(seller, locale);
	const { vat } = seller;
	const tax = { amountMinor: vatIn(paid.amountMinor, vat), currency: paid.currency };
	return `${m.cohorts_vat_of_it(
		{ percent: percentOf(vat, locale), tax: formatMoney(tax, locale) },
		{ locale }
	)} ${m.cohorts_sold_by(seller, { locale })}`;
}
