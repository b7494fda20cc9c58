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

/** The week that a day lies in, Monday to Sunday: "16–22 November". */
export const sayWeek = (day: Day, locale: string): string => {
	const monday = addDays(day, 1 - weekday(day));
	const at = (which: Day) => new Date(`${which}T12:00:00Z`);
	return dateFormat(locale === 'nb' ? 'nb-NO' : 'en-GB', {
		day: 'numeric',
		month: 'long',
		timeZone: 'UTC'
	}).formatRange(at(monday), at(addDays(monday, 6)));
};
