/** Public holidays of a country: days on which a team does not sell (method 4.1). */
import { kept } from '#lib/server/kept.server.ts';
import { addDays, isWorkday, type Day } from '#lib/values/day.ts';
import { noHolidays, type Calendar } from './baseline.ts';
import { windowsOf, type Span } from './deals.ts';

/** The rules of two hundred countries take a tenth of a second to load: only who needs one does. */
const library = async () => (await import('date-holidays')).default;

/** Countries whose public holidays are known, as ISO 3166-1 codes. */
export async function countriesKnown(): Promise<string[]> {
	const Holidays = await library();
	return Object.keys(new Holidays().getCountries());
}

const canonical = (timeZone: string) =>
	new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone;

/** The country that a time zone belongs to; null where that is more than one, or none. */
export async function countryOf(timeZone: string): Promise<string | null> {
	const zone = canonical(timeZone);
	const found = (await countriesKnown()).filter((country) =>
		new Intl.Locale('und', { region: country }).getTimeZones()?.includes(zone)
	);
	return found.length === 1 ? found[0]! : null;
}

/**
 * The working days of a span that are public holidays in the whole country; those of a region, days on
 * which banks alone are closed, and half days are working days.
 */
export async function publicHolidays(country: string, { from, to }: Span): Promise<Day[]> {
	const Holidays = await library();
	const calendar = new Holidays(country, { types: ['public'] });
	const days = new Set<Day>();
	// A holiday may begin in the year before.
	for (let year = Number(from.slice(0, 4)) - 1; year <= Number(to.slice(0, 4)); year += 1)
		for (const { date, start, end } of calendar.getHolidays(year)) {
			const first = date.slice(0, 10);
			// An hour to spare for the day on which the clocks change.
			const count = Math.floor((end.getTime() - start.getTime() + 3_600_000) / 86_400_000);
			for (let day = 0; day < count; day += 1) days.add(addDays(first, day));
		}
	return [...days].filter((day) => from <= day && day < to && isWorkday(day)).sort();
}

/** The calendar of a country for every window that can be measured from `dayZero`; null for one that is not known. */
export async function calendarOf(country: string, dayZero: Day): Promise<Calendar | null> {
	if (!(await countriesKnown()).includes(country)) return null;
	const { program, lastYearBaseline } = windowsOf(dayZero, 52);
	const holidays = await publicHolidays(country, { from: lastYearBaseline.from, to: program.to });
	return { country, holidays };
}

/** The calendar of the country that the cohort's clock stands in; without holidays where that is not told. */
export const usualCalendar: (of: { timeZone: string; dayZero: Day }) => Promise<Calendar> = kept(
	async ({ timeZone, dayZero }) => {
		const country = await countryOf(timeZone);
		return (country && (await calendarOf(country, dayZero))) || noHolidays;
	},
	{
		mostBytes: 1_000_000,
		bytesOf: () => 2_000,
		textOf: ({ timeZone, dayZero }) => `${dayZero} ${timeZone}`
	}
);
