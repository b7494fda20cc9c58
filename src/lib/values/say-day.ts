import { addDays, weekday, type Day } from './day.ts';
import { dateFormat } from './formats.ts';

/** A calendar day as people say it: "11 January 2027", "11. januar 2027". */
export const sayDay = (day: Day, locale: string): string =>
	dateFormat(locale === 'en' ? 'en-GB' : locale, {
		timeZone: 'UTC',
		day: 'numeric',
		month: 'long',
		year: 'numeric'
	}).format(new Date(`${day}T00:00:00Z`));

/** The same without the year: "11 January". */
export const sayShortDay = (day: Day, locale: string): string =>
	dateFormat(locale === 'en' ? 'en-GB' : locale, {
		timeZone: 'UTC',
		day: 'numeric',
		month: 'long'
	}).format(new Date(`${day}T00:00:00Z`));

/** The month that a day lies in: "Jan 2027", "jan. 2027". */
export const sayMonth = (day: Day, locale: string): string =>
	dateFormat(locale === 'en' ? 'en-GB' : locale, {
		timeZone: 'UTC',
		month: 'short',
		year: 'numeric'
	}).format(new Date(`${day}T00:00:00Z`));

/** Writing a range costs as much as fifty days, and everybody asks for the same week. */
const weeks = new Map<string, string>();

/** The week that a day lies in, Monday to Sunday: "16–22 November". */
export function sayWeek(day: Day, locale: string): string {
	const monday = addDays(day, 1 - weekday(day));
	const key = `${locale} ${monday}`;
	let said = weeks.get(key);
	if (said === undefined) {
		const at = (which: Day) => new Date(`${which}T12:00:00Z`);
		said = dateFormat(locale === 'nb' ? 'nb-NO' : 'en-GB', {
			day: 'numeric',
			month: 'long',
			timeZone: 'UTC'
		}).formatRange(at(monday), at(addDays(monday, 6)));
		if (weeks.size >= 1_000) weeks.clear();
		weeks.set(key, said);
	}
	return said;
}
