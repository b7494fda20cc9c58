import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
	fullness,
	nextStation,
	progressIn,
	stationState,
	stationStates,
	type StationState
} from './progress.ts';
import { statuses } from './submission.ts';

const dayZero = '2027-01-11';
const readAt = new Date('2027-01-12T09:00:00Z');

test.each([
	['later', { week: 3, readAt: null, status: null }, '2027-01-12'],
	['open', { week: 1, readAt: null, status: null }, '2027-01-12'],
	['open', { week: 0, readAt: null, status: null }, '2026-12-01'],
	['read', { week: 1, readAt, status: null }, '2027-01-12'],
	['drafted', { week: 1, readAt, status: 'draft' }, '2027-01-12'],
	['drafted', { week: 1, readAt: null, status: 'draft' }, '2027-01-12'],
	['handed-in', { week: 1, readAt, status: 'submitted' }, '2027-01-12'],
	['handed-in', { week: 1, readAt, status: 'in-review' }, '2027-01-12'],
	['returned', { week: 1, readAt, status: 'returned' }, '2027-01-12'],
	['accepted', { week: 1, readAt, status: 'accepted' }, '2027-01-12']
] as const)('a station is %s: %j on %s', (state, row, today) => {
	expect(stationState(row, dayZero, today)).toBe(state);
});

test('done is what is accepted; a new draft after a return still counts as handed in', () => {
	const rows = [
		{ readAt, status: 'accepted' as const, attempt: 2 },
		{ readAt, status: 'draft' as const, attempt: 2 },
		{ readAt, status: 'draft' as const, attempt: 1 },
		{ readAt: null, status: null, attempt: null }
	];
	expect(progressIn(rows)).toEqual({ of: 4, read: 3, handedIn: 2, accepted: 1 });
});

test('progress never counts more accepted than handed in, or more than there is', () => {
	const row = fc.record({
		readAt: fc.constantFrom(null, readAt),
		status: fc.constantFrom(...statuses),
		attempt: fc.integer({ min: 1, max: 5 })
	});
	fc.assert(
		fc.property(fc.array(row), (rows) => {
			const { of, handedIn, accepted } = progressIn(rows);
			expect(accepted <= handedIn && handedIn <= of).toBe(true);
		})
	);
});

test('what came back comes first, then a draft, then the earliest open module', () => {
	const at = (...states: StationState[]) => states.map((state, week) => ({ week, state }));
	expect(nextStation(at('open', 'drafted', 'returned'))?.week).toBe(2);
	expect(nextStation(at('open', 'drafted', 'handed-in'))?.week).toBe(1);
	expect(nextStation(at('accepted', 'read', 'open'))?.week).toBe(1);
	expect(nextStation(at('accepted', 'handed-in', 'later'))).toBeNull();
});

test('a ring is full only when accepted', () => {
	expect(stationStates.filter((state) => fullness[state] === 1)).toEqual(['accepted']);
});
