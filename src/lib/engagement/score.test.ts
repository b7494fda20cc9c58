import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
	behaviorIndex,
	byRespondent,
	competencyIndex,
	engagementIndex,
	groupScore,
	isPulse,
	items,
	itemsAt,
	personScore,
	validScores
} from './score.ts';

test('seven answers become one score of 0 to 100', () => {
	expect(personScore([5, 6, 4, 5, 6, 5, 4], engagementIndex)).toBeCloseTo(66.666667, 6);
	expect(personScore([1, 1, 1, 1, 1, 1, 1], engagementIndex)).toBe(0);
	expect(personScore([7, 7, 7, 7, 7, 7, 7], engagementIndex)).toBe(100);
});

test('two open questions are borne by the other five', () => {
	expect(personScore([5, 6, null, 5, null, 5, 4], engagementIndex)).toBeCloseTo(66.666667, 6);
});

test('with four of seven answered the person does not count', () => {
	expect(personScore([5, 6, null, 5, null, null, 4], engagementIndex)).toBeNull();
});

test('the index of the leader’s behavior needs seven of ten', () => {
	expect(personScore([4, 3, 5, 4, null, 3, 4, 5, null, 4], behaviorIndex)).toBe(75);
	const six = [4, 3, 5, 4, null, 3, 4, null, null, null];
	expect(personScore(six, behaviorIndex)).toBeNull();
});

test('a competency of the 360 needs two of three', () => {
	expect(personScore([5, null, 4], competencyIndex)).toBe(87.5);
	expect(personScore([5, null, null], competencyIndex)).toBeNull();
});

test('each wave asks what the method says', () => {
	const ids = (wave: Parameters<typeof itemsAt>[0]) => itemsAt(wave).map(({ id }) => id);
	expect(ids(0)).toHaveLength(7 + 10 + 2);
	expect(ids(6)).toEqual(ids(0));
	expect(ids(3)).toHaveLength(7 + 10 + 2);
	expect(ids(3)).toContain('CC1');
	expect(ids(3)).not.toContain('ST1');
	expect(ids(1)).toEqual(['EI1', 'EI2', 'EI3', 'EI4', 'EI5', 'EI6', 'EI7', 'CA1', 'CC1']);
	expect([0, 1, 2, 3, 4, 5, 6].filter((wave) => isPulse(wave as 0))).toEqual([1, 2, 3, 4, 5]);
});

test('every item has its wording and scale', () => {
	expect(items.map(({ message }) => message)).toContain('item_slb10');
	expect(items.find(({ id }) => id === 'EI1')?.scale).toEqual({ min: 1, max: 7 });
	expect(items.find(({ id }) => id === 'SLB1')?.scale).toEqual({ min: 1, max: 5 });
	expect(items.find(({ id }) => id === 'CC1')?.scale).toEqual({ min: 0, max: 1 });
});

test('five answers of one person are one person, and the last one stands', () => {
	const rows = [1, 2, 3, 4, 5].map((value) => ({
		respondentKey: 'same',
		answers: Array<number>(7).fill(value)
	}));
	const scores = validScores(byRespondent(rows), engagementIndex);
	expect(scores.size).toBe(1);
	expect(scores.get('same')).toBeCloseTo(66.666667, 6);
});

test('a team’s score is the mean of persons, and of nobody there is none', () => {
	expect(groupScore([40, 60, 80])).toBe(60);
	expect(groupScore([])).toBeNull();
});

const answer = fc.option(fc.integer({ min: 1, max: 7 }), { nil: null });
test('a score lies within the scale and does not depend on the order of the questions', () => {
	fc.assert(
		fc.property(fc.array(answer, { minLength: 7, maxLength: 7 }), (answers) => {
			const score = personScore(answers, engagementIndex);
			const turned = personScore([...answers].reverse(), engagementIndex);
			expect(turned === null).toBe(score === null);
			expect(turned ?? 0).toBeCloseTo(score ?? 0, 9);
			expect(score ?? 0).toBeGreaterThanOrEqual(0);
			expect(score ?? 0).toBeLessThanOrEqual(100);
		})
	);
});

test('one step up on every question is a sixth of the scale', () => {
	const answers = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 7, maxLength: 7 });
	fc.assert(
		fc.property(answers, (given) => {
			const before = personScore(given, engagementIndex) ?? NaN;
			const after = personScore(
				given.map((value) => value + 1),
				engagementIndex
			);
			expect(after).toBeCloseTo(before + 100 / 6, 9);
		})
	);
});
