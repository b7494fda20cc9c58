// The sales and the revenue pillar as they are stored and shown (method 4 to 6): the won deals of
// the program against the locked baseline. Only whole weeks count, and only those that the files
// speak of. Judged on unrounded figures, rounded here.
import {
	inWords,
	toWhole,
	type ProbabilityWords,
	type ResultText
} from '#lib/engagement/evidence.ts';
import { addDays, daysBetween, type Day } from '#lib/values/day.ts';
import { decimalsOf } from '#lib/values/money.ts';
import {
	basesOf,
	comparedOn,
	counterfactualOf,
	longCycle,
	lowStart,
	restatedPct,
	windowFor,
	type Basis as BaselineBasis,
	type Computed,
	type DealsPillar,
	type Policy,
	type Progress
} from './baseline.ts';
import { amountsIn, isIn, programSpan, windowsOf, type TeamMember, type Won } from './deals.ts';
import { exposureWeeks, absenceDays } from './exposure.ts';
import { programWeeks, revenueTrajectory } from './forecast.ts';
import {
	resultMethodVersion,
	type Figure,
	type ForecastStatus,
	type OddsKey,
	type PillarFlag,
	type PillarForecast,
	type PillarResult,
	type Sentence,
	type SentenceKey,
	type Source
} from './pillar.ts';
import type { Ratio } from './ratio.ts';
import { type Pillar, dealsVerdict } from './verdict.ts';

/** Days after the window in which late deals may still come; then a result is frozen (4.7). */
export const graceDays = 14;
/** A file that is older while the program runs leaves a result stale. */
export const staleAfterDays = 10;
/** A restated baseline is told of beyond this (per cent, method 4.7). */
const restatedBeyond = 5;
/** A result without the last week may still be judged when the grace is over. */
const fewestWeeksAtTheEnd = 12;
/** Method 4.6. */
const held = { quiet: 0.7, loud: 1.5 };
const concentrated = 1 / 3;

/** When a result is computed for the last time: so many days after day 0. */
export const frozenAfterDays = 7 * programWeeks + graceDays;
export const isFrozenOn = (today: Day, dayZero: Day): boolean =>
	daysBetween(dayZero, today) >= frozenAfterDays;

export type KnownEvent = { day: Day; size: 'minor' | 'major'; kind: string };

export type Measurement = {
	dayZero: Day;
	today: Day;
	currency: string;
	team: readonly TeamMember[];
	won: readonly Won[];
	events: readonly KnownEvent[];
	/** `null` before the lock. */
	locked: { policy: Policy; computed: Computed } | null;
	/** What was locked first, where it was locked again: the verdict is told on both (method 4.7). */
	firstLocked: { policy: Policy; computed: Computed } | null;
	/** The same windows from the deals of today. */
	restated: Computed | null;
	/** Until which day, not included, the files speak. */
	speaksUntil: Day | null;
	source: Omit<Source, 'stale' | 'daysOld'> | null;
	/** Won deals of the program in a currency without a rate: not counted. */
	withoutRate: number;
};

const weeksBetween = (from: Day, to: Day) =>
	Math.min(programWeeks, Math.max(0, Math.floor(daysBetween(from, to) / 7)));

/** A result with nothing in it, for every pillar. */
export const emptyResult = (
	pillar: Pillar,
	week: number,
	state: PillarResult['state']
): PillarResult => ({
	pillar,
	methodVersion: resultMethodVersion,
	week,
	state,
	upliftPct: null,
	changePoints: null,
	gradePct: null,
	ciPct: null,
	series: [],
	forecast: null,
	verdict: null,
	evidence: null,
	sentences: [],
	flags: [],
	figures: [],
	currency: null,
	totalPct: null,
	baselines: [],
	source: null,
	restated: null,
	onFirstLock: null,
	basis: null
});

export const oddsFor = (p: number): OddsKey =>
	`results_odds_${inWords(p).replaceAll(' ', '_') as Underscored<ProbabilityWords>}`;
