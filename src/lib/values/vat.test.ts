import { expect, test } from 'vitest';
import { vatIn } from './vat.ts';

test.each([
	[8_700_000, 2500, 1_740_000],
	[125, 2500, 25],
	[100, 2500, 20],
	[103, 2500, 21],
	[102, 2500, 20],
	[1, 10_000, 1],
	[10_000, 1250, 1_111],
	[99_900, 600, 5_655],
	[0, 2500, 0],
	[9_007_199_254_740_990, 2500, 1_801_439_850_948_198]
])('of %i at a rate of %i, %i is tax', (amount, rate, tax) => {
	expect(vatIn(amount, { rate, included: true })).toBe(tax);
});
