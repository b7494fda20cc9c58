import { expect, test } from 'vitest';
import {
	cityOf,
	nearness,
	sameClock,
	shortDate,
	spokenDay,
	spokenTime,
	weekdayName
} from './meeting-words.ts';

const at = new Date('2027-03-04T23:30:00Z');

test('an instant is said in the reader’s own zone and language', () => {
	expect(spokenDay(at, 'Europe/London', 'en')).toBe('Thursday 4 March');
	expect(spokenDay(at, 'Europe/Oslo', 'nb')).toBe('fredag 5. mars');
	expect(spokenTime(at, 'Europe/Oslo', 'nb')).toBe('00:30');
	expect(spokenTime(at, 'America/New_York', 'en')).toBe('18:30');
});

test('the year is said when it is another one', () => {
	expect(spokenDay(at, 'Europe/London', 'en', new Date('2026-12-01T00:00:00Z'))).toBe(
		'Thursday 4 March 2027'
	);
	expect(spokenDay(at, 'Europe/London', 'en', new Date('2027-01-01T12:00:00Z'))).toBe(
		'Thursday 4 March'
	);
});

test('days of the picture have short names', () => {
	expect([shortDate('2027-01-25', 'en'), shortDate('2027-01-25', 'nb')]).toEqual([
		'25 Jan',
		'25. jan.'
	]);
	expect([
		weekdayName('2027-02-19', 'en', 'long'),
		weekdayName('2027-02-19', 'nb', 'short')
	]).toEqual(['Friday', 'fre.']);
});

test('two cities with one clock are one', () => {
	expect(sameClock(at, 'Europe/Oslo', 'Europe/Stockholm')).toBe(true);
	expect(sameClock(at, 'Europe/Oslo', 'Europe/London')).toBe(false);
	expect(cityOf('America/New_York')).toBe('New York');
});

test('near days have names of their own, by the calendar of the zone', () => {
	const now = new Date('2027-03-04T12:00:00Z');
	expect(nearness(at, 'Europe/London', now)).toBe('today');
	expect(nearness(at, 'Europe/Oslo', now)).toBe('tomorrow');
	expect(nearness(new Date('2027-03-10T12:00:00Z'), 'Europe/Oslo', now)).toBe('week');
	expect(nearness(new Date('2027-03-11T12:00:00Z'), 'Europe/Oslo', now)).toBe('later');
	expect(nearness(new Date('2027-03-03T12:00:00Z'), 'Europe/Oslo', now)).toBe('past');
});
