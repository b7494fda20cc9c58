import { expect, test } from 'vitest';
import { calendarOf, countryOf, publicHolidays, usualCalendar } from './holidays.server.ts';

const year = { from: '2026-01-01', to: '2027-01-01' };

test('the public holidays of a Norwegian year, without those on weekends', async () => {
	expect(await publicHolidays('NO', year)).toEqual([
		...['2026-01-01', '2026-04-02', '2026-04-03', '2026-04-06', '2026-05-01'],
		...['2026-05-14', '2026-05-25', '2026-12-25']
	]);
	// The last day of a span is not in it.
	expect(await publicHolidays('NO', { from: '2025-12-25', to: '2026-01-01' })).toEqual([
		'2025-12-25',
		'2025-12-26'
	]);
});

test('a holiday that is moved off a weekend, and one of several days', async () => {
	expect(await publicHolidays('GB', { from: '2026-12-01', to: '2027-01-01' })).toEqual([
		'2026-12-25',
		'2026-12-28'
	]);
	expect(await publicHolidays('CN', { from: '2026-02-01', to: '2026-03-01' })).toEqual([
		'2026-02-16',
		'2026-02-17',
		'2026-02-18'
	]);
});

test('days that are no day off everywhere are working days', async () => {
	// Christmas Eve in Norway is half a day, Epiphany in Germany of three states.
	expect(await publicHolidays('NO', year)).not.toContain('2026-12-24');
	expect(await publicHolidays('DE', year)).not.toContain('2026-01-06');
});

test.each([
	['Europe/Oslo', 'NO'],
	['Europe/London', 'GB'],
	['America/Chicago', 'US'],
	['Asia/Kolkata', 'IN'],
	['UTC', null]
])('a clock in %s stands in %s', async (timeZone, country) => {
	expect(await countryOf(timeZone)).toBe(country);
});

test('a calendar reaches over every window, and is none for an unknown country', async () => {
	const dayZero = '2026-09-07';
	const { holidays } = (await calendarOf('NO', dayZero))!;
	// Two years before day 0 to thirteen weeks after it.
	expect(holidays.at(0)).toBe('2024-12-25');
	expect(holidays.at(-1)).toBe('2026-05-25');
	expect(await calendarOf('XX', dayZero)).toBeNull();
	expect(await usualCalendar({ timeZone: 'Europe/Oslo', dayZero })).toEqual({
		country: 'NO',
		holidays
	});
	expect(await usualCalendar({ timeZone: 'UTC', dayZero })).toEqual({
		country: null,
		holidays: []
	});
});
