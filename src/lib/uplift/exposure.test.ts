import { expect, test } from 'vitest';
import { addDays } from '#lib/values/day.ts';
import {
	absenceDays,
	exposureWeeks,
	monthsBetween,
	rampShare,
	type SellerTime
} from './exposure.ts';

const from = '2026-01-05';
const half = { from, to: addDays(from, 182) };
const quarter = { from, to: addDays(from, 91) };
const seller = (more: Partial<SellerTime> = {}): SellerTime => ({
	fte: 1,
	startsOn: '2024-01-05',
	endsOn: null,
	absences: [],
	...more
});

test('V14: ramped weeks of a senior, a junior, a part-timer and a new hire', () => {
	expect(exposureWeeks([seller()], half)).toBeCloseTo(26, 9);
	expect(exposureWeeks([seller({ startsOn: '2025-11-05' })], half)).toBeCloseTo(19.25, 9);
	expect(exposureWeeks([seller({ fte: 0.8 })], half)).toBeCloseTo(20.8, 9);
	expect(exposureWeeks([seller({ startsOn: from })], quarter)).toBeCloseTo(4.25, 9);
});

test('a team is the sum of its sellers, and nobody is nothing', () => {
	expect(exposureWeeks([seller(), seller({ fte: 0.8 })], half)).toBeCloseTo(46.8, 9);
	expect(exposureWeeks([], half)).toBe(0);
});

test('leave, holidays and days off the roster are not present', () => {
	const away = seller({ absences: [{ from: '2026-01-12', to: '2026-01-18' }] });
	expect(exposureWeeks([away], quarter)).toBeCloseTo(12, 9);
	expect(exposureWeeks([seller()], quarter, { holidays: ['2026-01-06'] })).toBeCloseTo(12.8, 9);
	expect(exposureWeeks([seller({ endsOn: '2026-01-09' })], quarter)).toBeCloseTo(1, 9);
	expect(exposureWeeks([seller({ startsOn: addDays(from, 91) })], quarter)).toBe(0);
});

test('a holiday on a Saturday takes nothing away', () => {
	expect(exposureWeeks([seller()], quarter, { holidays: ['2026-01-10'] })).toBeCloseTo(13, 9);
});

test('leave is told in working days on which somebody would else have been there', () => {
	// Monday to Sunday, twice over, with a holiday in it: four working days.
	const twice = [
		{ from: '2026-01-12', to: '2026-01-18' },
		{ from: '2026-01-14', to: '2026-01-16' }
	];
	const holidays = ['2026-01-13'];
	expect(absenceDays([seller({ absences: twice })], quarter, { holidays })).toBe(4);
	expect(absenceDays([seller({ absences: twice }), seller()], quarter)).toBe(5);
	const gone = seller({ absences: twice, endsOn: '2026-01-12' });
	expect(absenceDays([gone], quarter)).toBe(1);
	expect(absenceDays([seller({ absences: twice })], { from, to: '2026-01-12' })).toBe(0);
});

test('who starts in the middle of a week counts from that day', () => {
	expect(
		exposureWeeks([seller({ startsOn: '2026-01-07' })], { from, to: addDays(from, 7) })
	).toBeCloseTo(0.25 * 0.6, 9);
});

test('a team may agree on another ramp before the lock', () => {
	const ramp = [
		{ fromMonth: 0, share: 0 },
		{ fromMonth: 1, share: 1 }
	];
	expect(exposureWeeks([seller({ startsOn: from })], quarter, { ramp })).toBeCloseTo(8, 9);
});

test('tenure is counted in whole calendar months', () => {
	expect(monthsBetween('2025-11-05', '2026-01-05')).toBe(2);
	expect(monthsBetween('2025-11-06', '2026-01-05')).toBe(1);
	expect(monthsBetween('2026-01-31', '2026-02-28')).toBe(0);
	expect([0, 1, 2, 3, 4, 5, 6, 40].map((months) => rampShare(months))).toEqual([
		0.25, 0.25, 0.5, 0.5, 0.75, 0.75, 1, 1
	]);
});
