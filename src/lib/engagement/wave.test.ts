import { expect, test } from 'vitest';
import { isEligible, linkState } from './invitation.ts';
import {
	closableFrom,
	closesOn,
	from,
	mayOpen,
	mayRemind,
	plan,
	reminderDueAt,
	stageOf,
	startOfDay
} from './wave.ts';

const dayZero = '2027-01-11';

test('the seven waves lie where the method puts them', () => {
	expect(
		plan(dayZero).map(({ kind, week, opensOn, lastOn }) => [kind, week, opensOn, lastOn])
	).toEqual([
		['baseline', 0, '2026-12-28', '2027-01-13'],
		['pulse', 2, '2027-01-18', '2027-01-26'],
		['pulse', 4, '2027-02-01', '2027-02-09'],
		['pulse', 6, '2027-02-15', '2027-02-23'],
		['pulse', 8, '2027-03-01', '2027-03-09'],
		['pulse', 10, '2027-03-15', '2027-03-23'],
		['endline', 13, '2027-04-05', '2027-04-17']
	]);
});

test('a pulse always closes before the next may open', () => {
	const waves = plan(dayZero);
	for (const [at, { index, kind, lastOn }] of waves.entries()) {
		const next = waves[at + 1];
		if (kind === 'pulse' && next)
			expect(closesOn(index, dayZero, lastOn) <= next.opensOn).toBe(true);
	}
});

test.each([
	[0, '2026-12-28', '2027-01-11'],
	[0, '2027-01-06', '2027-01-11'],
	[0, '2027-01-08', '2027-01-13'],
	[0, '2027-01-13', '2027-01-15'],
	[1, '2027-01-18', '2027-01-23'],
	[6, '2027-04-05', '2027-04-19'],
	[6, '2027-04-17', '2027-04-19']
] as const)('wave %i opened on %s closes when %s begins', (index, today, day) => {
	expect(closesOn(index, dayZero, today)).toBe(day);
});

test('a day begins at midnight where the team is, also when the clocks change', () => {
	expect(startOfDay('2027-01-11', 'Europe/Oslo').toISOString()).toBe('2027-01-10T23:00:00.000Z');
	expect(startOfDay('2027-03-28', 'Europe/Oslo').toISOString()).toBe('2027-03-27T23:00:00.000Z');
	expect(startOfDay('2027-03-29', 'Europe/Oslo').toISOString()).toBe('2027-03-28T22:00:00.000Z');
});

test('a wave is ahead, due, then open and closed, or missed', () => {
	const [, pulse] = plan(dayZero);
	expect(stageOf(pulse!, null, '2027-01-17')).toBe('ahead');
	expect(stageOf(pulse!, null, '2027-01-18')).toBe('due');
	expect(stageOf(pulse!, null, '2027-01-26')).toBe('due');
	expect(stageOf(pulse!, null, '2027-01-27')).toBe('missed');
	expect(stageOf(pulse!, 'open', '2027-01-27')).toBe('open');
	expect(stageOf(pulse!, 'closed', '2027-01-01')).toBe('closed');
});

test('nothing starts from closed', () => {
	for (const move of ['answer', 'remind', 'close'] as const)
		expect(from(move)).not.toContain('closed');
});

test('whether a wave may open depends on the day and on what was opened', () => {
	const closed = [{ index: 0, status: 'closed' }];
	expect(mayOpen(1, dayZero, '2027-01-18', closed)).toBeNull();
	expect(mayOpen(1, dayZero, '2027-01-18', [])).toBe('baseline-first');
	expect(mayOpen(1, dayZero, '2027-01-18', [{ index: 0, status: 'open' }])).toBe(
		'another-wave-open'
	);
	expect(mayOpen(0, dayZero, '2027-01-04', closed)).toBe('already-asked');
	expect(mayOpen(9 as 1, dayZero, '2027-01-04', closed)).toBe('no-such-wave');
	expect(mayOpen(NaN as 1, dayZero, '2027-01-04', closed)).toBe('no-such-wave');
});

test('reminders leave a day of quiet', () => {
	const wave = { closesAt: new Date('2027-01-11T00:00:00Z') };
	const at = (iso: string, times = 0, lastAt: Date | null = null) =>
		mayRemind(wave, { times, lastAt }, new Date(iso));
	expect(at('2027-01-10T00:00:00Z')).toBeNull();
	expect(at('2027-01-10T00:00:01Z')).toBe('too-late-to-remind');
	expect(at('2027-01-08T00:00:00Z', 2)).toBe('reminded-enough');
	expect(at('2027-01-08T00:00:00Z', 1, new Date('2027-01-07T00:00:01Z'))).toBe('reminded-lately');
	const opensAt = new Date('2027-01-05T00:00:00Z');
	expect(reminderDueAt({ opensAt, ...wave })).toEqual(new Date('2027-01-09T00:00:00Z'));
	expect(reminderDueAt({ opensAt: new Date('2027-01-08T12:00:00Z'), ...wave })).toBeNull();
	expect(closableFrom({ opensAt, ...wave })).toEqual(new Date('2027-01-08T00:00:00Z'));
});

test('a seller is asked from day 28 on the roster until the last day', () => {
	const seller = { startedOn: '2026-12-07', endedOn: null };
	expect(isEligible(seller, '2027-01-03')).toBe(false);
	expect(isEligible(seller, '2027-01-04')).toBe(true);
	expect(isEligible({ ...seller, endedOn: '2027-01-04' }, '2027-01-04')).toBe(false);
	expect(isEligible({ ...seller, endedOn: '2027-01-05' }, '2027-01-04')).toBe(true);
});

test('a link of a wave that is over says closed, used or not', () => {
	const closesAt = new Date('2027-01-11T00:00:00Z');
	const now = new Date('2027-01-10T00:00:00Z');
	expect(linkState({ status: 'open', closesAt, done: false }, now)).toBe('open');
	expect(linkState({ status: 'open', closesAt, done: true }, now)).toBe('used');
	for (const done of [true, false]) {
		expect(linkState({ status: 'open', closesAt, done }, closesAt)).toBe('closed');
		expect(linkState({ status: 'closed', closesAt, done }, now)).toBe('closed');
	}
	expect(linkState(undefined, now)).toBe('unknown');
});
