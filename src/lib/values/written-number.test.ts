import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
	decimalMarkOf,
	isDoubtful,
	isFormulaLike,
	plain,
	readFigures,
	takeApart,
	toMinor
} from './written-number.ts';
import type { DecimalMark } from './written-number.ts';

const value = (cell: string, mark: DecimalMark) => {
	const number = takeApart(cell);
	const decimal = number && readFigures(number.figures, mark);
	return decimal ? (number.negative ? '-' : '') + plain(decimal) : null;
};

test.each([
	['185000', 'point', '185000'],
	['185 000,50', 'comma', '185000.5'],
	['185\u00a0000,00', 'comma', '185000'],
	['185\u202f000', 'comma', '185000'],
	['1\u2009234\u2009567,8', 'comma', '1234567.8'],
	['1.234.567,89', 'comma', '1234567.89'],
	['1,234,567.89', 'point', '1234567.89'],
	["1'234'567.89", 'point', '1234567.89'],
	['kr 1 200,-', 'comma', '1200'],
	['1 200,- kr', 'comma', '1200'],
	['kr. 99,90', 'comma', '99.9'],
	['NOK 12 000', 'comma', '12000'],
	['12000 NOK', 'point', '12000'],
	['1500 kroner', 'point', '1500'],
	['€12,000.00', 'point', '12000'],
	['12.000,00 €', 'comma', '12000'],
	['US$ 5', 'point', '5'],
	['$1,000,000', 'point', '1000000'],
	['-500', 'point', '-500'],
	['−500', 'point', '-500'],
	['kr -500', 'point', '-500'],
	['-kr 500', 'point', '-500'],
	['500-', 'point', '-500'],
	['(1,500.00)', 'point', '-1500'],
	['(kr 1 500)', 'comma', '-1500'],
	['007', 'point', '7'],
	['0', 'comma', '0']
] as const)('%s, read with decimal %s, is %s', (cell, mark, expected) => {
	expect(value(cell, mark)).toBe(expected);
});

test.each(['', 'abc', '1.2.3', '12,34,5', '1,23,456', '1.000,00,0', '1e5', '12 34', '=1+1', '--5'])(
	'“%s” is no number in either way',
	(cell) => {
		expect([value(cell, 'point'), value(cell, 'comma')]).toEqual([null, null]);
	}
);

test('1.000 and 1,000 can be read in two ways, 1.00 and 1 000 cannot', () => {
	expect(['1.000', '1,000', '12.345', '12.5'].map(isDoubtful)).toEqual([true, true, true, false]);
	expect(['1.00', '1 000', '1000', '1.000.000', '1.000,00'].some(isDoubtful)).toBe(false);
});

test('one clear cell decides the column', () => {
	expect(decimalMarkOf(['1.000', '2.000', '3.500,00'])).toEqual({ mark: 'comma', mixed: false });
	expect(decimalMarkOf(['1.000', '2.500.000'])).toEqual({ mark: 'comma', mixed: false });
	expect(decimalMarkOf(['1,000', '99.5'])).toEqual({ mark: 'point', mixed: false });
});

test('nothing clear, or two clear cells that contradict each other, decide nothing', () => {
	expect(decimalMarkOf(['1.000', '2.000', '300'])).toEqual({ mark: null, mixed: false });
	expect(decimalMarkOf(['1.000,00', '1,000.00'])).toEqual({ mark: null, mixed: true });
});

test('cells that a spreadsheet would calculate are known, full-width forms included', () => {
	const cells = ['=1', '+1', '-1', '@a', '\t1', '\r1', '\uff1d1', '\uff0b1', '\uff0d1', '\uff20a'];
	expect(cells.every(isFormulaLike)).toBe(true);
	expect(['1', 'a=b', ' 1', 'kr 1'].some(isFormulaLike)).toBe(false);
});

test('money is exact where floating point is not', () => {
	const exact = (text: string, decimals: number) => {
		const decimal = readFigures(text, 'point');
		return decimal && toMinor(decimal, decimals);
	};
	expect(exact('1.005', 3)).toBe(1005);
	expect(exact('4.35', 2)).toBe(435);
	expect(exact('1.10', 2)).toBe(110);
	expect(exact('500', 0)).toBe(500);
	expect(exact('0.001', 2)).toBe('too-many-decimals');
	expect(exact('90071992547409.91', 2)).toBe(Number.MAX_SAFE_INTEGER);
	expect(exact('90071992547409.92', 2)).toBe('too-large');
});

test('every amount comes back exactly, however it is grouped and marked', () => {
	const styles = fc.constantFrom(
		...([
			['point', ''],
			['point', ','],
			['point', ' '],
			['point', "'"],
			['comma', ''],
			['comma', '.'],
			['comma', '\u00a0'],
			['comma', '\u2009']
		] as const)
	);
	const around = fc.constantFrom(
		...[
			['', ''],
			['kr ', ''],
			['', ' NOK'],
			['€', ''],
			[' ', ' ']
		]
	);
	fc.assert(
		fc.property(fc.maxSafeNat(), styles, around, (minor, [mark, group], [before, after]) => {
			const digits = String(minor).padStart(3, '0');
			const whole = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, group);
			const written = `${before}${whole}${mark === 'point' ? '.' : ','}${digits.slice(-2)}${after}`;
			const number = takeApart(written);
			const decimal = number && readFigures(number.figures, mark);
			expect(decimal && toMinor(decimal, 2)).toBe(minor);
			expect(isDoubtful(number?.figures ?? '')).toBe(false);
		})
	);
});