type Underscored<Words extends string> = Words extends `${infer One} ${infer Rest}`
	? `${One}_${Underscored<Rest>}`
	: Words;

export const statusKeys = {
	on_track: 'on-track',
	at_risk: 'at-risk',
	off_track: 'off-track',
	too_early: 'too-early'
} as const satisfies Record<string, ForecastStatus>;

/** The result of one of the two pillars that are made of deals. */
export function dealsResult(pillar: DealsPillar, facts: Measurement): PillarResult {
	const input = { ...facts, team: teamCounted(facts) };
	const { dayZero, today, locked } = input;
	const week = weeksBetween(dayZero, today);
	const over = isFrozenOn(today, dayZero);
	const source = sourceOf(input, week);
	if (!locked) {
		const empty = emptyResult(pillar, week, over ? 'not-measurable' : 'not-locked');
		return { ...empty, source, verdict: over ? 'not_measurable' : null };
	}
	const { policy, computed } = locked;
	const bases = basesOf(computed);
	const primaryBasis = bases.find(({ id }) => id === policy.primary);
	const told = input.speaksUntil === null ? 0 : weeksBetween(dayZero, input.speaksUntil);
	// The end is judged once the files speak of all of it, or when no more may come.
	const closed = week === programWeeks && (told === programWeeks || over);
	const lastFileMissing = over && told < fewestWeeksAtTheEnd;
	if (!primaryBasis || lastFileMissing) {
		const empty = emptyResult(pillar, week, 'not-measurable');
		return { ...empty, source, verdict: 'not_measurable', flags: lastFileMissing ? ['stale'] : [] };
	}
	const progress = (weeks: number) => progressOf(input, weeks, policy);
	const program = progress(closed ? programWeeks : told);
	const compared = (basis: BaselineBasis, some = program): Ratio =>
		some.exposure > 0
			? comparedOn(basis, pillar, some, policy.goal)
			: comparedOn(basis, pillar, { ...some, exposure: 1, amounts: [] }, policy.goal);
	const primary = compared(primaryBasis);
	const others = bases.filter((basis) => basis !== primaryBasis);
	const total = bases.find(({ id }) => id === 'BTOT');
	const neff = {
		baseline: windowFor(pillar, primaryBasis.period).neff,
		program: windowFor(pillar, program).neff
	};
	const windows = windowsOf(dayZero, policy.windowWeeks);
	const majorEvent = input.events.some(
		({ day, size }) =>
			size === 'major' && (isIn(day, windows.baseline) || isIn(day, windows.program))
	);
	const absence = {
		baseline: primaryBasis.period.absenceDays ?? 0,
		program: absenceDays(input.team, programSpan(dayZero, program.weeks), policy)
	};
	const even = { ...program, exposure: evenExposure(absence, primaryBasis.period, program) };
	const leaveDecides =
		primary.observedGoalMet === true && compared(primaryBasis, even).observedGoalMet !== true;
	const low = lowStart(computed, pillar);
	const judged = dealsVerdict({
		closed,
		locked: true,
		historyWeeks: computed.historyWeeks,
		neff,
		primary,
		others: others.map((basis) => compared(basis)),
		// Nobody but the leader knows whether it was leave: what it alone decides is weak evidence at best.
		majorEvent: majorEvent || leaveDecides,
		lowStart: low,
		goal: policy.goal / 100
	});
	const measurable = judged.verdict !== 'not_measurable';
	const started = program.weeks > 0 && program.exposure > 0 && measurable;
	const upliftPct = started && primary.upliftPct !== null ? toWhole(primary.upliftPct) : null;
	const fullExposure = exposureWeeks(input.team, windows.program, policy);
	const counterfactual = counterfactualOf(primaryBasis, pillar, fullExposure);
	const forecast =
		started && !closed
			? forecastOf(pillar, { program, computed, counterfactual, goal: policy.goal / 100 })
			: null;
	const restated = restatedOf(pillar, input);
	const share = largestShare(program.amounts);
	const concentration =
		pillar === 'revenue' && started && program.amounts.length > 1 && share > concentrated;
	const heldOver = started && heldOverStart(pillar, input, computed, policy);
	const flags: [PillarFlag, boolean][] = [
		['held_over_start', heldOver],
		['concentration', concentration],
		['too_few_deals', !measurable || (started && !primary.enough)],
		['low_start', low],
		['major_event', majorEvent],
		['restated', restated !== null],
		['stale', source?.stale ?? false]
	];
	const wonInProgram = input.won.filter(({ closedOn }) =>
		isIn(closedOn, programSpan(dayZero, program.weeks))
	);
	const words = { pillar, pct: upliftPct ?? 0 };
	const totalPct = started && total ? rounded(compared(total).upliftPct) : null;
	return {
		...emptyResult(pillar, week, stateOf(judged.verdict, forecast)),
		upliftPct,
		gradePct: upliftPct,
		ciPct: started && primary.ciPct ? [toWhole(primary.ciPct[0]), toWhole(primary.ciPct[1])] : null,
		series: started
			? seriesOf((weeks) => compared(primaryBasis, progress(weeks)), program.weeks)
			: [],
		forecast,
		verdict: judged.verdict,
		evidence: judged.evidence,
		sentences: [
			...textSentences(judged.texts, {
				...words,
				interval: judged.ciPct,
				small: { key: 'results_small_deals', n: judged.effectiveDeals }
			}),
			...(judged.pAnyWords && ['not_met', 'fell'].includes(judged.verdict)
				? [anySentence(judged.pAnyWords)]
				: []),
			...lagSentence(computed, wonInProgram, dayZero),
			...(concentration
				? [{ key: 'results_concentration' as const, params: { pct: toWhole(100 * share) } }]
				: []),
			...(heldOver ? [{ key: 'results_held_over_start' as const, params: {} }] : []),
			...(started
				? absenceSentence(absence, { program, baseline: primaryBasis.period, totalPct })
				: [])
		],
		flags: flags.filter(([, applies]) => applies).map(([flag]) => flag),
		figures: figuresOf(pillar, {
			...{ input, primaryBasis, program, neff, counterfactual, computed, wonInProgram, absence },
			goal: policy.goal,
			withoutLargest:
				concentration && started
					? compared(primaryBasis, { ...program, amounts: withoutLargest(program.amounts) })
							.upliftPct
					: null,
			exitRate: exitRatePct(pillar, input, primaryBasis, policy, program.weeks)
		}),
		currency: pillar === 'revenue' ? input.currency : null,
		totalPct,
		baselines: bases.map((basis) => ({
			id: basis.id,
			primary: basis === primaryBasis,
			weeks: basis.period.weeks,
			upliftPct: started ? rounded(compared(basis).upliftPct) : null
		})),
		source,
		restated: restated === null ? null : { pct: toWhole(restated) },
		onFirstLock: onFirstLock(pillar, input),
		basis: started
			? {
					lnRatio: primary.lnRatio,
					se: primary.se,
					df: primary.df,
					pGoal: primary.pGoal,
					pAny: primary.pAny,
					program: windowFor(pillar, program).revenue,
					counterfactual: counterfactualOf(primaryBasis, pillar, program.exposure)
				}
			: null
	};
}

