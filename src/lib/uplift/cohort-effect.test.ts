import fc from 'fast-check';
import { geometricMean, mean } from 'simple-statistics';
import { expect, test } from 'vitest';
import {
	asPercent,
	comparedWithWaiting,
	countLeaders,
	moneyUpliftPct,
	reboundAdjusted,
	typicalLeader,
	verdictOnLeaving
} from './cohort-effect.ts';

test('V12: one large leader hides what three small ones did', () => {
	const leaders = [
		{ counterfactual: 1_000_000, program: 1_050_000 },
		{ counterfactual: 100_000, program: 150_000 },
		{ counterfactual: 120_000, program: 156_000 },
		{ counterfactual: 80_000, program: 104_000 }
	];
	const ratios = leaders.map(({ program, counterfactual }) => program / counterfactual);
	expect(moneyUpliftPct(leaders)).toBeCloseTo(12.307692, 6);
	expect(100 * (mean(ratios) - 1)).toBeCloseTo(28.75, 9);
	expect(100 * (geometricMean(ratios) - 1)).toBeCloseTo(27.729678, 6);
	const equally = typicalLeader(ratios.map((ratio) => ({ y: Math.log(ratio), se: 1 })));
	expect(asPercent(equally?.mu ?? NaN)).toBeCloseTo(27.729678, 6);
	expect(moneyUpliftPct([])).toBeNull();
});

test('V13a: the typical leader on the ln scale, with little between leaders', () => {
	const typical = typicalLeader([
		{ y: 0.407137, se: 0.36388 },
		{ y: 0.1, se: 0.2 },
		{ y: -0.05, se: 0.25 },
		{ y: 0.26, se: 0.3 }
	]);
	expect(typical?.tau2).toBe(0);
	expect(typical?.mu).toBeCloseTo(0.128449, 6);
	expect(asPercent(typical?.mu ?? NaN)).toBeCloseTo(13.706391, 6);
	expect(typical?.se).toBeCloseTo(0.129463, 6);
	expect(asPercent(typical?.ci[0] ?? NaN)).toBeCloseTo(-24.690179, 6);
	expect(asPercent(typical?.ci[1] ?? NaN)).toBeCloseTo(71.679381, 6);
});

test('V13b: the typical leader in points, with much between leaders', () => {
	const typical = typicalLeader([
		{ y: 12.304, se: 2.7778 },
		{ y: 8, se: 3.5 },
		{ y: 3, se: 3 },
		{ y: 15, se: 4 }
	]);
	expect(typical?.tau2).toBeCloseTo(16.824084, 6);
	expect(typical?.mu).toBeCloseTo(9.351218, 6);
	expect(typical?.ci[0]).toBeCloseTo(0.974422, 6);
	expect(typical?.ci[1]).toBeCloseTo(17.728013, 6);
});

test('two leaders are a list, not a figure', () => {
	expect(
		typicalLeader([
			{ y: 1, se: 1 },
			{ y: 2, se: 1 }
		])
	).toBeNull();
});

test('V15: a low start would rebound by itself', () => {
	const adjusted = reboundAdjusted({ before: 80_000, year: 100_000, program: 105_000 });
	expect(adjusted.baseline).toBe(90_000);
	expect(adjusted.upliftPct).toBeCloseTo(16.666667, 6);
	expect(adjusted.expectedReboundPct).toBeCloseTo(12.5, 9);
});

test('V16: against leaders who had not started yet', () => {
	const compared = comparedWithWaiting([0.31, 0.12, 0.22, 0.27], [0.08, 0.15, -0.02, 0.11]);
	expect(compared?.difference).toBeCloseTo(0.15, 9);
	expect(asPercent(compared?.difference ?? NaN)).toBeCloseTo(16.183424, 6);
	expect(compared?.se).toBeCloseTo(0.054772, 6);
	expect(compared?.df).toBeCloseTo(5.91169, 6);
	expect(asPercent(compared?.ci[0] ?? NaN)).toBeCloseTo(1.561091, 6);
	expect(asPercent(compared?.ci[1] ?? NaN)).toBeCloseTo(32.911019, 6);
});

test('a comparison needs two on each side and some spread', () => {
	expect(comparedWithWaiting([0.3], [0.1, 0.2])).toBeNull();
	expect(comparedWithWaiting([0.3, 0.3], [0.1, 0.1])).toBeNull();
});

test('who leaves stays in the count, and has not reached the goal', () => {
	expect(
		countLeaders([
			{ verdict: 'met_robust', leftInWeek: null },
			{ verdict: 'met_primary_only', leftInWeek: null },
			{ verdict: 'not_measurable', leftInWeek: null },
			{ verdict: verdictOnLeaving('in_progress', false), leftInWeek: 5 }
		])
	).toEqual({ reached: 2, of: 4, left: 1, notMeasurable: 1 });
	expect(verdictOnLeaving('met_robust', true)).toBe('met_robust');
	expect(verdictOnLeaving('met_robust', false)).toBe('not_met');
});

const effects = fc.array(
	fc.record({
		y: fc.double({ min: -2, max: 2, noNaN: true }),
		se: fc.double({ min: 0.05, max: 1, noNaN: true })
	}),
	{ minLength: 3, maxLength: 12 }
);

test('the typical leader lies among the leaders, inside the interval, whatever the order', () => {
	fc.assert(
		fc.property(effects, (some) => {
			const typical = typicalLeader(some)!;
			const turned = typicalLeader([...some].reverse())!;
			const values = some.map(({ y }) => y);
			expect(typical.mu).toBeGreaterThanOrEqual(Math.min(...values) - 1e-9);
			expect(typical.mu).toBeLessThanOrEqual(Math.max(...values) + 1e-9);
			expect(typical.ci[0]).toBeLessThan(typical.mu);
			expect(typical.ci[1]).toBeGreaterThan(typical.mu);
			expect(turned.mu).toBeCloseTo(typical.mu, 9);
			expect(turned.se).toBeCloseTo(typical.se, 9);
		})
	);
});

test('moving every leader by the same moves the typical one by it', () => {
	fc.assert(
		fc.property(effects, fc.double({ min: -1, max: 1, noNaN: true }), (some, step) => {
			const typical = typicalLeader(some)!;
			const moved = typicalLeader(some.map(({ y, se }) => ({ y: y + step, se })))!;
			expect(moved.mu).toBeCloseTo(typical.mu + step, 7);
			expect(moved.tau2).toBeCloseTo(typical.tau2, 7);
		})
	);
});
