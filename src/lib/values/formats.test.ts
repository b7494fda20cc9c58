import { expect, test } from 'vitest';
import { dateFormat, numberFormat } from './formats.ts';

test('the same language and options are made once', () => {
	expect(dateFormat('nb', { month: 'long' })).toBe(dateFormat('nb', { month: 'long' }));
});

test('another language, option or zone is another format', () => {
	const options = { hour: '2-digit', minute: '2-digit' } as const;
	const instant = new Date('2026-01-05T12:00:00Z');
	expect(dateFormat('en-GB', { ...options, timeZone: 'UTC' }).format(instant)).toBe('12:00');
	expect(dateFormat('en-GB', { ...options, timeZone: 'Europe/Oslo' }).format(instant)).toBe(
		'13:00'
	);
	expect(numberFormat('en').format(1234.5)).toBe('1,234.5');
	expect(numberFormat('nb').format(1234.5)).not.toBe('1,234.5');
});

test('however many are asked for, each is right', () => {
	for (let digits = 0; digits < 900; digits += 1) {
		const options = { minimumIntegerDigits: 1 + (digits % 20), maximumFractionDigits: digits % 90 };
		expect(numberFormat('en', options).resolvedOptions().maximumFractionDigits).toBe(digits % 90);
	}
});

test('a zone that does not exist is refused every time', () => {
	for (const time of [1, 2]) {
		expect(() => dateFormat('en', { timeZone: 'Nowhere/Else' }), `time ${time}`).toThrow(
			RangeError
		);
	}
});