/**
 * The team as the locked baseline counts it. One from before leave was known has none in it: leave in
 * the program alone would be a rise.
 */
const teamCounted = ({ team, locked }: Measurement): readonly TeamMember[] =>
	locked && locked.computed.baseline.absenceDays === undefined
		? team.map((member) => ({ ...member, absences: [] }))
		: team;

const rounded = (value: number | null) => (value === null ? null : toWhole(value));

function sourceOf({ source, speaksUntil, today }: Measurement, week: number): Source | null {
	if (!source || speaksUntil === null) return null;
	const daysOld = Math.max(0, daysBetween(speaksUntil, today));
	return { ...source, daysOld, stale: week < programWeeks && daysOld > staleAfterDays };
}

function progressOf({ dayZero, team, won }: Measurement, weeks: number, policy: Policy): Progress {
	const span = programSpan(dayZero, weeks);
	return { amounts: amountsIn(won, span), exposure: exposureWeeks(team, span, policy), weeks };
}

/** Before the third week a deal more or less moves the figure by half: it says nothing yet (method 5.1). */
const firstTellingWeek = 3;

/** The uplift so far at the end of each whole week, from the first that tells something. */
function seriesOf(compared: (weeks: number) => Ratio, weeks: number): PillarResult['series'] {
	const telling = Math.max(0, weeks - firstTellingWeek + 1);
	return Array.from({ length: telling }, (_, i) => i + firstTellingWeek).flatMap((week) => {
		const { upliftPct } = compared(week);
		return upliftPct === null ? [] : [{ week, pct: toWhole(upliftPct) }];
	});
}

