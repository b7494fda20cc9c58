import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changeBetween, engagementChange, type Measured, type Policy } from './change.ts';

/** A sum of seven items as a score of 0..100. */
const fromSum = (sum: number) => ((sum - 7) / 42) * 100;
const scores = (sums: Record<string, number>) =>
	new Map(Object.entries(sums).map(([key, sum]) => [key, fromSum(sum)]));

function measuredFrom(
	baseline: Map<string, number>,
	wave: Map<string, number>,
	policy?: Policy
): Measured {
	const change = changeBetween(baseline, wave, policy);
	if (change.state === 'suppressed') throw new Error('expected figures');
	return change;
}

const six = { a: 34, b: 29, c: 37, d: 26, e: 35, f: 32 };
const sixLater = { a: 38, b: 36, c: 39, d: 34, e: 37, f: 40 };

function expectTheSix(change: Measured) {
	expect(change.state).toBe('same_people');
	expect(change.B).toBeCloseTo(59.920635, 6);
	expect(change.E).toBeCloseTo(72.222222, 6);
	expect(change.delta).toBeCloseTo(12.301587, 6);
	expect(change.se).toBeCloseTo(2.777778, 6);
	expect(change.se * Math.sqrt(6)).toBeCloseTo(6.804138, 6);
	expect(change.df).toBe(5);
	expect(change.ciPts[0]).toBeCloseTo(5.161082, 6);
	expect(change.ciPts[1]).toBeCloseTo(19.442092, 6);
	expect(change.upliftPct).toBeCloseTo(20.529801, 6);
	expect(change.ciPct?.[0]).toBeCloseTo(7.499343, 6);
	expect(change.ciPct?.[1]).toBeCloseTo(38.370913, 6);
	expect(change.headroomPct).toBeCloseTo(30.693069, 6);
	expect(change.pGoal).toBeCloseTo(0.248847, 6);
	expect(change.pAny).toBeCloseTo(0.996581, 6);
	expect(change.observedGoalMet).toBe(false);
}

test('V2: six people, all at both waves', () => {
	const change = measuredFrom(scores(six), scores(sixLater));
	expectTheSix(change);
	expect(change).toMatchObject({ nB: 6, nE: 6, nP: 6 });
});

test('V3: one leaves and one joins, and the figures stay those of the same six', () => {
	const change = measuredFrom(scores({ ...six, g: 19 }), scores({ ...sixLater, h: 35 }));
	expectTheSix(change);
	expect(change).toMatchObject({ nB: 7, nE: 7, nP: 6 });
});

test('V4: with little spread the floor keeps the interval honest', () => {
	const list = (...sums: number[]) => scores(Object.fromEntries(sums.map((s, i) => [`p${i}`, s])));
	const change = measuredFrom(
		list(28, 31, 33, 27, 30, 35, 29, 32),
		list(38, 40, 41, 37, 38, 43, 39, 42)
	);
	expect(change.B).toBeCloseTo(56.25, 9);
	expect(change.E).toBeCloseTo(77.97619, 6);
	expect(change.upliftPct).toBeCloseTo(38.624339, 6);
	expect(change.se).toBeCloseTo(1.767767, 6);
	expect(change.ciPct?.[0]).toBeCloseTo(31.193042, 6);
	expect(change.ciPct?.[1]).toBeCloseTo(46.0556357, 6);
	expect(change.pGoal).toBeCloseTo(0.998292, 6);
	expect(change.observedGoalMet).toBe(true);
});

test('V5: with four pairs the groups are compared as mostly different people', () => {
	const change = measuredFrom(scores(six), scores({ a: 38, b: 36, c: 39, d: 34, x: 37, y: 30 }));
	expect(change).toMatchObject({ state: 'mostly_different_people', nB: 6, nE: 6, nP: 4 });
	expect(change.upliftPct).toBeCloseTo(13.907285, 6);
	expect(change.se).toBeCloseTo(3.023982, 6);
	expect(change.df).toBeCloseTo(5.183895, 6);
	expect(change.pGoal).toBeCloseTo(0.06577, 6);
});

