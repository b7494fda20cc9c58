import { expect, test } from 'vitest';
import { dueOn, isOpen, minutesToRead, opensOn, partsOf } from './lesson.ts';

const dayZero = '2027-01-11';

test('week 0 is open at once, the others with their week', () => {
	expect(opensOn(0, dayZero)).toBeNull();
	expect(opensOn(1, dayZero)).toBe('2027-01-11');
	expect(opensOn(7, dayZero)).toBe('2027-02-22');
	expect(opensOn(13, dayZero)).toBe('2027-04-05');
	expect(isOpen(0, dayZero, '2026-12-01')).toBe(true);
	expect(isOpen(1, dayZero, '2027-01-10')).toBe(false);
	expect(isOpen(1, dayZero, '2027-01-11')).toBe(true);
});

test('a module is due with the last day of its week, the closing one two weeks after the end', () => {
	expect(dueOn(0, dayZero)).toBe('2027-01-10');
	expect(dueOn(1, dayZero)).toBe('2027-01-17');
	expect(dueOn(12, dayZero)).toBe('2027-04-04');
	expect(dueOn(13, dayZero)).toBe('2027-04-26');
});

test('reading time is counted in whole minutes of 200 words', () => {
	expect(minutesToRead('')).toBe(1);
	expect(minutesToRead('word '.repeat(200))).toBe(1);
	expect(minutesToRead('word '.repeat(201))).toBe(2);
});

test('the field task is the last part of a lesson', () => {
	expect(partsOf('<p>Read.</p>\n<h2>Field task</h2>\n<p>Do.</p>')).toEqual({
		reading: '<p>Read.</p>\n',
		fieldTask: '\n<p>Do.</p>'
	});
	expect(partsOf('<p>Read.</p>')).toEqual({ reading: '<p>Read.</p>', fieldTask: null });
});
