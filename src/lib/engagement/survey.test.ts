import fc from 'fast-check';
import { expect, test } from 'vitest';
import { itemsAt, waves, type Wave } from './score.ts';
import {
	answersFrom,
	counts,
	fits,
	longestComment,
	minutesFor,
	questionsAt,
	readReply
} from './survey.ts';

const all = (wave: Wave, step: number) =>
	Object.fromEntries(questionsAt(wave).map(({ id }) => [id, String(step)]));
const silent = { withComment: false };

test('each wave asks what the method says', () => {
	const ids = (wave: Wave) => questionsAt(wave).map(({ id }) => id);
	expect(ids(0)).toHaveLength(19);
	expect(ids(1)).toEqual(['EI1', 'EI2', 'EI3', 'EI4', 'EI5', 'EI6', 'EI7', 'CA1', 'CC1']);
	expect(ids(3)).toHaveLength(19);
	expect(ids(3)).not.toContain('ST1');
	expect(ids(6)).toEqual(ids(0));
	expect([minutesFor(1), minutesFor(0)]).toEqual([2, 4]);
});

test('"no" is an answer and a question left open is none', () => {
	const read = readReply(1, { ...all(1, 1), EI7: '' }, silent);
	if (!read.ok) throw new Error(read.reason);
	expect(read.value.steps).toEqual([1, 1, 1, 1, 1, 1, 0, 1, 1]);
	expect(answersFrom(1, read.value.steps)).toEqual([1, 1, 1, 1, 1, 1, null, 1, 0]);
	expect(answersFrom(1, [7, 7, 7, 7, 7, 7, 7, 7, 2]).at(-1)).toBe(1);
});

test('"can’t say" is no answer', () => {
	const read = readReply(0, { ...all(0, 3), SLB4: '0' }, silent);
	expect(read.ok && answersFrom(0, read.value.steps)[10]).toBeNull();
});

test.each([
	[{ ...all(1, 4), EI1: '8' }, 'unreadable'],
	[{ ...all(1, 2), CC1: '3' }, 'unreadable'],
	[{ ...all(1, 2), EI2: '-1' }, 'unreadable'],
	[{ ...all(1, 2), EI2: '1.5' }, 'unreadable'],
	[{ ...all(1, 2), EI2: 'much' }, 'unreadable'],
	[{}, 'nothing-answered'],
	[{ EI1: '4', EI2: '4', EI3: '4', EI4: '4' }, 'few-answers']
] as const)('a form with %j is refused: %s', (values, reason) => {
	expect(readReply(1, values, silent)).toEqual({ ok: false, reason });
});

test('few answers are taken when the respondent says so', () => {
	const read = readReply(1, { EI1: '4', anyway: 'yes' }, silent);
	expect(read.ok && counts(1, read.value.steps)).toBe(false);
	expect(readReply(1, { EI1: '4', EI2: '4', EI3: '4', EI4: '4', EI5: '4' }, silent).ok).toBe(true);
});

test('words are taken only where they are asked for, and only so many', () => {
	const values = { ...all(1, 2), comment: ' Mer\u0000 tid.\r\nTakk. ' };
	const asked = { withComment: true };
	expect(readReply(1, values, asked)).toMatchObject({
		value: { comment: 'Mer tid.\nTakk.' }
	});
	expect(readReply(1, values, silent)).toMatchObject({ value: { comment: '' } });
	const long = { ...values, comment: 'x'.repeat(longestComment + 1) };
	expect(readReply(1, long, asked)).toEqual({ ok: false, reason: 'comment-too-long' });
});

test('whatever is read fits its wave, and every step becomes a point of the question’s own scale', () => {
	fc.assert(
		fc.property(
			fc.constantFrom(...waves),
			fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 19, maxLength: 19 }),
			(wave, picked) => {
				const values = Object.fromEntries(
					questionsAt(wave).map(({ id, steps }, at) => [id, String(Math.min(picked[at]!, steps))])
				);
				const read = readReply(wave, { ...values, anyway: 'yes' }, silent);
				if (!read.ok) return read.reason === 'nothing-answered';
				const answers = answersFrom(wave, read.value.steps);
				return (
					fits(wave, read.value.steps) &&
					itemsAt(wave).every(({ scale }, at) => {
						const answer = answers[at];
						return answer === null || (answer! >= scale.min && answer! <= scale.max);
					})
				);
			}
		)
	);
	expect(fits(1, [1, 2])).toBe(false);
	expect(fits(1, [9, 1, 1, 1, 1, 1, 1, 1, 1])).toBe(false);
});
