import { expect, test } from 'vitest';
import { dayWords, signed, signedPercent, waveName } from './wave-words.ts';

test('a pulse is named by its week, the two ends by what they are', () => {
	const names = [
		waveName({ kind: 'baseline', week: 0 }),
		waveName({ kind: 'pulse', week: 4 }),
		waveName({ kind: 'pulse', week: 6 }),
		waveName({ kind: 'endline', week: 13 })
	];
	expect(new Set(names).size).toBe(4);
	expect(names[1]).toContain('4');
});

test('a change carries its sign, a real minus, and nothing when there is none', () => {
	expect([21, -3, 0].map((value) => signedPercent(value, 'en'))).toEqual([
		'+21\u00a0%',
		'\u22123\u00a0%',
		'0\u00a0%'
	]);
	expect(signed(-3, 'nb')).toBe('\u22123');
	expect(signed(1.5, 'nb')).toBe('+1,5');
});

test('a day is that day wherever it is read, an instant is a day in its zone', () => {
	expect(dayWords('2027-01-04', 'en')).toBe('Monday 4 January');
	expect(dayWords('2027-01-04', 'nb')).toBe('mandag 4. januar');
	expect(dayWords(new Date('2027-01-04T23:30:00Z'), 'en', 'Europe/Oslo')).toBe('Tuesday 5 January');
});