test('answers become scores before they are compared', () => {
	const answers = (sum: number) => {
		const low = Math.floor(sum / 7);
		return Array.from({ length: 7 }, (_, i) => (i < sum - 7 * low ? low + 1 : low));
	};
	const wave = (sums: Record<string, number>) =>
		Object.fromEntries(Object.entries(sums).map(([key, sum]) => [key, answers(sum)]));
	const change = engagementChange({ baseline: wave(six), wave: wave(sixLater) });
	expectTheSix(change as Measured);
});

describe('too few people', () => {
	const four = new Map([...scores(six)].slice(0, 4));

	test('four at either wave leave counts and nothing else', () => {
		for (const change of [
			changeBetween(four, scores(sixLater)),
			changeBetween(scores(six), four)
		]) {
			const { state, nB, nE, nP, ...rest } = change;
			expect(state).toBe('suppressed');
			expect([nB, nE, nP].toSorted()).toEqual([4, 4, 6]);
			expect(Object.values(rest).every((value) => value === null)).toBe(true);
			expect(Object.keys(rest)).toHaveLength(12);
		}
	});

	test('a team that chose four as its smallest group is measured from four', () => {
		expect(changeBetween(four, four, { minGroup: 4 }).state).toBe('same_people');
	});

	test('five answers of one person do not pass', () => {
		const one = { only: [5, 5, 5, 5, 5, 5, 5] };
		expect(engagementChange({ baseline: one, wave: one })).toMatchObject({
			state: 'suppressed',
			nB: 1
		});
	});

	test('one seller, and nobody at all, are hidden alike', () => {
		expect(engagementChange({ baseline: {}, wave: {} }).state).toBe('suppressed');
	});

	test('people with too few answered questions are not counted', () => {
		const half = [5, 5, 5, 5, null, null, null];
		const full = [5, 5, 5, 5, 5, null, null];
		const answers = { a: full, b: full, c: full, d: full, e: half };
		expect(engagementChange({ baseline: answers, wave: answers })).toMatchObject({ nB: 4 });
	});
});

describe('at the edges of the scale', () => {
	const level = (value: number, people = 6) =>
		new Map(Array.from({ length: people }, (_, i) => [`p${i}`, value]));

	test('from below 20 there are points and no per cent', () => {
		const change = measuredFrom(level(19.9), level(30));
		expect(change.delta).toBeCloseTo(10.1, 9);
		expect(change.upliftPct).toBeNull();
		expect(change.ciPct).toBeNull();
		expect(change.pGoal).toBeNull();
		expect(change.observedGoalMet).toBeNull();
		expect(change.pAny).toBeGreaterThan(0.95);
		expect(measuredFrom(level(0), level(0)).upliftPct).toBeNull();
		expect(measuredFrom(level(20), level(30)).upliftPct).toBeCloseTo(50, 9);
	});

	test('a full scale leaves no headroom', () => {
		expect(measuredFrom(level(100), level(100))).toMatchObject({
			headroomPct: null,
			upliftPct: 0,
			observedGoalMet: false
		});
	});

	test('everybody moving by the same is no certainty', () => {
		const change = measuredFrom(level(60, 5), level(70, 5));
		expect(change.se).toBeCloseTo(Math.sqrt(5), 9);
		expect(change.pAny).toBeLessThan(1);
	});

	test('different people without any spread still have an interval', () => {
		const others = new Map([...level(70)].map(([key, score]) => [`${key}'`, score]));
		const change = measuredFrom(level(60), others);
		expect(change.state).toBe('mostly_different_people');
		expect(change.df).toBe(5);
		expect(change.se).toBeCloseTo(5 / Math.sqrt(6), 9);
	});

	test('where the baseline is too uncertain for Fieller, the points make the interval', () => {
		const list = (...values: number[]) => new Map(values.map((value, i) => [`p${i}`, value]));
		const change = measuredFrom(list(100, 5, 5, 5, 10), list(100, 15, 10, 20, 25));
		expect(change.B).toBe(25);
		expect(change.ciPct?.[0]).toBeCloseTo(4 * change.ciPts[0], 9);
		expect(change.ciPct?.[1]).toBeCloseTo(4 * change.ciPts[1], 9);
	});

	test('a rise of exactly the goal has met it', () => {
		for (const start of [24, 48, 54.4, 60, 71.3])
			expect(measuredFrom(level(start), level(start * 1.25)).observedGoalMet).toBe(true);
		expect(measuredFrom(level(60), level(74.9999)).observedGoalMet).toBe(false);
	});
});

