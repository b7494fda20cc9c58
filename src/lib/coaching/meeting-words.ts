/** How days and times of meetings are said to people, in their language and in their zone. */
import { addDays, dayIn, type Day } from '#lib/values/day.ts';
import { dateFormat } from '#lib/values/formats.ts';

export type Locale = 'en' | 'nb';

/** The day comes before the month in both languages, and the clock has 24 hours. */
const tags = { en: 'en-GB', nb: 'nb-NO' } as const;

const write = (locale: Locale, options: Intl.DateTimeFormatOptions) => {
	const format = dateFormat(tags[locale], options);
	return (instant: Date) => format.format(instant);
};
const noon = (day: Day) => new Date(`${day}T12:00:00Z`);

/** "15:00" */
export const spokenTime = (instant: Date, timeZone: string, locale: Locale): string =>
	write(locale, { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })(instant);

/** "Thursday 4 March"; with the year when it is not this one. */
export function spokenDay(instant: Date, timeZone: string, locale: Locale, now?: Date): string {
	const otherYear =
		now && dayIn(instant, timeZone).slice(0, 4) !== dayIn(now, timeZone).slice(0, 4);
	const said = write(locale, {
		timeZone,
		weekday: 'long',
		day: 'numeric',
		month: 'long',
		...(otherYear && { year: 'numeric' })
	})(instant);
	return said.replaceAll(',', '');
}

/** "25 Jan", "25. jan." */
export const shortDate = (day: Day, locale: Locale): string =>
	write(locale, { timeZone: 'UTC', day: 'numeric', month: 'short' })(noon(day));

/** "Friday" or "Fri". */
export const weekdayName = (day: Day, locale: Locale, length: 'long' | 'short'): string =>
	write(locale, { timeZone: 'UTC', weekday: length })(noon(day));

/** 'Europe/Oslo' → "Oslo": what people call a zone. */
export const cityOf = (timeZone: string): string =>
	(timeZone.split('/').at(-1) ?? timeZone).replaceAll('_', ' ');

/** Whether two zones show the same clock at this instant; then it is said once. */
export const sameClock = (instant: Date, one: string, other: string): boolean =>
	dayIn(instant, one) === dayIn(instant, other) &&
	spokenTime(instant, one, 'en') === spokenTime(instant, other, 'en');

export type Nearness = 'past' | 'today' | 'tomorrow' | 'week' | 'later';

/** How near a meeting is by the calendar of the zone: a weekday's name is enough for six days ahead. */
export function nearness(instant: Date, timeZone: string, now: Date): Nearness {
	const [day, today] = [dayIn(instant, timeZone), dayIn(now, timeZone)];
	if (day < today) return 'past';
	if (day === today) return 'today';
	if (day === addDays(today, 1)) return 'tomorrow';
	return day < addDays(today, 7) ? 'week' : 'later';
}
