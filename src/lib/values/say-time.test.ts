import { expect, test } from 'vitest';
import { sayAgo, sayClock, sayNearDay, sayNearTime } from './say-time.ts';

const now = new Date('2027-02-24T09:00:00Z');
const en = { now, locale: 'en', timeZone: 'Europe/Oslo' };
const nb = { ...en, locale: 'nb' };
const at = (text: string) => new Date(text);

test('a clock is the reader’s own', () => {
	expect(sayClock(at('2027-02-24T13:05:00Z'), en)).toBe('14:05');
	expect(sayClock(at('2027-02-24T13:05:00Z'), { ...en, timeZone: 'America/New_York' })).toBe(
		'08:05'
	);
});

test.each([
	['2027-02-24T20:00:00Z', 'today', 'i dag'],
	['2027-02-24T23:30:00Z', 'tomorrow', 'i morgen'],
	['2027-02-23T10:00:00Z', 'yesterday', 'i går'],
	['2027-02-26T10:00:00Z', 'Friday', 'fredag'],
	['2027-03-12T10:00:00Z', '12 March', '12. mars'],
	['2027-02-20T10:00:00Z', '20 February', '20. februar']
])('%s is %s', (instant, english, norwegian) => {
	expect(sayNearDay(at(instant), en)).toBe(english);
	expect(sayNearDay(at(instant), nb)).toBe(norwegian);
});

test('a day and its clock', () => {
	expect(sayNearTime(at('2027-02-25T10:00:00Z'), en)).toBe('tomorrow 11:00');
	expect(sayNearTime(at('2027-02-25T10:00:00Z'), nb)).toBe('i morgen 11:00');
});

test.each([
	['2027-02-24T08:58:00Z', '2 minutes ago'],
	['2027-02-24T07:00:00Z', '2 hours ago'],
	['2027-02-23T22:00:00Z', '11 hours ago'],
	['2027-02-23T09:00:00Z', 'yesterday'],
	['2027-02-20T09:00:00Z', '4 days ago'],
	['2027-02-24T09:00:30Z', 'this minute']
])('%s was %s', (instant, english) => {
	expect(sayAgo(at(instant), en)).toBe(english);
});
