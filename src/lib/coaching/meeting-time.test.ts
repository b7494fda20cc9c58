import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clockOf, hourComesTwice, instantOf, isTime, startOf } from './meeting-time.ts';

const oslo = 'Europe/Oslo';

test('a plain hour is what it says, summer and winter', () => {
	expect(instantOf('2027-03-04', '15:00', oslo)).toEqual({
		startsAt: new Date('2027-03-04T14:00:00Z'),
		hour: 'exact'
	});
	expect(instantOf('2027-06-03', '15:00', oslo)).toEqual({
		startsAt: new Date('2027-06-03T13:00:00Z'),
		hour: 'exact'
	});
});

test('on 28 March 2027 in Oslo half past two does not exist and becomes half past three', () => {
	const { startsAt, hour } = instantOf('2027-03-28', '02:30', oslo);
	expect(hour).toBe('moved-forward');
	expect(startsAt).toEqual(new Date('2027-03-28T01:30:00Z'));
	expect(clockOf(startsAt, oslo)).toEqual({ day: '2027-03-28', time: '03:30' });
	expect(instantOf('2027-03-28', '01:59', oslo).hour).toBe('exact');
	expect(instantOf('2027-03-28', '03:00', oslo).hour).toBe('exact');
});

test('a day begins at midnight, and an hour later where the clock jumps over it', () => {
	expect(startOf('2027-03-05', oslo)).toEqual(new Date('2027-03-04T23:00:00Z'));
	expect(startOf('2027-07-05', oslo)).toEqual(new Date('2027-07-04T22:00:00Z'));
	// Cairo moved its clock at midnight of 26 April 2024.
	expect(startOf('2024-04-26', 'Africa/Cairo')).toEqual(new Date('2024-04-25T22:00:00Z'));
});

test('on 31 October 2027 in Oslo half past two comes twice and the first is meant', () => {
	const { startsAt, hour } = instantOf('2027-10-31', '02:30', oslo);
	expect(hour).toBe('first-of-two');
	expect(startsAt).toEqual(new Date('2027-10-31T00:30:00Z'));
	expect(hourComesTwice(startsAt, oslo)).toBe(true);
	expect(instantOf('2027-10-31', '03:00', oslo).hour).toBe('exact');
});

test('both hours of that night are recognized, and the one after them is plain', () => {
	expect(hourComesTwice(new Date('2027-10-31T01:30:00Z'), oslo)).toBe(true);
	expect(hourComesTwice(new Date('2027-10-31T02:30:00Z'), oslo)).toBe(false);
});

const zones = [
	'Europe/Oslo',
	'Europe/London',
	'America/New_York',
	'Australia/Sydney',
	'Asia/Kolkata',
	'Australia/Lord_Howe'
];

test('every clock of three years either comes back as it was, or says that it moved forward', () => {
	const clock = fc.record({
		offset: fc.integer({ min: 0, max: 3 * 365 * 24 * 4 }),
		zone: fc.constantFrom(...zones)
	});
	fc.assert(
		fc.property(clock, ({ offset, zone }) => {
			const wall = new Date(Date.UTC(2026, 0, 1) + offset * 15 * 60_000).toISOString();
			const [day, time] = [wall.slice(0, 10), wall.slice(11, 16)];
			const { startsAt, hour } = instantOf(day, time, zone);
			const back = clockOf(startsAt, zone);
			if (hour === 'moved-forward')
				expect(`${back.day} ${back.time}` > `${day} ${time}`).toBe(true);
			else expect(back).toEqual({ day, time });
		}),
		{ numRuns: 400 }
	);
});

test.each(['2:30', '24:00', '12:60', '', 'noon'])('"%s" is not a time', (text) => {
	expect(isTime(text)).toBe(false);
});
