import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addDays, dayIn, daysBetween, isDay, isWorkday, weekOf } from './day.ts';

test('days are counted across months, years and summer time', () => {
	expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
	expect(addDays('2027-03-28', 1)).toBe('2027-03-29');
	expect(daysBetween('2026-10-01', '2026-11-01')).toBe(31);
});

test('week 1 is days 0 to 6, and the day before day 0 is week 0', () => {
	expect(weekOf('2027-01-11', '2027-01-11')).toBe(1);
	expect(weekOf('2027-01-17', '2027-01-11')).toBe(1);
	expect(weekOf('2027-01-18', '2027-01-11')).toBe(2);
	expect(weekOf('2027-01-10', '2027-01-11')).toBe(0);
});

test('an instant late in the evening is already tomorrow in Oslo', () => {
	const instant = new Date('2026-11-21T23:30:00Z');
	expect(dayIn(instant, 'Europe/Oslo')).toBe('2026-11-22');
	expect(dayIn(instant, 'UTC')).toBe('2026-11-21');
});

test('a day must exist', () => {
	expect(isDay('2026-02-28')).toBe(true);
	expect(isDay('2026-02-30')).toBe(false);
	expect(isDay('28.02.2026')).toBe(false);
});

test('Saturday is no workday', () => {
	expect(isWorkday('2026-11-21')).toBe(false);
	expect(isWorkday('2026-11-23')).toBe(true);
});

test('a day that was asked for before is the day of every instant of its quarter, in every zone', () => {
	const zones = [
		'Asia/Kathmandu',
		'Pacific/Chatham',
		'Australia/Lord_Howe',
		'America/Havana',
		'America/St_Johns',
		'Europe/Oslo'
	];
	fc.assert(
		fc.property(
			fc.constantFrom(...zones),
			fc.date({
				min: new Date('1990-01-01'),
				max: new Date('2060-01-01'),
				noInvalidDate: true
			}),
			(timeZone, instant) => {
				const start = Math.floor(instant.getTime() / 900_000) * 900_000;
				const asked = dayIn(new Date(start), timeZone);
				const parts = new Intl.DateTimeFormat('en-CA', { timeZone }).format(instant);
				expect([asked, dayIn(instant, timeZone)]).toEqual([parts, parts]);
			}
		),
		{ numRuns: 2_000 }
	);
});
