import { expect, test } from 'vitest';
import { readCode, showCode, stepAt, stepsNow } from './second-step.ts';

test('a step is half a minute', () => {
	expect(stepAt(new Date(0))).toBe(0);
	expect(stepAt(new Date(29_999))).toBe(0);
	// RFC 6238, appendix B: 1111111109 s is step 0x23523EC.
	expect(stepAt(new Date(1_111_111_109_000))).toBe(0x23523ec);
});

test('the step before and after are taken, and none that is not later than the last one taken', () => {
	const now = new Date(100 * 30_000);
	expect(stepsNow(now, 0)).toEqual([100, 99, 101]);
	expect(stepsNow(now, 99)).toEqual([100, 101]);
	expect(stepsNow(now, 101)).toEqual([]);
});

test('codes are read as people type them', () => {
	expect(readCode(' 123 456 ')).toEqual({ app: '123456' });
	expect(readCode('0123-4567-89AB-cdef-0123')).toEqual({ recovery: '0123456789abcdef0123' });
	for (const not of ['', '12345', '1234567', 'abcdef', '0123-4567-89ab-cdef-012g'])
		expect(readCode(not)).toBeNull();
	expect(showCode('0123456789abcdef0123')).toBe('0123-4567-89ab-cdef-0123');
});
