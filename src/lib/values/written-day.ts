import { dayIn, isDay } from './day.ts';
import type { Day } from './day.ts';

/**
 * Dates as people and programs write them. Whether 03/04/2026 is in March or April is a fact
 * about the column, found from all its cells or asked.
 */
export type DayOrder = 'day-first' | 'month-first';

const time = String.raw`(?:,?[T\s]+\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:\.\d+)?)?\s*(?:[ap]\.?m\.?)?)?`;
const zone = String.raw`\s*(Z|UTC|[+-]\d{2}:?\d{2})?`;
const yearFirst = new RegExp(`^(\\d{4})([-/.])(\\d{1,2})\\2(\\d{1,2})${time}${zone}$`, 'iu');
const yearLast = new RegExp(`^(\\d{1,2})([-/.])(\\d{1,2})\\2(\\d{4})${time}$`, 'iu');

const dayOf = (year: string, month: string, day: string): Day | null => {
	const text = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
	return Number(year) >= 1970 && isDay(text) ? text : null;
};

/** The two readings of a cell that does not begin with its year; null for what is no date. */
function readings(cell: string): Record<DayOrder, Day | null> | null {
	const [, first, separator, second, year] = yearLast.exec(cell.trim()) ?? [];
	if (!first || !second || !year) return null;
	return {
		'day-first': dayOf(year, second, first),
		// Nobody writes the month first with points.
		'month-first': separator === '.' ? null : dayOf(year, first, second)
	};
}

export type OrderFinding = { order: DayOrder | null; mixed: boolean };

/** Finds the order of day and month in a column from all its cells. */
export function dayOrderOf(column: string[]): OrderFinding {
	let dayFirst = false;
	let monthFirst = false;
	for (const cell of column) {
		const found = readings(cell);
		if (!found) continue;
		if (found['day-first'] && !found['month-first']) dayFirst = true;
		if (found['month-first'] && !found['day-first']) monthFirst = true;
	}
	const mixed = dayFirst && monthFirst;
	if (mixed || (!dayFirst && !monthFirst)) return { order: null, mixed };
	return { order: dayFirst ? 'day-first' : 'month-first', mixed };
}

/** Both readings of a cell when they are two different days, else null. */
export function doubtfulDay(cell: string): Record<DayOrder, Day> | null {
	const found = readings(cell);
	const { 'day-first': dayFirst, 'month-first': monthFirst } = found ?? {};
	if (!dayFirst || !monthFirst || dayFirst === monthFirst) return null;
	return { 'day-first': dayFirst, 'month-first': monthFirst };
}

/**
 * The day in a cell: ISO with or without time, or day and month in the given order before the
 * year. A time that carries its zone is turned into the day in `timeZone` when one is given;
 * otherwise the day stands as written. Null for anything else, years of two digits included.
 */
export function readDay(cell: string, order: DayOrder, timeZone?: string): Day | null {
	const text = cell.trim();
	const [, year, , month, day, offset] = yearFirst.exec(text) ?? [];
	if (!year || !month || !day) return readings(text)?.[order] ?? null;
	const written = dayOf(year, month, day);
	if (!written || !offset || !timeZone) return written;
	const instant = new Date(
		text
			.replace(/\s*UTC$/iu, 'Z')
			.replace(/\s+(?=[+-])/u, '')
			.replace(' ', 'T')
	);
	return Number.isNaN(instant.getTime()) ? written : dayIn(instant, timeZone);
}
