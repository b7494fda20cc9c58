import { expect, test } from 'vitest';
import { sayDay, sayMonth, sayShortDay, sayWeek } from './say-day.ts';

test('a day is said in the reader’s language, in no zone but its own', () => {
	expect(sayDay('2027-01-11', 'en')).toBe('11 January 2027');
	expect(sayDay('2027-01-11', 'nb')).toBe('11. januar 2027');
	expect(sayShortDay('2027-12-31', 'en')).toBe('31 December');
	expect(sayShortDay('2027-12-31', 'nb')).toBe('31. desember');
});

test('a month, and a week from Monday to Sunday, once more the same', () => {
	expect(sayMonth('2027-01-31', 'en')).toBe('Jan 2027');
	expect(sayMonth('2027-01-01', 'nb')).toBe('jan. 2027');
	for (const day of ['2027-02-22', '2027-02-28'])
		expect(
			[sayWeek(day, 'en'), sayWeek(day, 'nb')].map((said) => said.replace(/\s/g, ' '))
		).toEqual(['22 – 28 February', '22.–28. februar']);
});