function stateOf(verdict: PillarResult['verdict'], forecast: PillarForecast | null) {
	if (verdict === 'not_measurable') return 'not-measurable';
	if (verdict !== 'in_progress') return 'final';
	return forecast === null || forecast.status === 'too-early' ? 'too-early' : 'in-progress';
}

function forecastOf(
	pillar: DealsPillar,
	{
		program,
		computed,
		counterfactual,
		goal
	}: { program: Progress; computed: Computed; counterfactual: number; goal: number }
): PillarForecast | null {
	if (!(counterfactual > 0)) return null;
	const as = (amounts: readonly number[]) => (pillar === 'sales' ? amounts.map(() => 1) : amounts);
	const { forecast, interval80, p, status } = revenueTrajectory({
		week: program.weeks,
		program: as(program.amounts),
		baseline: as(computed.baseline.amounts),
		baselineWeekly: counterfactual / programWeeks,
		goal
	});
	const uplift = (value: number) => toWhole(100 * (value / counterfactual - 1));
	return {
		pct: uplift(forecast),
		low: uplift(interval80[0]),
		high: uplift(interval80[1]),
		p: Math.round(100 * p) / 100,
		status: statusKeys[status],
		odds: status === 'too_early' ? 'results_odds_too_early' : oddsFor(p)
	};
}

/** The fixed sentences of method 6 with their whole numbers. */
export function textSentences(
	texts: readonly ResultText[],
	{
		pillar,
		pct,
		interval,
		small
	}: {
		pillar: Pillar;
		pct: number;
		interval: readonly [number, number] | null;
		small: { key: 'results_small_people' | 'results_small_deals'; n: number };
	}
): Sentence[] {
	return texts.flatMap((text): Sentence[] => {
		switch (text) {
			case 'result.met':
				return [{ key: 'results_met', params: { pillar, pct } }];
			case 'result.notmet':
				return [{ key: 'results_not_met', params: { pillar, pct } }];
			case 'evidence.weak':
				return interval
					? [{ key: 'results_evidence_weak', params: { low: interval[0], high: interval[1] } }]
					: [];
			case 'cause':
				return [{ key: 'results_cause', params: {} }];
			case 'rtm':
				return [{ key: 'results_rtm', params: {} }];
			case 'small':
				return [{ key: small.key, params: { n: small.n } }];
		}
	});
}

/** How likely a real rise is (method 6, for what did not reach the goal). */
export const anySentence = (words: ProbabilityWords): Sentence => ({
	key: `results_any_${words.replaceAll(' ', '_')}` as SentenceKey,
	params: {}
});

function lagSentence(computed: Computed, won: readonly Won[], dayZero: Day): Sentence[] {
	if (computed.cycleDays === null || computed.cycleDays <= longCycle) return [];
	const pct = createdInProgramPct(won, dayZero) ?? 0;
	return [{ key: 'results_lag', params: { days: toWhole(computed.cycleDays), pct } }];
}

