// What is said of a pillar and of the promise when a window has closed (method 6): the observed
// result and the strength of evidence, always both, in fixed words.
import { defaultMinGroup, lowestForPercent } from '#lib/engagement/change.ts';
import { levelOf, resultTexts, type Level } from '#lib/engagement/publication.ts';
import {
	evidenceFor,
	inWords,
	toNearest,
	toWhole,
	type Evidence,
	type ProbabilityWords,
	type ResultText,
	type Verdict
} from '#lib/engagement/evidence.ts';
import type { EngagementTrajectory, Status } from './forecast.ts';
import { fewestEffectiveDeals, type Ratio } from './ratio.ts';

export const pillars = ['engagement', 'sales', 'revenue'] as const;
export type Pillar = (typeof pillars)[number];

/** The measure that an address asks for; sales when it names none. */
export const measureIn = (query: URLSearchParams): Pillar =>
	pillars.find((pillar) => pillar === query.get('measure')) ?? 'sales';

/** Shortest history for any verdict, in weeks (method 4.2). */
const shortestHistory = 13;
/** Below this share of the long-run rate the start was unusually low (method 7). */
const lowStartShare = 0.9;

export type DealsFigures = {
	closed: boolean;
	/** Whether the baseline was locked, and how many weeks of history it had. */
	locked: boolean;
	historyWeeks: number;
	/** Effective deals of the baseline and of the program window. */
	neff: { baseline: number; program: number };
	/** The ratio on the primary baseline, and on every other that the data allow (method 4.2). */
	primary: Ratio;
	others: readonly Pick<Ratio, 'observedGoalMet'>[];
	/** A major event lies inside one of the windows (method 4.7). */
	majorEvent?: boolean;
	lowStart?: boolean;
	goal?: number;
};

/** A result as it is shown: per cent in whole numbers, words, keys of sentences. */
export type PillarResult = {
	verdict: Verdict;
	/** `null` where there is no verdict. */
	evidence: Evidence | null;
	upliftPct: number | null;
	ciPct: [low: number, high: number] | null;
	pAnyWords: ProbabilityWords | null;
	/** For "about {neff} effective deals". */
	effectiveDeals: number;
	texts: ResultText[];
};

/** Verdict of the sales or the revenue pillar, judged on unrounded figures, shown in whole ones. */
export function dealsVerdict(figures: DealsFigures): PillarResult {
	const { primary, neff } = figures;
	const verdict = verdictOn(figures);
	const judged = verdict !== 'not_measurable' && verdict !== 'in_progress';
	const interval = judged && neff.program >= fewestEffectiveDeals ? primary.ciPct : null;
	const evidence = judged ? evidenceFor(interval && primary.pGoal, figures.majorEvent) : null;
	return {
		verdict,
		evidence,
		upliftPct: judged && primary.upliftPct !== null ? toWhole(primary.upliftPct) : null,
		ciPct: interval && [toWhole(interval[0]), toWhole(interval[1])],
		pAnyWords: interval && primary.pAny !== null ? inWords(primary.pAny) : null,
		effectiveDeals: toWhole(neff.program),
		texts: [
			...resultTexts(verdict, evidence),
			...(judged && figures.lowStart ? (['rtm'] as const) : []),
			...(judged ? (['small'] as const) : [])
		]
	};
}

function verdictOn({
	closed,
	locked,
	historyWeeks,
	neff,
	primary: { upliftPct, observedGoalMet },
	others
}: DealsFigures): Verdict {
	const history = historyWeeks >= shortestHistory && neff.baseline >= fewestEffectiveDeals;
	if (!locked || !history || upliftPct === null) return 'not_measurable';
	if (!closed) return 'in_progress';
	if (observedGoalMet)
		return others.every((other) => other.observedGoalMet) ? 'met_robust' : 'met_primary_only';
	return upliftPct < 0 ? 'fell' : 'not_met';
}

/** Whether the start was unusually low: both rates per the same exposure (method 7). */
export const startedLow = (baselineRate: number, yearRate: number): boolean =>
	baselineRate < lowStartShare * yearRate;

export type PromiseLine = {
	/** Pillars that reached the goal. */
	met: number;
	of: number;
	notMeasurable: number;
	inProgress: number;
	/** Only with all three (method 0 and 6). */
	kept: boolean;
};

const reached = (verdict: Verdict) => verdict === 'met_robust' || verdict === 'met_primary_only';

/** "{m} of 3 pillars reached the goal". */
export function promiseLine(verdicts: Readonly<Record<Pillar, Verdict>>): PromiseLine {
	const all = pillars.map((pillar) => verdicts[pillar]);
	const met = all.filter(reached).length;
	return {
		met,
		of: pillars.length,
		notMeasurable: all.filter((verdict) => verdict === 'not_measurable').length,
		inProgress: all.filter((verdict) => verdict === 'in_progress').length,
		kept: met === pillars.length
	};
}

export type ShownForecast = {
	status: Status;
	/** Uplift expected at the endline and its 80 % interval, to the nearest 5 %, for drawing. */
	gradeUpliftPct: number;
	gradeIntervalPct: [low: number, high: number];
	/** Numbers only from eight people on (method 2.6 R6). */
	paceRatio: number | null;
	target: Level;
};

const fewestForPace = 8;

/**
 * What may be shown of the engagement forecast: the exact one would tell the exact baseline.
 * `people` have a valid score at both waves; `null` when they are fewer than `minGroup`, or when
 * the baseline is too low for a per cent (method 3.1).
 */
export function shownForecast(
	{ status, forecast, interval80, line, paceRatio, target }: EngagementTrajectory,
	people: number,
	minGroup = defaultMinGroup
): ShownForecast | null {
	const baseline = line[0] ?? 0;
	if (people < minGroup || baseline < lowestForPercent) return null;
	const drawn = (level: number) => toNearest(5, 100 * (level / baseline - 1));
	const inNumbers = people >= fewestForPace;
	return {
		status,
		gradeUpliftPct: drawn(forecast),
		gradeIntervalPct: [drawn(interval80[0]), drawn(interval80[1])],
		paceRatio: inNumbers && paceRatio !== null ? toNearest(1, 10 * paceRatio) / 10 : null,
		target: inNumbers ? levelOf(people, target, minGroup) : { kind: 'hidden' }
	};
}
