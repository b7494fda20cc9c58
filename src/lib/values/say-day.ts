import type { Day } from './day.ts';

/** A calendar day as people say it: "11 January 2027", "11. januar 2027". */
export const sayDay = (day: Day, locale: string): string =>
	new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : locale, {
		timeZone: 'UTC',
		day: 'numeric',
		month: 'long',
		year: 'numeric'
	}).format(new Date(`${day}T00:00:00Z`));

/** The same without the year: "11 January". */
export const sayShortDay = (day: Day, locale: string): string =>
	new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : locale, {
		timeZone: 'UTC',
		day: 'numeric',
		month: 'long'
	}).format(new Date(`${day}T00:00:00Z`));
