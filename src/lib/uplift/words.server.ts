/** Results in people's words. Only the server speaks: the browser gets sentences, not their catalog. */
import { m } from '#lib/paraglide/messages.js';
import type { Headline, Said } from './headline.ts';
import type { Figure } from './pillar.ts';
import { listFormat, numberFormat } from '#lib/values/formats.ts';

export type Locale = 'en' | 'nb';
type Speak = (params: Record<string, string | number>, options: { locale: Locale }) => string;
const catalog = m as unknown as Record<string, Speak | undefined>;

/** Parameters that are a change and carry their sign, by message. */
const signed: Record<string, readonly string[]> = {
	results_not_met: ['pct'],
	results_evidence_weak: ['low', 'high'],
	results_absence: ['pct'],
	results_say_closest: ['u'],
	results_say_changed: ['u']
};

/** Parameters that are counts written as words: "two of four". */
const inWords: Record<string, string> = { of: 'results_of_number' };

/** A message with its parameters. @throws when there is no such message: a bug */
export function told({ key, params }: Said, locale: Locale): string {
	const speak = catalog[key];
	if (!speak) throw new Error(`there is no message ${key}`);
	const shown = Object.fromEntries(
		Object.entries(params).map(([name, value]) => [
			name,
			typeof value === 'number' && signed[key]?.includes(name)
				? plusMinus(value, locale)
				: inWords[name] && key !== inWords[name]
					? told({ key: inWords[name], params: { of: value } }, locale)
					: value
		])
	);
	return speak(shown, { locale });
}

/** The two sentences of a headline. */
export const toldHeadline = ({ first, second }: Headline, locale: Locale) => ({
	first: told(first, locale),
	second: second && told(second, locale)
});

const tag = (locale: Locale) => (locale === 'nb' ? 'nb' : 'en-GB');

/** A whole number with its sign, and a real minus: "+17", "−3", "0". */
export const plusMinus = (value: number, locale: Locale): string =>
	numberFormat(tag(locale), { maximumFractionDigits: 0, signDisplay: 'exceptZero' })
		.format(value)
		.replace('-', '−');

/** "+17 %", with the space that does not break. */
export const percent = (value: number, locale: Locale): string =>
	`${plusMinus(value, locale)}\u00A0%`;

const plainNumber = (value: number, locale: Locale, maximumFractionDigits = 1) =>
	numberFormat(tag(locale), { maximumFractionDigits }).format(value).replace('-', '−');

/** The number behind the number, with its unit. */
export function figureText(
	{ value, unit }: Pick<Figure, 'value' | 'unit'>,
	currency: string | null,
	locale: Locale
): string {
	if (value === null) return '–';
	if (typeof value === 'string') return value;
	switch (unit) {
		case 'money':
			return currency
				? numberFormat(tag(locale), {
						style: 'currency',
						currency,
						maximumFractionDigits: 0
					}).format(value)
				: plainNumber(value, locale, 0);
		case 'percent':
			return `${plainNumber(value, locale, 0)}\u00A0%`;
		case 'people':
			return plainNumber(value, locale, 0);
		default:
			return plainNumber(value, locale);
	}
}

/** "2 days ago", "today", "i går". */
export const ago = (days: number, locale: Locale): string =>
	told({ key: 'results_ago', params: { days } }, locale);

/** "A, B and C" as the language writes it. */
export const listed = (words: readonly string[], locale: Locale): string =>
	listFormat(tag(locale)).format(words);
