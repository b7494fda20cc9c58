import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isLevel, judge, levels, type Level } from './rubric.ts';

test.each([
	['all at 3', [3, 3, 3, 3, 3], true, 3],
	['the lowest mean that is enough', [2, 2, 3, 3, 3], true, 2.6],
	['just below it', [2, 2, 2, 3, 3], 'mean-too-low', 2.4],
	['one criterion at 1, however good the rest', [1, 4, 4, 4, 4], 'a-criterion-at-one', 3.4],
	['a level missing', [4, 4, 4, 4], 'levels-missing', 4],
	['all at 4', [4, 4, 4, 4, 4], true, 4]
] as const)('%s', (_, given, outcome, mean) => {
	const judged = judge([...given]);
	expect(judged.mean).toBeCloseTo(mean, 10);
	expect(judged.acceptable ? true : judged.why).toBe(outcome);
});

test('a mean of exactly 2.5 is enough', () => {
	expect(judge([2, 2, 3, 3], 4)).toMatchObject({ acceptable: true, mean: 2.5, hundred: 50 });
});

test('nothing rated has no mean', () => {
	expect(judge([])).toEqual({ acceptable: false, mean: null, why: 'levels-missing' });
});

test('raising a level never turns a yes into a no', () => {
	const five = fc.array(fc.constantFrom<Level>(...levels), { minLength: 5, maxLength: 5 });
	fc.assert(
		fc.property(five, fc.nat(4), (given, place) => {
			const raised = given.map((level, index) =>
				index === place ? Math.min(level + 1, 4) : level
			) as Level[];
			expect(!judge(given).acceptable || judge(raised).acceptable).toBe(true);
		})
	);
});

test('only whole numbers from 1 to 4 are levels', () => {
	expect([0, 1, 2.5, 4, 5, Number.NaN].map(isLevel)).toEqual([
		false,
		true,
		false,
		true,
		false,
		false
	]);
});
