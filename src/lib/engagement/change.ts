// How much the team's engagement has changed between the baseline and a later wave, unrounded.
// What may be shown of it is decided in publication.ts and nowhere else.
import { mean, sampleCorrelation, sampleCovariance, sampleVariance } from 'simple-statistics';
import { tCdf, tQuantile } from '#lib/values/distribution.ts';
import { defaultGoal, reachesGoal } from './evidence.ts';
import { engagementIndex, validScores, type ByRespondent } from './score.ts';

export const defaultMinGroup = 5;
/** Method 2.6 R2: chosen before the baseline opens, told to the respondents, frozen then. */
export const minGroupRange = { min: 4, max: 10 } as const;

/** Below this baseline a per cent says nothing: only points (method 3.1). */
export const lowestForPercent = 20;
/** Spread of change assumed at least, in points: all moving alike is no certainty (method 3.2). */
const smallestSpread = 5;

export type Interval = [low: number, high: number];

type Counts = {
	/** People with a valid score at the baseline, at the wave, at both. */
	nB: number;
	nE: number;
	nP: number;
};

/** Too few people: counts for the log, and nothing else. */
export type Suppressed = Counts & {
	state: 'suppressed';
	B: null;
	E: null;
	delta: null;
	upliftPct: null;
	headroomPct: null;
	se: null;
	df: null;
	ciPts: null;
	ciPct: null;
	pGoal: null;
	pAny: null;
	observedGoalMet: null;
};

export type Measured = Counts & {
	state: 'same_people' | 'mostly_different_people';
	/** Means at the baseline and at the wave, 0..100. */
	B: number;
	E: number;
	/** `E - B`, points. */
	delta: number;
	/** `100 * (E / B - 1)`; this and all that hangs on the goal is `null` when `B` is below 20. */
	upliftPct: number | null;
	/** Part of the way from `B` to 100 that was gone. */
	headroomPct: number | null;
	se: number;
	df: number;
	/** 95 % intervals. */
	ciPts: Interval;
	ciPct: Interval | null;
	/** How sure one may be that the true rise reaches the goal; that there is any. */
	pGoal: number | null;
	pAny: number;
	observedGoalMet: boolean | null;
};

export type Change = Suppressed | Measured;

export type Policy = { minGroup?: number | undefined; goal?: number | undefined };

/**
 * Change of the Engagement Index from answers by respondent key (method 3.2).
 * `minGroup` (people) comes from the frozen policy of the enrollment, never from a request.
 */
export const engagementChange = ({
	baseline,
	wave,
	...policy
}: { baseline: ByRespondent; wave: ByRespondent } & Policy): Change =>
	changeBetween(validScores(baseline, engagementIndex), validScores(wave, engagementIndex), policy);

/** Change between two sets of persons' scores of one index, 0..100, by respondent key. */
export function changeBetween(
	baseline: ReadonlyMap<string, number>,
	wave: ReadonlyMap<string, number>,
	{ minGroup = defaultMinGroup, goal = defaultGoal }: Policy = {}
): Change {
	const both = [...baseline.keys()].filter((key) => wave.has(key));
	const counts = { nB: baseline.size, nE: wave.size, nP: both.length };
	if (counts.nB < minGroup || counts.nE < minGroup) return suppressed(counts);
	const pairs = {
		before: both.map((key) => baseline.get(key) ?? NaN),
		after: both.map((key) => wave.get(key) ?? NaN)
	};
	return both.length >= minGroup
		? measured('same_people', counts, samePeople(pairs), goal)
		: measured(
				'mostly_different_people',
				counts,
				differentPeople([...baseline.values()], [...wave.values()], pairs),
				goal
			);
}

const suppressed = (counts: Counts): Suppressed => ({
	state: 'suppressed',
	...counts,
	B: null,
	E: null,
	delta: null,
	upliftPct: null,
	headroomPct: null,
	se: null,
	df: null,
	ciPts: null,
	ciPct: null,
	pGoal: null,
	pAny: null,
	observedGoalMet: null
});

