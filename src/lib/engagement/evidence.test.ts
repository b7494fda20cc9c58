import { expect, test } from 'vitest';
import { evidenceFor, inWords, reachesGoal, toNearest, toWhole } from './evidence.ts';

test.each([
	[0, 'very unlikely'],
	[0.0499, 'very unlikely'],
	[0.05, 'unlikely'],
	[0.2, 'rather unlikely'],
	[0.4999, 'rather unlikely'],
	[0.5, 'rather likely'],
	[0.8, 'likely'],
	[0.95, 'likely'],
	[0.9501, 'very likely'],
	[1, 'very likely']
])('a probability of %d is %s', (p, words) => {
	expect(inWords(p)).toBe(words);
});

test.each([
	[0.95, 'strong'],
	[0.9499, 'moderate'],
	[0.8, 'moderate'],
	[0.7999, 'weak'],
	[0.5, 'weak'],
	[0.4999, 'none'],
	[null, 'too_few']
])('a goal reached with probability %s has evidence %s', (p, grade) => {
	expect(evidenceFor(p)).toBe(grade);
});

test('a major event leaves no more than weak evidence, and makes none of nothing', () => {
	expect(evidenceFor(0.99, true)).toBe('weak');
	expect(evidenceFor(0.4, true)).toBe('none');
	expect(evidenceFor(null, true)).toBe('too_few');
});

test('a rise and a fall are rounded alike, and nothing is shown as minus zero', () => {
	expect([2.5, -2.5, 0.4, -0.4].map(toWhole)).toEqual([3, -3, 0, 0]);
	expect([12.5, -12.5, 2.4, -2.4].map((value) => toNearest(5, value))).toEqual([15, -15, 0, 0]);
});

test('the goal is reached by 25 and by what floating point makes of it, not by 24.999', () => {
	expect([25, (100 * (71.3 * 1.25)) / 71.3 - 100, 24.999].map((u) => reachesGoal(u, 0.25))).toEqual(
		[true, true, false]
	);
});
