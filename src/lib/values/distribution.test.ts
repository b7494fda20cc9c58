import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normalCdf, normalQuantile, tCdf, tQuantile } from './distribution.ts';

test.each([
	[1, 12.7062047362],
	[2, 4.3026527297],
	[3, 3.1824463053],
	[4, 2.7764451052],
	[5, 2.5705818356],
	[7, 2.3646242516],
	[9.347, 2.2494199897]
])('the 97.5 % point of t with %d degrees of freedom is that of the tables', (df, expected) => {
	expect(tQuantile(0.975, df)).toBeCloseTo(expected, 7);
});

test('probabilities are those of the tables, also far out', () => {
	expect(tCdf(1.3, 7)).toBeCloseTo(0.8826160823, 8);
	expect(normalCdf(0.1234)).toBeCloseTo(0.5491048215, 9);
	expect(normalCdf(-4) / 3.167124e-5).toBeCloseTo(1, 6);
	expect(normalQuantile(0.9)).toBeCloseTo(1.2815515655, 9);
});

test('with very many degrees of freedom t is the normal distribution', () => {
	expect(tCdf(1.3, 1e6)).toBeCloseTo(normalCdf(1.3), 6);
	expect(tQuantile(0.975, 1e6)).toBeCloseTo(1.96, 4);
});

test('quantile and probability undo each other', () => {
	fc.assert(
		fc.property(
			fc.double({ min: 0.001, max: 0.999, noNaN: true }),
			fc.double({ min: 1, max: 400, noNaN: true }),
			(p, df) => {
				expect(tCdf(tQuantile(p, df), df)).toBeCloseTo(p, 6);
				expect(normalCdf(normalQuantile(p))).toBeCloseTo(p, 9);
			}
		)
	);
});

test('an infinitely large statistic is certain, either way', () => {
	expect(tCdf(-1e9, 5)).toBeCloseTo(0, 9);
	expect(tCdf(1e9, 5)).toBeCloseTo(1, 9);
	expect(normalCdf(-Infinity)).toBe(0);
	expect(normalCdf(Infinity)).toBe(1);
});
