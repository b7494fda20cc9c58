import { dateFormat } from './formats.ts';

/** A calendar day as 'YYYY-MM-DD', without a clock or a zone. */
export type Day = string;

const MS_A_DAY = 86_400_000;

/** Pages ask for the same few hundred days again and again; reading one is what costs. */
const read = new Map<Day, number>();
function utc(day: Day): number {
	let at = read.get(day);
	if (at === undefined) {
		at = Date.parse(`${day}T00:00:00Z`);
		if (read.size >= 5_000) read.clear();
		read.set(day, at);
	}
	return at;
}

/** The day `count` days after `day` (before it when negative). */
export const addDays = (day: Day, count: number): Day =>
	new Date(utc(day) + count * MS_A_DAY).toISOString().slice(0, 10);

/** Whole days from `from` to `to`; negative when `to` comes first. */
export const daysBetween = (from: Day, to: Day): number =>
	Math.round((utc(to) - utc(from)) / MS_A_DAY);

/** The week of the program that `day` lies in: day 0 to 6 is week 1 (method 1). */
export const weekOf = (day: Day, dayZero: Day): number =>
	Math.floor(daysBetween(dayZero, day) / 7) + 1;

/** 1 Monday … 7 Sunday. */
export const weekday = (day: Day): number => new Date(utc(day)).getUTCDay() || 7;

export const isWorkday = (day: Day): boolean => weekday(day) <= 5;

/** No zone's clock is off by anything but quarters of an hour, so a day never changes within one. */
const quarterMs = 15 * 60_000;
const dayAt = new Map<string, Day>();

/** The calendar day of an instant in an IANA time zone. */
export function dayIn(instant: Date, timeZone: string): Day {
	const key = `${Math.floor(instant.getTime() / quarterMs)} ${timeZone}`;
	let day = dayAt.get(key);
	if (day === undefined) {
		// 'sv-SE' writes dates the ISO way.
		day = dateFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(instant);
		if (dayAt.size >= 5_000) dayAt.clear();
		dayAt.set(key, day);
	}
	return day;
}

/** Whether the text is a real calendar day. */
export const isDay = (text: string): text is Day =>
	/^\d{4}-\d{2}-\d{2}$/.test(text) &&
	!Number.isNaN(utc(text)) &&
	new Date(utc(text)).toISOString().slice(0, 10) === text;