test('one item scale says 15.3 % where 0 to 100 says 19.2 %: only the second is used', () => {
	const raw = (value: number) => (100 * (value - 1)) / 6;
	const before = new Map(['a', 'b', 'c', 'd', 'e'].map((key) => [key, raw(4.9)]));
	const after = new Map(['a', 'b', 'c', 'd', 'e'].map((key) => [key, raw(5.65)]));
	expect(measuredFrom(before, after).upliftPct).toBeCloseTo(19.230769, 6);
});

const score = fc.double({ min: 0, max: 100, noNaN: true });
const panel = fc.array(fc.tuple(score, score), { minLength: 5, maxLength: 15 });
const columns = (people: [number, number][]) =>
	[0, 1].map((wave) => new Map(people.map((pair, i) => [`p${i}`, pair[wave] ?? NaN]))) as [
		Map<string, number>,
		Map<string, number>
	];

test('the intervals contain the estimate, and the probabilities are probabilities', () => {
	fc.assert(
		fc.property(panel, (people) => {
			const change = measuredFrom(...columns(people));
			expect(change.ciPts[0]).toBeLessThan(change.delta);
			expect(change.ciPts[1]).toBeGreaterThan(change.delta);
			if (change.ciPct && change.upliftPct !== null) {
				expect(change.ciPct[0]).toBeLessThanOrEqual(change.upliftPct);
				expect(change.ciPct[1]).toBeGreaterThanOrEqual(change.upliftPct);
			}
			for (const p of [change.pGoal ?? 0, change.pAny]) {
				expect(p).toBeGreaterThanOrEqual(0);
				expect(p).toBeLessThanOrEqual(1);
			}
		})
	);
});

test('the order of people does not matter', () => {
	fc.assert(
		fc.property(panel, (people) => {
			const [before, after] = columns(people);
			const turned = measuredFrom(new Map([...before].reverse()), new Map([...after].reverse()));
			const straight = measuredFrom(before, after);
			expect(turned.delta).toBeCloseTo(straight.delta, 8);
			expect(turned.se).toBeCloseTo(straight.se, 8);
			expect(turned.pAny).toBeCloseTo(straight.pAny, 8);
		})
	);
});

test('moving everybody’s second score by the same moves the change by it and leaves its error', () => {
	fc.assert(
		fc.property(panel, fc.double({ min: -50, max: 50, noNaN: true }), (people, step) => {
			const [before, after] = columns(people);
			const moved = new Map([...after].map(([key, value]) => [key, value + step]));
			const first = measuredFrom(before, after);
			const second = measuredFrom(before, moved);
			expect(second.delta).toBeCloseTo(first.delta + step, 8);
			expect(second.se).toBeCloseTo(first.se, 8);
		})
	);
});

test('newcomers and leavers never move the figures of the same people', () => {
	fc.assert(
		fc.property(panel, score, score, (people, leaver, joiner) => {
			const [before, after] = columns(people);
			const still = measuredFrom(before, after);
			const { nB, nE, ...moved } = measuredFrom(
				new Map([['leaver', leaver], ...before]),
				new Map([...after, ['joiner', joiner]])
			);
			expect(moved).toEqual({ ...moved, ...still, nB: undefined, nE: undefined });
			expect([nB, nE]).toEqual([people.length + 1, people.length + 1]);
		})
	);
});
