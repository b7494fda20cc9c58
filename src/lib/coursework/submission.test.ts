import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
	bodyRefusal,
	cleanBody,
	from,
	may,
	ownWords,
	statuses,
	to,
	type Move,
	type Status
} from './submission.ts';

const everyMove: Move[] = ['save', 'submit', 'pickUp', 'accept', 'return', 'resubmit'];

test.each([
	['draft', ['save', 'submit']],
	['submitted', ['pickUp', 'accept', 'return']],
	['in-review', ['accept', 'return']],
	['accepted', []],
	['returned', ['resubmit']]
] as [Status, Move[]][])('a %s attempt may %s', (status, moves) => {
	expect(everyMove.filter((move) => may(move, { status }))).toEqual(moves);
});

test('whatever is tried in whatever order, an attempt is handed in once and answered once', () => {
	fc.assert(
		fc.property(fc.array(fc.constantFrom(...everyMove), { maxLength: 40 }), (tried) => {
			let status: Status = 'draft';
			const made: Move[] = [];
			for (const move of tried) {
				if (!may(move, { status }) || !(move in to)) continue;
				status = to[move as keyof typeof to];
				made.push(move);
			}
			expect(made.filter((move) => move === 'submit').length).toBeLessThanOrEqual(1);
			expect(
				made.filter((move) => move === 'accept' || move === 'return').length
			).toBeLessThanOrEqual(1);
			expect(statuses.indexOf(status)).toBeGreaterThanOrEqual(0);
		})
	);
});

test('no move starts from an accepted attempt', () => {
	expect(everyMove.flatMap(from)).not.toContain('accepted');
});

const template =
	'## The pattern\nTwo sentences: when it comes, and what I do.\n\n## What I tried\nWhen, and what happened.';
const filled = (words: number) =>
	template.replace('When, and what happened.', 'word '.repeat(words));

test('the skeleton alone is empty, whatever its line ends', () => {
	expect(bodyRefusal('', template)).toBe('empty');
	expect(bodyRefusal('  \n\n', template)).toBe('empty');
	expect(bodyRefusal(template, template)).toBe('empty');
	expect(bodyRefusal(cleanBody(template.replaceAll('\n', '\r\n')), template)).toBe('empty');
	expect(bodyRefusal('## The pattern\n\n---\n\n* * *', template)).toBe('empty');
});

test('twenty own words are enough, nineteen are not', () => {
	expect(ownWords(filled(19), template)).toBe(19);
	expect(bodyRefusal(filled(19), template)).toBe('too-short');
	expect(bodyRefusal(filled(20), template)).toBeNull();
});

test('a text longer than the column is refused before it reaches it', () => {
	expect(bodyRefusal('a '.repeat(30_000), template)).toBeNull();
	expect(bodyRefusal('a '.repeat(30_000) + 'b', template)).toBe('too-long');
});
