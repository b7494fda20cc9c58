// How sales and revenue compare with their baseline, from the won deals themselves, unrounded.
// One method for both pillars: sales is revenue with every amount counted as 1 (method 4.3).
import { mean, sampleStandardDeviation, sampleVariance, sum } from 'simple-statistics';
import { defaultGoal, reachesGoal } from '#lib/engagement/evidence.ts';
import { tCdf, tQuantile } from '#lib/values/distribution.ts';

/** Fewer effective deals than this carry no interval; in the baseline, no verdict (method 4.3). */
export const fewestEffectiveDeals = 5;

/** Won deals of a window, as sums: amounts in any one unit. */
export type Deals = {
	count: number;
	/** R, the sum of the amounts. */
	revenue: number;
	/** Q, the sum of their squares: the variance of a compound Poisson sum. */
	squares: number;
};

/** Sums up won deals; amounts are >= 0. */
export const sumOfDeals = (amounts: readonly number[]): Deals => ({
	count: amounts.length,
	revenue: sum([...amounts]),
	squares: sum(amounts.map((amount) => amount ** 2))
});

/** Number of equal deals that would be as certain; one giant deal pulls it towards 1; 0 for none. */
export const effectiveDeals = ({ revenue, squares }: Pick<Deals, 'revenue' | 'squares'>): number =>
	squares > 0 ? revenue ** 2 / squares : 0;

/** What a window brought in: revenue, its effective deals, and weeks of exposure (> 0). */
export type Window = { revenue: number; neff: number; exposure: number };

/** A window from won deals. `exposure` in ramped seller weeks, or calendar weeks for the total. */
export function windowOf(amounts: readonly number[], exposure: number): Window {
	const deals = sumOfDeals(amounts);
	return { revenue: deals.revenue, neff: effectiveDeals(deals), exposure };
}

/** The sales pillar: the same deals, each counted as 1. */
export const salesWindowOf = (amounts: readonly number[], exposure: number): Window =>
	windowOf(
		amounts.map(() => 1),
		exposure
	);

export type Ratio = {
	/** `null` when the baseline is 0. */
	upliftPct: number | null;
	lnRatio: number | null;
	/** These five are `null` when there are too few deals for an interval. */
	se: number | null;
	df: number | null;
	ciPct: [low: number, high: number] | null;
	pGoal: number | null;
	pAny: number | null;
	observedGoalMet: boolean | null;
	/** Five effective deals or more in both windows. */
	enough: boolean;
};

export type RatioInput = {
	baseline: Window;
	program: Window;
	/** The same two windows a year before, to take the season out (BSEA, method 4.2). */
	lastYear?: { baseline: Window; program: Window };
	goal?: number | undefined;
	/** Extra-Poisson spread, 1 to 4. */
	phi?: number | undefined;
};

/** Ratio of two rates with its interval (method 4.3; with `lastYear` corrected for season, 4.2). */
export function ratioOf({
	baseline,
	program,
	lastYear,
	goal = defaultGoal,
	phi = 1
}: RatioInput): Ratio {
	const season = lastYear ? rateRatio(lastYear.baseline, lastYear.program) : 1;
	const ratio = rateRatio(baseline, program) / season;
	const windows = [baseline, program, ...(lastYear ? [lastYear.baseline, lastYear.program] : [])];
	const neffs = windows.map(({ neff }) => neff);
	const enough = baseline.neff >= fewestEffectiveDeals && program.neff >= fewestEffectiveDeals;
	const { upliftPct, lnRatio, observedGoalMet } = observedOf(ratio, goal);
	const interval =
		enough && lnRatio !== null
			? intervalOf(lnRatio, ...errorOf(neffs, phi), goal)
			: withoutInterval;
	return { upliftPct, lnRatio, ...interval, observedGoalMet, enough };
}

/** Standard error of a ln ratio and its degrees of freedom, from the effective deals behind it. */
function errorOf(neffs: number[], phi: number): [se: number, df: number] {
	const se = Math.sqrt(phi * sum(neffs.map((neff) => 1 / neff)));
	return [se, Math.max(2, sum(neffs) - neffs.length)];
}

const withoutInterval = { se: null, df: null, ciPct: null, pGoal: null, pAny: null };

const rateRatio = (before: Window, after: Window) =>
	after.revenue / after.exposure / (before.revenue / before.exposure);

/** What was observed, whatever luck had to do with it. */
function observedOf(ratio: number, goal: number) {
	if (!Number.isFinite(ratio)) return { upliftPct: null, lnRatio: null, observedGoalMet: null };
	const upliftPct = 100 * (ratio - 1);
	return {
		upliftPct,
		lnRatio: ratio > 0 ? Math.log(ratio) : null,
		observedGoalMet: reachesGoal(upliftPct, goal)
	};
}

function intervalOf(lnRatio: number, se: number, df: number, goal: number) {
	const reach = tQuantile(0.975, df) * se;
	const ciPct: [number, number] = [
		100 * (Math.exp(lnRatio - reach) - 1),
		100 * (Math.exp(lnRatio + reach) - 1)
	];
	return {
		se,
		df,
		ciPct,
		pGoal: tCdf((lnRatio - Math.log(1 + goal)) / se, df),
		pAny: tCdf(lnRatio / se, df)
	};
}

/** Season of last year: how much better the program's weeks were than the weeks before them. */
export const seasonalIndex = (lastYear: { baseline: Window; program: Window }): number =>
	rateRatio(lastYear.baseline, lastYear.program);

/** Whether the season is strong and known well enough to make BSEA the primary baseline (4.2). */
export const seasonMatters = (lastYear: { baseline: Window; program: Window }): boolean =>
	Math.abs(Math.log(seasonalIndex(lastYear))) > Math.log(1.1) &&
	Math.min(lastYear.baseline.neff, lastYear.program.neff) >= 10;

/** Extra-Poisson spread from six or more monthly totals and the squares of their deals (4.3). */
export const extraSpread = (monthlyTotals: readonly number[], squares: number): number =>
	monthlyTotals.length < 6 || squares <= 0
		? 1
		: Math.min(
				4,
				Math.max(1, sampleVariance([...monthlyTotals]) / (squares / monthlyTotals.length))
			);

export type MonthlyRatio = {
	upliftPct: number;
	cv: number;
	se: number;
	df: number;
	ciPct: [low: number, high: number] | null;
	pGoal: number | null;
};

/**
 * Where only monthly totals exist (method 4.5): six or more months of baseline with a sum above 0,
 * and the three of the program. Months that are all alike, or a program of 0, leave no interval.
 */
export function monthlyRatio({
	baseline,
	program,
	goal = defaultGoal
}: {
	baseline: readonly number[];
	program: readonly number[];
	goal?: number | undefined;
}): MonthlyRatio {
	const before = mean([...baseline]);
	const cv = sampleStandardDeviation([...baseline]) / before;
	const se = cv * Math.sqrt(1 / baseline.length + 1 / program.length);
	const df = baseline.length - 1;
	const ratio = mean([...program]) / before;
	const interval =
		ratio > 0 && se > 0 ? intervalOf(Math.log(ratio), se, df, goal) : withoutInterval;
	const { ciPct, pGoal } = interval;
	return { upliftPct: 100 * (ratio - 1), cv, se, df, ciPct, pGoal };
}
