import { describe, expect, test } from 'vitest';
import { ratioOf, windowOf } from './ratio.ts';
import { engagementTrajectory } from './forecast.ts';
import {
	dealsVerdict,
	promiseLine,
	shownForecast,
	startedLow,
	type DealsFigures
} from './verdict.ts';

const before = windowOf(Array<number>(40).fill(10), 26);
const after = (revenue: number) => ({ revenue, neff: 20, exposure: 13 });
const met = { observedGoalMet: true };

function figures(revenue: number, more: Partial<DealsFigures> = {}): DealsFigures {
	return {
		closed: true,
		locked: true,
		historyWeeks: 26,
		neff: { baseline: 40, program: 20 },
		primary: ratioOf({ baseline: before, program: after(revenue) }),
		others: [met],
		...more
	};
}

test('a rise of 25 % on every baseline is robust', () => {
	expect(dealsVerdict(figures(260))).toMatchObject({
		verdict: 'met_robust',
		evidence: 'weak',
		upliftPct: 30,
		effectiveDeals: 20,
		texts: ['result.met', 'evidence.weak', 'cause', 'small']
	});
});

test('a rise of 25 % on the primary baseline alone says so', () => {
	const others = [met, { observedGoalMet: false }];
	expect(dealsVerdict(figures(260, { others })).verdict).toBe('met_primary_only');
	expect(dealsVerdict(figures(260, { others: [{ observedGoalMet: null }] })).verdict).toBe(
		'met_primary_only'
	);
});

test('a rise without the goal, and a fall', () => {
	expect(dealsVerdict(figures(249.9))).toMatchObject({ verdict: 'not_met', upliftPct: 25 });
	expect(dealsVerdict(figures(250)).verdict).toBe('met_robust');
	expect(dealsVerdict(figures(200)).verdict).toBe('not_met');
	expect(dealsVerdict(figures(199))).toMatchObject({
		verdict: 'fell',
		texts: ['result.notmet', 'cause', 'small']
	});
});

test('the evidence grows with the rise, but a major event caps it', () => {
	expect(dealsVerdict(figures(560)).evidence).toBe('strong');
	expect(dealsVerdict(figures(560, { majorEvent: true }))).toMatchObject({
		verdict: 'met_robust',
		evidence: 'weak'
	});
});

test('with few deals in the program the observed result stands, without interval', () => {
	const neff = { baseline: 40, program: 4.9 };
	const primary = ratioOf({ baseline: before, program: { ...after(300), neff: 4.9 } });
	expect(dealsVerdict(figures(300, { neff, primary }))).toMatchObject({
		verdict: 'met_robust',
		evidence: 'too_few',
		upliftPct: 50,
		ciPct: null,
		pAnyWords: null
	});
});

test('a quarter without a deal fell by all of it', () => {
	const primary = ratioOf({ baseline: before, program: windowOf([], 13) });
	const neff = { baseline: 40, program: 0 };
	expect(dealsVerdict(figures(0, { neff, primary }))).toMatchObject({
		verdict: 'fell',
		evidence: 'too_few',
		upliftPct: -100,
		ciPct: null
	});
});

describe('nothing is said', () => {
	const silent = { evidence: null, upliftPct: null, ciPct: null, pAnyWords: null };

	test.each([
		['without a lock', { locked: false }],
		['with less than thirteen weeks of history', { historyWeeks: 12 }],
		['with fewer than five effective deals before', { neff: { baseline: 4.9, program: 20 } }],
		[
			'without any revenue before',
			{ primary: ratioOf({ baseline: windowOf([], 26), program: after(9) }) }
		]
	])('%s', (_, more) => {
		expect(dealsVerdict(figures(260, more))).toMatchObject({
			verdict: 'not_measurable',
			...silent,
			texts: ['cause']
		});
	});

	test('while the window is open', () => {
		expect(dealsVerdict(figures(260, { closed: false }))).toMatchObject({
			verdict: 'in_progress',
			...silent,
			texts: []
		});
	});
});

test('an unusually low start is said under the result', () => {
	expect(startedLow(89.9, 100)).toBe(true);
	expect(startedLow(90, 100)).toBe(false);
	expect(dealsVerdict(figures(260, { lowStart: true })).texts).toContain('rtm');
});

test('the promise is kept only with three of three', () => {
	expect(
		promiseLine({ engagement: 'met_robust', sales: 'met_primary_only', revenue: 'met_robust' })
	).toEqual({ met: 3, of: 3, notMeasurable: 0, inProgress: 0, kept: true });
	expect(
		promiseLine({ engagement: 'not_measurable', sales: 'met_robust', revenue: 'met_robust' })
	).toEqual({ met: 2, of: 3, notMeasurable: 1, inProgress: 0, kept: false });
	expect(promiseLine({ engagement: 'in_progress', sales: 'fell', revenue: 'not_met' })).toEqual({
		met: 0,
		of: 3,
		notMeasurable: 0,
		inProgress: 1,
		kept: false
	});
});

describe('the forecast of engagement', () => {
	const trajectory = engagementTrajectory({ series: [59.920635, 62, 61, 65, 66] });

	test('below eight people is a status and coarse per cent for drawing', () => {
		expect(shownForecast(trajectory, 6)).toEqual({
			status: 'off_track',
			gradeUpliftPct: 15,
			gradeIntervalPct: [5, 25],
			paceRatio: null,
			target: { kind: 'hidden' }
		});
	});

	test('from eight people has a pace and a rounded target', () => {
		expect(shownForecast(trajectory, 8)).toMatchObject({
			paceRatio: 0.6,
			target: { kind: 'rounded', value: 75 }
		});
	});

	test('is not shown for too few people, nor from a baseline below 20', () => {
		expect(shownForecast(trajectory, 4)).toBeNull();
		expect(shownForecast(engagementTrajectory({ series: [19, 22, 24] }), 8)).toBeNull();
	});
});
