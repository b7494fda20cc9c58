// What a cohort shows (method 7). The unit is the leader, since the promise is made to each one:
// all leaders stay in the count, also those who did badly or left.
import { mean, sampleVariance, sum } from 'simple-statistics';
import { tCdf, tQuantile } from '#lib/values/distribution.ts';
import type { Verdict } from '#lib/engagement/evidence.ts';

/** With fewer leaders there is a list and no figure. */
export const fewestLeaders = 3;

/** A leader's effect: ln ratio (sales, revenue) or points (engagement), with its standard error. */
export type Effect = { y: number; se: number };

export type TypicalLeader = {
	/** Variance between leaders, DerSimonian-Laird. */
	tau2: number;
	mu: number;
	se: number;
	/** 95 %, modified Knapp-Hartung. */
	ci: [low: number, high: number];
};

/** The typical leader by a random-effects mean of three or more; `null` for fewer. */
export function typicalLeader(effects: readonly Effect[]): TypicalLeader | null {
	const k = effects.length;
	if (k < fewestLeaders) return null;
	const fixed = weighted(effects, 0);
	const heterogeneity = spreadAround(effects, fixed.mu, 0);
	const scale = fixed.weight - sum(effects.map(({ se }) => se ** -4)) / fixed.weight;
	const tau2 = Math.max(0, (heterogeneity - (k - 1)) / scale);
	const { mu, weight } = weighted(effects, tau2);
	const q = spreadAround(effects, mu, tau2) / (k - 1);
	const se = Math.sqrt(Math.max(1, q) / weight);
	const reach = tQuantile(0.975, k - 1) * se;
	return { tau2, mu, se, ci: [mu - reach, mu + reach] };
}

const weightOf = ({ se }: Effect, tau2: number) => 1 / (se ** 2 + tau2);

function weighted(effects: readonly Effect[], tau2: number) {
	const weight = sum(effects.map((effect) => weightOf(effect, tau2)));
	return { weight, mu: sum(effects.map((effect) => weightOf(effect, tau2) * effect.y)) / weight };
}

const spreadAround = (effects: readonly Effect[], mu: number, tau2: number) =>
	sum(effects.map((effect) => weightOf(effect, tau2) * (effect.y - mu) ** 2));

/** An effect on the ln scale as per cent. */
export const asPercent = (lnRatio: number): number => 100 * (Math.exp(lnRatio) - 1);

/** How many leaders reached the goal, of all who started (method 7.1). */
export type LeaderCount = { reached: number; of: number; left: number; notMeasurable: number };

/** Counts leaders; who left is counted, and has not reached the goal unless the verdict says so. */
export function countLeaders(
	leaders: readonly { verdict: Verdict; leftInWeek: number | null }[]
): LeaderCount {
	const having = (...wanted: Verdict[]) =>
		leaders.filter(({ verdict }) => wanted.includes(verdict)).length;
	return {
		reached: having('met_robust', 'met_primary_only'),
		of: leaders.length,
		left: leaders.filter(({ leftInWeek }) => leftInWeek !== null).length,
		notMeasurable: having('not_measurable')
	};
}

/** The last verdict of a leader who stops: "not met", unless the window closed with data (7). */
export const verdictOnLeaving = (verdict: Verdict, windowClosed: boolean): Verdict =>
	windowClosed ? verdict : 'not_met';

/**
 * The cohort's money in one currency (7.3), for coach and admin only and never without the typical
 * leader beside it. `null` when there was nothing to start from.
 */
export function moneyUpliftPct(
	leaders: readonly { program: number; counterfactual: number }[]
): number | null {
	const expected = sum(leaders.map(({ counterfactual }) => counterfactual));
	return expected > 0 ? 100 * (sum(leaders.map(({ program }) => program)) / expected - 1) : null;
}

/**
 * What is left of an uplift when an unusually low start is partly luck: the baseline `before` is
 * moved towards the rate `year` of 52 weeks (method 7, regression to the mean).
 * @param rho reliability of a half-year's rate, 0..1.
 */
export function reboundAdjusted(
	{ before, year, program }: { before: number; year: number; program: number },
	rho = 0.5
): { baseline: number; upliftPct: number; expectedReboundPct: number } {
	const baseline = year + rho * (before - year);
	return {
		baseline,
		upliftPct: 100 * (program / baseline - 1),
		expectedReboundPct: 100 * (baseline / before - 1)
	};
}

export type Difference = {
	difference: number;
	se: number;
	df: number;
	ci: [low: number, high: number];
	pAny: number;
};

/**
 * Difference of ln ratios between leaders in the program and leaders who had not started yet
 * (Welch; method 7). `null` with fewer than two on a side, or without any spread.
 */
export function comparedWithWaiting(
	treated: readonly number[],
	waiting: readonly number[]
): Difference | null {
	if (treated.length < 2 || waiting.length < 2) return null;
	const [one, other] = [treated, waiting].map((values) => ({
		variance: sampleVariance([...values]) / values.length,
		df: values.length - 1
	})) as [Part, Part];
	const variance = one.variance + other.variance;
	if (variance === 0) return null;
	const df = variance ** 2 / (one.variance ** 2 / one.df + other.variance ** 2 / other.df);
	const difference = mean([...treated]) - mean([...waiting]);
	const se = Math.sqrt(variance);
	const reach = tQuantile(0.975, df) * se;
	return {
		difference,
		se,
		df,
		ci: [difference - reach, difference + reach],
		pAny: tCdf(difference / se, df)
	};
}

type Part = { variance: number; df: number };
