import { expect, test } from 'vitest';
import { faultOf, lastDay, mayApply, slugOf, stageOf } from './cohort.ts';

const run = { startsOn: '2027-04-12', timeZone: 'Europe/Oslo', salesOpen: true };
const seats = (free: number, held = 0, sold = 0) => ({ free, held, sold, blocked: 0 });
const before = new Date('2027-03-01T12:00:00Z');

test('a cohort is open while a seat is free, and full when the last one is held or sold', () => {
	expect(stageOf(run, seats(2, 0, 2), before)).toBe('open');
	expect(stageOf(run, seats(0, 1, 3), before)).toBe('full');
	expect(stageOf(run, seats(0, 0, 4), before)).toBe('full');
});

test('before the sale a cohort is announced; without any seat it is too', () => {
	expect(stageOf({ ...run, salesOpen: false }, seats(4), before)).toBe('announced');
	expect(stageOf(run, seats(0), before)).toBe('announced');
});

test('it runs from its first day for ninety-one days in its own zone', () => {
	expect(stageOf(run, seats(0, 0, 4), new Date('2027-04-11T21:59:00Z'))).toBe('full');
	expect(stageOf(run, seats(1, 0, 3), new Date('2027-04-11T22:01:00Z'))).toBe('running');
	expect(stageOf(run, seats(0, 0, 4), new Date('2027-07-11T12:00:00Z'))).toBe('running');
	expect(stageOf(run, seats(0, 0, 4), new Date('2027-07-12T12:00:00Z'))).toBe('finished');
	expect(lastDay(run.startsOn)).toBe('2027-07-11');
});

test('people may apply until the first day, also when it is full', () => {
	expect(
		['announced', 'open', 'full', 'running', 'finished'].filter((stage) =>
			mayApply(stage as 'open')
		)
	).toEqual(['announced', 'open', 'full']);
});

test.each([
	[{ name: ' ! ' }, 'name-missing'],
	[{ startsOn: '2027-02-30' }, 'day-invalid'],
	[{ priceMinor: 0 }, 'price-invalid'],
	[{ priceMinor: 0.5 }, 'price-invalid'],
	[{ currency: 'XYZ9' }, 'currency-invalid'],
	[{ seats: 9 }, 'seats-invalid'],
	[{ seats: 0 }, 'seats-invalid'],
	[{ timeZone: 'Europe/Atlantis' }, 'time-zone-unknown'],
	[{}, null]
])('a new cohort with %o is answered with %s', (change, fault) => {
	const good = {
		name: 'Cohort 4',
		startsOn: '2027-04-12',
		priceMinor: 8_700_000,
		currency: 'NOK',
		timeZone: 'Europe/Oslo',
		seats: 4
	};
	expect(faultOf({ ...good, ...change })).toBe(fault);
});

test('an address is made of plain letters', () => {
	expect(slugOf('Kull 4, våren på Frøya')).toBe('kull-4-varen-pa-froya');
});
