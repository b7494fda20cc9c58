/** Instants as people say them, in their own zone and language. */
import { dayIn, daysBetween } from './day.ts';
import { dateFormat, relativeFormat } from './formats.ts';

const tag = (locale: string) => (locale === 'en' ? 'en-GB' : locale);

/** "14:00" */
export const sayClock = (
	instant: Date,
	{ locale, timeZone }: { locale: string; timeZone: string }
): string =>
	dateFormat(tag(locale), { timeZone, hour: '2-digit', minute: '2-digit' }).format(instant);

type Reader = { now: Date; locale: string; timeZone: string };

/** The day as seen from today: "today", "tomorrow", "Thursday", "12 February". */
export function sayNearDay(instant: Date, { now, locale, timeZone }: Reader): string {
	const away = daysBetween(dayIn(now, timeZone), dayIn(instant, timeZone));
	if (Math.abs(away) <= 1)
		return relativeFormat(tag(locale), { numeric: 'auto' }).format(away, 'day');
	const options: Intl.DateTimeFormatOptions =
		away > 0 && away < 7 ? { weekday: 'long' } : { day: 'numeric', month: 'long' };
	return dateFormat(tag(locale), { timeZone, ...options }).format(instant);
}

/** The same with the clock: "tomorrow 11:00". */
export const sayNearTime = (instant: Date, reader: Reader): string =>
	`${sayNearDay(instant, reader)} ${sayClock(instant, reader)}`;

/** "2 hours ago", "yesterday", "3 days ago". */
export function sayAgo(instant: Date, { now, locale, timeZone }: Reader): string {
	const words = relativeFormat(tag(locale), { numeric: 'auto' });
	const minutes = Math.max(0, Math.round((now.getTime() - instant.getTime()) / 60_000));
	const days = daysBetween(dayIn(instant, timeZone), dayIn(now, timeZone));
	if (minutes < 60) return words.format(-minutes, 'minute');
	if (minutes < 12 * 60 || days === 0) return words.format(-Math.round(minutes / 60), 'hour');
	return words.format(-days, 'day');
}
