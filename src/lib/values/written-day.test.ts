import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dayOrderOf, doubtfulDay, readDay } from './written-day.ts';

test.each([
	['2026-12-31', '2026-12-31'],
	['2026-12-31 09:12', '2026-12-31'],
	['2026-12-31T23:59:59.123', '2026-12-31'],
	['2026/12/31', '2026-12-31'],
	['31.12.2026', '2026-12-31'],
	['1.2.2026', '2026-02-01'],
	['31/12/2026', '2026-12-31'],
	['31-12-2026 14:05', '2026-12-31'],
	['31.12.2026, 14.05', '2026-12-31'],
	['2/1/2026 3:45 PM', '2026-01-02']
])('%s, day first, is %s', (cell, day) => {
	expect(readDay(cell, 'day-first')).toBe(day);
});

test.each([
	'',
	'soon',
	'31.12.26',
	'2026-02-30',
	'31/31/2026',
	'46023',
	'0026-01-01',
	'12.31.2026'
])('“%s” is no day in either order', (cell) => {
	expect([readDay(cell, 'day-first'), readDay(cell, 'month-first')]).toEqual([null, null]);
});

test('the month comes first only where slashes or dashes stand', () => {
	expect(readDay('12/31/2026', 'month-first')).toBe('2026-12-31');
	expect(readDay('3/4/2026', 'month-first')).toBe('2026-03-04');
	expect(dayOrderOf(['03.04.2026'])).toEqual({ order: 'day-first', mixed: false });
});

test('an instant is the day in the team’s zone when one is given', () => {
	expect(readDay('2026-03-01T23:30:00Z', 'day-first', 'Europe/Oslo')).toBe('2026-03-02');
	expect(readDay('2026-03-01 23:30:00 UTC', 'day-first', 'Europe/Oslo')).toBe('2026-03-02');
	expect(readDay('2026-03-02T00:30:00+02:00', 'day-first', 'Europe/Oslo')).toBe('2026-03-01');
	expect(readDay('2026-03-01T23:30:00Z', 'day-first')).toBe('2026-03-01');
	expect(readDay('2026-03-01 23:30', 'day-first', 'Europe/Oslo')).toBe('2026-03-01');
});

test('one clear cell decides the order of the column', () => {
	expect(dayOrderOf(['03/04/2026', '13/04/2026']).order).toBe('day-first');
	expect(dayOrderOf(['03/04/2026', '04/13/2026']).order).toBe('month-first');
	expect(dayOrderOf(['03/04/2026', '05/05/2026', '2026-01-31'])).toEqual({
		order: null,
		mixed: false
	});
	expect(dayOrderOf(['13/04/2026', '04/13/2026'])).toEqual({ order: null, mixed: true });
});

test('a doubtful day has two readings, and 05/05/2026 only one', () => {
	expect(doubtfulDay('03/04/2026')).toEqual({
		'day-first': '2026-04-03',
		'month-first': '2026-03-04'
	});
	expect(doubtfulDay('05/05/2026')).toBeNull();
	expect(doubtfulDay('03.04.2026')).toBeNull();
});

test('every day comes back from every way of writing it', () => {
	const days = fc
		.date({
			min: new Date('1970-01-01T00:00:00Z'),
			max: new Date('2099-12-31T00:00:00Z'),
			noInvalidDate: true
		})
		.map((date) => date.toISOString().slice(0, 10));
	fc.assert(
		fc.property(days, fc.boolean(), (day, padded) => {
			const [year = '', month = '', date = ''] = day.split('-');
			const short = (part: string) => (padded ? part : String(Number(part)));
			const dayFirst = [`${short(date)}.${short(month)}.${year}`, `${date}/${month}/${year} 08:00`];
			for (const cell of [day, `${day}T12:00`, ...dayFirst]) {
				expect(readDay(cell, 'day-first')).toBe(day);
			}
			expect(readDay(`${short(month)}/${short(date)}/${year}`, 'month-first')).toBe(day);
		})
	);
});