/** Working days of leave that are not in the exposure. */
type AbsenceDays = { baseline: number; program: number };

/**
 * The program's exposure had it no more leave in its working time than the baseline; never less than
 * it is. Days of leave are taken for full ones.
 */
function evenExposure(days: AbsenceDays, baseline: Progress, program: Progress): number {
	const whole = (exposure: number, away: number) => exposure + away / 5;
	const usual = baseline.exposure / whole(baseline.exposure, days.baseline);
	return Math.max(program.exposure, usual * whole(program.exposure, days.program));
}

/**
 * Leave makes the rest count for more, and only its leader knows whether it was one: more of it in a
 * week of the program than of the baseline is told with the result, beside what it cannot move.
 */
function absenceSentence(
	days: AbsenceDays,
	{
		program,
		baseline,
		totalPct
	}: { program: Progress; baseline: Progress; totalPct: number | null }
): Sentence[] {
	const more = days.program / program.weeks > days.baseline / baseline.weeks;
	return more && totalPct !== null
		? [{ key: 'results_absence', params: { ...days, pct: totalPct } }]
		: [];
}

/** Share of the revenue from deals that were created on day 0 or later (method 4.4). */
function createdInProgramPct(won: readonly Won[], dayZero: Day): number | null {
	const all = won.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
	const since = won.reduce(
		(sum, { createdOn, amountMinor }) =>
			createdOn !== null && createdOn >= dayZero ? sum + amountMinor : sum,
		0
	);
	return all > 0 ? toWhole((100 * since) / all) : null;
}

function largestShare(amounts: readonly number[]): number {
	const all = amounts.reduce((sum, amount) => sum + amount, 0);
	return all > 0 ? Math.max(...amounts) / all : 0;
}

function withoutLargest(amounts: readonly number[]): number[] {
	const at = amounts.indexOf(Math.max(...amounts));
	return amounts.filter((_, index) => index !== at);
}

const rateOf = (pillar: DealsPillar, some: Progress) => {
	const { revenue, exposure } = windowFor(pillar, some);
	return exposure > 0 ? revenue / exposure : 0;
};

/** Deals that seem to have been kept back until the start (method 4.6). */
function heldOverStart(
	pillar: DealsPillar,
	input: Measurement,
	{ baseline, last4 }: Computed,
	policy: Policy
): boolean {
	const usual = rateOf(pillar, baseline);
	const first = rateOf(pillar, progressOf(input, 2, policy));
	return rateOf(pillar, last4) < held.quiet * usual && first > held.loud * usual;
}

/** Weeks 10 to 13 against the baseline: for information only (method 4.4). */
function exitRatePct(
	pillar: DealsPillar,
	input: Measurement,
	basis: BaselineBasis,
	policy: Policy,
	weeks: number
): number | null {
	if (weeks < programWeeks) return null;
	const span = { from: addDays(input.dayZero, 63), to: addDays(input.dayZero, 91) };
	const last: Progress = {
		amounts: amountsIn(input.won, span),
		exposure: exposureWeeks(input.team, span, policy),
		weeks: 4
	};
	return last.exposure > 0 ? rounded(comparedOn(basis, pillar, last, policy.goal).upliftPct) : null;
}

/** The same result against what was locked first; null where that is what counts. */
function onFirstLock(
	pillar: DealsPillar,
	input: Measurement
): Exclude<PillarResult['onFirstLock'], undefined> {
	if (!input.firstLocked) return null;
	const { upliftPct, verdict } = dealsResult(pillar, {
		...input,
		locked: input.firstLocked,
		firstLocked: null
	});
	return { upliftPct, verdict };
}

/** What is told of a restated baseline: beyond five per cent, and nothing else of it (4.7). */
function restatedOf(pillar: DealsPillar, { locked, restated }: Measurement): number | null {
	if (!locked || !restated) return null;
	const pct = restatedPct(locked.computed, restated, locked.policy, pillar);
	return pct !== null && Math.abs(pct) > restatedBeyond ? pct : null;
}