type Pairs = { before: number[]; after: number[] };

/** Two means with their variances, their covariance, degrees of freedom and the smallest SE. */
type Means = {
	B: number;
	E: number;
	varB: number;
	varE: number;
	cov: number;
	df: number;
	floor: number;
};

function samePeople({ before, after }: Pairs): Means {
	const n = before.length;
	return {
		B: mean(before),
		E: mean(after),
		varB: sampleVariance(before) / n,
		varE: sampleVariance(after) / n,
		cov: sampleCovariance(before, after) / n,
		df: n - 1,
		floor: smallestSpread / Math.sqrt(n)
	};
}

/** Partially overlapping samples (Derrick et al. 2017; method 3.2). */
function differentPeople(baseline: number[], wave: number[], pairs: Pairs): Means {
	const [nB, nE, nP] = [baseline.length, wave.length, pairs.before.length];
	const varB = sampleVariance(baseline) / nB;
	const varE = sampleVariance(wave) / nE;
	const fewest = Math.min(nB, nE);
	// Without any spread the Welch formula is 0/0; its smallest possible value is then the careful one.
	const gamma =
		varB + varE === 0
			? fewest - 1
			: (varB + varE) ** 2 / (varB ** 2 / (nB - 1) + varE ** 2 / (nE - 1));
	const unpaired = nB - nP + (nE - nP);
	return {
		B: mean(baseline),
		E: mean(wave),
		varB,
		varE,
		cov: (correlation(pairs) * Math.sqrt(varB * nB * varE * nE) * nP) / (nB * nE),
		df: nP - 1 + ((gamma - nP + 1) / (unpaired + 2 * nP)) * unpaired,
		floor: smallestSpread / Math.sqrt(fewest)
	};
}

function correlation({ before, after }: Pairs): number {
	if (before.length < 3) return 0;
	const spread = sampleVariance(before) > 0 && sampleVariance(after) > 0;
	return spread ? sampleCorrelation(before, after) : 0;
}

function measured(state: Measured['state'], counts: Counts, means: Means, goal: number): Measured {
	const { B, E, df } = means;
	const delta = E - B;
	const se = errorOf(means, 1);
	const t = tQuantile(0.975, df);
	const ciPts: Interval = [delta - t * se, delta + t * se];
	const inPercent = B >= lowestForPercent;
	const upliftPct = inPercent ? 100 * (E / B - 1) : null;
	const target = 1 + goal;
	return {
		state,
		...counts,
		B,
		E,
		delta,
		upliftPct,
		headroomPct: inPercent && B < 100 ? (100 * delta) / (100 - B) : null,
		se,
		df,
		ciPts,
		ciPct: inPercent ? percentInterval(means, t, ciPts) : null,
		pGoal: inPercent ? tCdf((E - target * B) / errorOf(means, target), df) : null,
		pAny: tCdf(delta / se, df),
		observedGoalMet: upliftPct === null ? null : reachesGoal(upliftPct, goal)
	};
}

/** Standard error of `E - times * B`. */
function errorOf({ varB, varE, cov, floor }: Means, times: number): number {
	const variance = varE + times ** 2 * varB - 2 * times * cov;
	return Math.max(Math.sqrt(Math.max(0, variance)), floor);
}

/** Fieller's limits of `E / B`, widened to those of the points when these reach further. */
function percentInterval({ B, E, varB, varE, cov }: Means, t: number, ciPts: Interval): Interval {
	const fromPoints: Interval = [(100 * ciPts[0]) / B, (100 * ciPts[1]) / B];
	const den = B ** 2 - t ** 2 * varB;
	if (den <= 0) return fromPoints;
	const middle = E * B - t ** 2 * cov;
	const root = Math.sqrt(Math.max(0, middle ** 2 - (E ** 2 - t ** 2 * varE) * den));
	return [
		Math.min(100 * ((middle - root) / den - 1), fromPoints[0]),
		Math.max(100 * ((middle + root) / den - 1), fromPoints[1])
	];
}
