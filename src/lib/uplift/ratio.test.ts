import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
	effectiveDeals,
	extraSpread,
	monthlyRatio,
	ratioOf,
	salesWindowOf,
	seasonalIndex,
	seasonMatters,
	sumOfDeals,
	windowOf
} from './ratio.ts';

const baseline = [
	12000, 8000, 15000, 9500, 22000, 7000, 11000, 18000, 6000, 14000, 9000, 30000, 10000, 8500, 13000,
	16000, 7500, 12500, 20000, 11000, 9000, 14500, 8000, 17000
];
const program = [
	14000, 9000, 40000, 11000, 16000, 8000, 21000, 12500, 18000, 10500, 9500, 15000, 13000, 17500,
	12000
];

/** The library's t is right to about 1e-8, so the eighth digit of an interval may differ by one. */
const expectDigits = (value: number | undefined, expected: number) =>
	expect((value ?? NaN) / expected).toBeCloseTo(1, 7);

describe('V7: 24 deals in 26 weeks, then 15 in 13', () => {
	test('sums and effective deals', () => {
		expect(sumOfDeals(baseline)).toEqual({ count: 24, revenue: 308500, squares: 4689250000 });
		expect(sumOfDeals(program)).toEqual({ count: 15, revenue: 227000, squares: 4284000000 });
		expect(effectiveDeals(sumOfDeals(baseline))).toBeCloseTo(20.295836, 6);
		expect(effectiveDeals(sumOfDeals(program))).toBeCloseTo(12.028245, 6);
	});

	test('revenue per ramped seller week', () => {
		const ratio = ratioOf({ baseline: windowOf(baseline, 146), program: windowOf(program, 71.5) });
		expect(ratio.upliftPct).toBeCloseTo(50.251046, 6);
		expect(ratio.se).toBeCloseTo(0.36388, 6);
		expect(ratio.df).toBeCloseTo(30.324081, 6);
		expectDigits(ratio.ciPct?.[0], -28.514273);
		expectDigits(ratio.ciPct?.[1], 215.802575);
		expect(ratio.pGoal).toBeCloseTo(0.691619, 6);
		expect(ratio.pAny).toBeCloseTo(0.864011, 6);
		expect(ratio).toMatchObject({ observedGoalMet: true, enough: true });
		expect(ratio.lnRatio).toBeCloseTo(0.407137, 6);
	});

	test('revenue in all', () => {
		const ratio = ratioOf({ baseline: windowOf(baseline, 26), program: windowOf(program, 13) });
		expect(ratio.upliftPct).toBeCloseTo(47.163695, 6);
		expectDigits(ratio.ciPct?.[0], -29.983158);
		expectDigits(ratio.ciPct?.[1], 209.313481);
		expect(ratio.pGoal).toBeCloseTo(0.67154, 6);
		expect(ratio.pAny).toBeCloseTo(0.851649, 6);
	});

	test('won deals per ramped seller week', () => {
		const ratio = ratioOf({
			baseline: salesWindowOf(baseline, 146),
			program: salesWindowOf(program, 71.5)
		});
		expect(ratio.upliftPct).toBeCloseTo(27.622378, 6);
		expect(ratio.se).toBeCloseTo(0.32914, 6);
		expect(ratio.df).toBe(37);
		expectDigits(ratio.ciPct?.[0], -34.491877);
		expectDigits(ratio.ciPct?.[1], 148.632851);
		expect(ratio.pGoal).toBeCloseTo(0.524979, 6);
		expect(ratio.pAny).toBeCloseTo(0.768326, 6);
	});
});

describe('V8: with the season taken out', () => {
	const lastYear = {
		baseline: { revenue: 300000, neff: 22, exposure: 26 },
		program: { revenue: 180000, neff: 14, exposure: 13 }
	};

	test('+47 % becomes +23 %', () => {
		expect(seasonalIndex(lastYear)).toBeCloseTo(1.2, 9);
		const ratio = ratioOf({
			baseline: windowOf(baseline, 26),
			program: windowOf(program, 13),
			lastYear
		});
		expect(ratio.upliftPct).toBeCloseTo(22.636413, 6);
		expect(ratio.se).toBeCloseTo(0.499291, 6);
		expect(ratio.df).toBeCloseTo(64.324081, 6);
		expect(ratio.pGoal).toBeCloseTo(0.48481, 6);
		expect(ratio.observedGoalMet).toBe(false);
	});

	test('the season matters above 10 % and with ten effective deals in both windows', () => {
		expect(seasonMatters(lastYear)).toBe(true);
		const thin = { ...lastYear, program: { ...lastYear.program, neff: 9.9 } };
		expect(seasonMatters(thin)).toBe(false);
		const flat = { ...lastYear, program: { ...lastYear.program, revenue: 164000 } };
		expect(seasonMatters(flat)).toBe(false);
	});
});

