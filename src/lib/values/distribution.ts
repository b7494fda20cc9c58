// Student t and normal distribution. The numerics are the library's; only this file knows which one.
import wrapped from 'jstat';

const { normal, studentt } = wrapped.jStat;

/** P(T <= x) for Student's t with `df` > 0 degrees of freedom (`df` need not be whole). */
export const tCdf = (x: number, df: number): number => studentt.cdf(x, df);

/** The x with P(T <= x) = p, for 0 < p < 1 and `df` > 0. */
export const tQuantile = (p: number, df: number): number => studentt.inv(p, df);

/** P(Z <= x) for the standard normal distribution. */
export const normalCdf = (x: number): number => normal.cdf(x, 0, 1);

/** The x with P(Z <= x) = p, for 0 < p < 1. */
export const normalQuantile = (p: number): number => normal.inv(p, 0, 1);
