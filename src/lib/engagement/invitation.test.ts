import { expect, test } from 'vitest';
import { isEligible, linkState } from './invitation.ts';

const closesAt = new Date('2027-02-05T17:00:00Z');
const before = new Date('2027-02-05T16:59:59Z');

test('a seller is asked from the 28th day on the roster to the day before the last', () => {
	const asked = (startedOn: string, endedOn: string | null) =>
		isEligible({ startedOn, endedOn }, '2027-02-01');
	expect(asked('2027-01-04', null)).toBe(true);
	expect(asked('2027-01-05', null)).toBe(false);
	expect(asked('2026-06-01', '2027-02-02')).toBe(true);
	expect(asked('2026-06-01', '2027-02-01')).toBe(false);
});

test('a link leads to the questions until it is used or the wave ends', () => {
	const open = { status: 'open', closesAt, done: false };
	expect(linkState(open, before)).toBe('open');
	expect(linkState({ ...open, done: true }, before)).toBe('used');
	expect(linkState(open, closesAt)).toBe('closed');
	expect(linkState({ ...open, status: 'closed' }, before)).toBe('closed');
	expect(linkState(null, before)).toBe('unknown');
	expect(linkState(undefined, before)).toBe('unknown');
});

test('after the end nobody can tell from a link whether its holder answered', () => {
	const states = [true, false].map((done) =>
		linkState({ status: 'open', closesAt, done }, closesAt)
	);
	expect(new Set(states)).toEqual(new Set(['closed']));
});