type Behind = {
	input: Measurement;
	primaryBasis: BaselineBasis;
	program: Progress;
	neff: { baseline: number; program: number };
	counterfactual: number;
	goal: number;
	computed: Computed;
	wonInProgram: readonly Won[];
	absence: AbsenceDays;
	withoutLargest: number | null;
	exitRate: number | null;
};

/** The number behind the number: exact where it is a count, else one decimal, money in units. */
function figuresOf(pillar: DealsPillar, behind: Behind): Figure[] {
	const { input, primaryBasis, program, neff, counterfactual, goal, computed, absence } = behind;
	const { period } = primaryBasis;
	const units = (minor: number) => Math.round(minor / 10 ** decimalsOf(input.currency));
	const oneDecimal = (value: number) => Math.round(10 * value) / 10;
	const sum = (amounts: readonly number[]) => amounts.reduce((all, amount) => all + amount, 0);
	const revenue = pillar === 'revenue';
	const amount = (key: Figure['key'], value: number): Figure =>
		revenue
			? { key, value: units(value), unit: 'money' }
			: { key, value: oneDecimal(value), unit: 'deals' };
	// None on one side is told beside some on the other: it is what makes them differ.
	const absenceIn = (of: 'baseline' | 'program'): Figure[] =>
		absence.baseline + absence.program > 0
			? [{ key: `results_figure_${of}_absence`, value: absence[of], unit: 'plain' }]
			: [];
	const cycle = computed.cycleDays;
	const created = revenue ? createdInProgramPct(behind.wonInProgram, input.dayZero) : null;
	return [
		{ key: 'results_figure_baseline_weeks', value: period.weeks, unit: 'weeks' },
		{ key: 'results_figure_baseline_deals', value: period.amounts.length, unit: 'deals' },
		...(revenue ? [amount('results_figure_baseline_revenue', sum(period.amounts))] : []),
		{
			key: 'results_figure_baseline_exposure',
			value: oneDecimal(period.exposure),
			unit: 'weeks'
		},
		...absenceIn('baseline'),
		amount('results_figure_baseline_rate', rateOf(pillar, period)),
		{
			key: 'results_figure_baseline_effective',
			value: oneDecimal(neff.baseline),
			unit: 'deals'
		},
		{ key: 'results_figure_program_weeks', value: program.weeks, unit: 'weeks' },
		{ key: 'results_figure_program_deals', value: program.amounts.length, unit: 'deals' },
		...(revenue ? [amount('results_figure_program_revenue', sum(program.amounts))] : []),
		{
			key: 'results_figure_program_exposure',
			value: oneDecimal(program.exposure),
			unit: 'weeks'
		},
		...absenceIn('program'),
		amount('results_figure_program_rate', rateOf(pillar, program)),
		{
			key: 'results_figure_program_effective',
			value: oneDecimal(neff.program),
			unit: 'deals'
		},
		amount('results_figure_expected', counterfactual),
		amount('results_figure_target', counterfactual * (1 + goal / 100)),
		...(behind.withoutLargest === null
			? []
			: [
					{
						key: 'results_figure_without_largest' as const,
						value: toWhole(behind.withoutLargest),
						unit: 'percent' as const
					}
				]),
		...(behind.exitRate === null
			? []
			: [
					{
						key: 'results_figure_exit_rate' as const,
						value: behind.exitRate,
						unit: 'percent' as const
					}
				]),
		...(cycle === null
			? []
			: [
					{
						key: 'results_figure_cycle_days' as const,
						value: toWhole(cycle),
						unit: 'plain' as const
					}
				]),
		...(created === null
			? []
			: [
					{
						key: 'results_figure_created_in_program' as const,
						value: created,
						unit: 'percent' as const
					}
				]),
		...(input.withoutRate === 0
			? []
			: [
					{
						key: 'results_figure_without_rate' as const,
						value: input.withoutRate,
						unit: 'deals' as const
					}
				])
	];
}