describe('V9: only monthly totals', () => {
	const base = [82, 95, 71, 104, 88, 76];

	test('the months’ own spread makes the interval', () => {
		const ratio = monthlyRatio({ baseline: base, program: [101, 118, 112] });
		expect(ratio.upliftPct).toBeCloseTo(28.294574, 6);
		expect(ratio.cv).toBeCloseTo(0.142412, 6);
		expect(ratio.se).toBeCloseTo(0.100701, 6);
		expect(ratio.df).toBe(5);
		expect(ratio.ciPct?.[0]).toBeCloseTo(-0.965352, 6);
		expect(ratio.ciPct?.[1]).toBeCloseTo(66.199385, 6);
		expect(ratio.pGoal).toBeCloseTo(0.59678, 6);
	});

	test('months that are all alike, or a program of nothing, leave no interval', () => {
		const none = { ciPct: null, pGoal: null };
		expect(monthlyRatio({ baseline: base, program: [0, 0, 0] })).toMatchObject({
			upliftPct: -100,
			...none
		});
		expect(monthlyRatio({ baseline: Array(6).fill(80), program: [90, 90, 90] })).toMatchObject({
			upliftPct: 12.5,
			...none
		});
	});
});

describe('too little to say how sure it is', () => {
	const none = { se: null, df: null, ciPct: null, pGoal: null, pAny: null, enough: false };

	test('no deal won is -100 % without an interval', () => {
		expect(ratioOf({ baseline: windowOf(baseline, 26), program: windowOf([], 13) })).toEqual({
			upliftPct: -100,
			lnRatio: null,
			observedGoalMet: false,
			...none
		});
	});

	test('fewer than five effective deals in the program keep the observed figure', () => {
		const few = ratioOf({
			baseline: windowOf(baseline, 26),
			program: windowOf([50000, 60000, 50000, 60000], 13)
		});
		expect(few).toMatchObject({ observedGoalMet: true, ...none });
		expect(few.upliftPct).toBeCloseTo(42.625608, 6);
	});

	test('five deals of which one is a giant are not five', () => {
		const giant = [100000, 1000, 1000, 1000, 1000];
		expect(ratioOf({ baseline: windowOf(giant, 26), program: windowOf(program, 13) }).enough).toBe(
			false
		);
	});

	test('a baseline of nothing has no ratio', () => {
		expect(ratioOf({ baseline: windowOf([], 26), program: windowOf(program, 13) })).toEqual({
			upliftPct: null,
			lnRatio: null,
			observedGoalMet: null,
			...none
		});
	});

	test('five equal deals are just enough', () => {
		const five = windowOf([7, 7, 7, 7, 7], 13);
		expect(ratioOf({ baseline: five, program: five })).toMatchObject({ enough: true, df: 8 });
	});
});

test('a rise of exactly the goal has met it', () => {
	const once = windowOf(Array(10).fill(48.3), 26);
	for (const factor of [1.25, 1.25 * 3])
		expect(
			ratioOf({
				baseline: { ...once, exposure: once.exposure * (factor / 1.25) },
				program: { ...once, revenue: once.revenue * 1.25 }
			}).observedGoalMet
		).toBe(true);
});

test('extra spread lies between 1 and 4, and needs six months', () => {
	expect(extraSpread([1, 2, 3], 5)).toBe(1);
	expect(extraSpread([10, 10, 10, 10, 10, 10], 600)).toBe(1);
	expect(extraSpread([0, 100, 0, 100, 0, 100], 600)).toBe(4);
	expect(extraSpread([8, 12, 8, 12, 8, 12], 12)).toBeCloseTo(2.4, 9);
});

const amounts = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 30, maxLength: 60 });

test('the interval contains the estimate and does not depend on the currency', () => {
	fc.assert(
		fc.property(amounts, amounts, fc.integer({ min: 2, max: 100 }), (before, after, rate) => {
			const one = ratioOf({ baseline: windowOf(before, 26), program: windowOf(after, 13) });
			const other = ratioOf({
				baseline: windowOf(
					before.map((amount) => amount * rate),
					26
				),
				program: windowOf(
					after.map((amount) => amount * rate),
					13
				)
			});
			expect(one.ciPct?.[0]).toBeLessThan(one.upliftPct ?? NaN);
			expect(one.ciPct?.[1]).toBeGreaterThan(one.upliftPct ?? NaN);
			expect(other.upliftPct).toBeCloseTo(one.upliftPct ?? NaN, 6);
			expect(other.se).toBeCloseTo(one.se ?? NaN, 9);
		})
	);
});

test('effective deals are never more than deals, and as many when all are equal', () => {
	fc.assert(
		fc.property(amounts, (some) => {
			expect(effectiveDeals(sumOfDeals(some))).toBeLessThanOrEqual(some.length + 1e-9);
			expect(effectiveDeals(sumOfDeals(some.map(() => 3)))).toBeCloseTo(some.length, 9);
			expect(effectiveDeals(sumOfDeals([...some].reverse()))).toBeCloseTo(
				effectiveDeals(sumOfDeals(some)),
				9
			);
		})
	);
});

test('sure of the goal is never surer than sure of any rise', () => {
	fc.assert(
		fc.property(amounts, amounts, (before, after) => {
			const { pGoal, pAny } = ratioOf({
				baseline: windowOf(before, 26),
				program: windowOf(after, 13)
			});
			expect(pGoal ?? NaN).toBeLessThanOrEqual(pAny ?? NaN);
		})
	);
});
