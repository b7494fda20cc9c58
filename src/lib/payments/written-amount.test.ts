import { expect, test } from 'vitest';
import { writtenAmount } from './written-amount.ts';

test.each([
	['1250', 'NOK', 125_000],
	['1 250', 'NOK', 125_000],
	['1250,5', 'NOK', 125_050],
	['1250.50', 'NOK', 125_050],
	['500', 'JPY', 500],
	['1.250', 'NOK', null],
	['500,5', 'JPY', null],
	['-5', 'NOK', null],
	['abc', 'NOK', null],
	['', 'NOK', null],
	['5', 'nonsense', null]
])('“%s” in %s is %s in the smallest unit', (text, currency, amount) => {
	expect(writtenAmount(text, currency)).toBe(amount);
});
