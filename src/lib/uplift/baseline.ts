// The figures before the start: which baselines the data allow, what they say, and when leader and
// coach may lock them (method 4.2, 4.7). Pure; what is locked is the `Computed` value as it stands.
import * as v from 'valibot';
import { addDays, type Day } from '#lib/values/day.ts';
import { defaultRamp, exposureWeeks, absenceDays, type Ramp } from './exposure.ts';
import {
	amountsIn,
	covers,
	medianCycle,
	weeksOf,
	windowsOf,
	wonDeals,
	isIn,
	type DealFact,
	type Rates,
	type Span,
	type TeamMember
} from './deals.ts';
import { baselineIds, type BaselineId } from './pillar.ts';
import {
	fewestEffectiveDeals,
	ratioOf,
	salesWindowOf,
	seasonMatters,
	seasonalIndex,
	windowOf,
	type Ratio,
	type Window
} from './ratio.ts';
import { startedLow } from './verdict.ts';

export const metrics = ['booking_first_year', 'booking_total', 'invoiced', 'gross_margin'] as const;
export type Metric = (typeof metrics)[number];
export const windowChoices = [26, 13, 52] as const;

/** The public holidays that are not counted as time to sell; none without a country. */
export type Calendar = {
	/** ISO 3166-1. */
	country: string | null;
	/** Those of all windows that are working days elsewhere, as they were known when it was agreed. */
	holidays: Day[];
};
export const noHolidays: Calendar = { country: null, holidays: [] };

/** What is agreed before the lock. `goal` in per cent; `ramp` as in exposure.ts. */
export type Policy = Calendar & {
	metric: Metric;
	windowWeeks: (typeof windowChoices)[number];
	primary: BaselineId;
	ramp: Ramp;
	goal: number;
	minGroup: number;
	rates: Rates;
};

export const defaultPolicy: Policy = {
	...noHolidays,
	metric: 'booking_first_year',
	windowWeeks: 26,
	primary: 'B26',
	ramp: defaultRamp,
	goal: 25,
	minGroup: 5,
	rates: {}
};

/** What a person may propose; everything else of the policy stands. */
export const proposal = v.object({
	metric: v.picklist(metrics),
	windowWeeks: v.pipe(v.unknown(), v.transform(Number), v.picklist(windowChoices)),
	primary: v.picklist(baselineIds),
	/** Empty: public holidays are not taken out. Left out: as it is. */
	country: v.optional(v.union([v.literal(''), v.pipe(v.string(), v.regex(/^[A-Z]{2}$/))])),
	rates: v.optional(
		v.record(
			v.pipe(v.string(), v.regex(/^[A-Z]{3}$/)),
			v.pipe(v.number(), v.finite(), v.gtValue(0), v.maxValue(1e6))
		),
		{}
	)
});

/** A window's evidence: the won amounts themselves in minor units, exposure in RFTE weeks. */
export type Period = Span & {
	weeks: number;
	exposure: number;
	/** Working days of leave that are not in the exposure; not told by locks from before leave was known. */
	absenceDays?: number;
	amounts: number[];
};

/** All that is locked. A period is `null` when the files do not reach back to it. */
export type Computed = {
	currency: string;
	/** Weeks before day 0 that the files speak of: 0, 13, 26 or 52. */
	historyWeeks: number;
	firstDay: Day | null;
	baseline: Period;
	trailing13: Period | null;
	last4: Period;
	year: Period | null;
	lastYearProgram: Period | null;
	lastYearBaseline: Period | null;
	/** What the team could do in the thirteen weeks, as it is planned at the lock (RFTE weeks). */
	plannedExposure: number;
	/** Median days from creation to the win. */
	cycleDays: number | null;
	withoutRate: string[];
};

export type BaselineInput = {
	dayZero: Day;
	currency: string;
	team: readonly TeamMember[];
	deals: readonly DealFact[];
	policy: Policy;
};

/** The baseline windows as the deals and the roster say now. */
export function computeBaseline(input: BaselineInput): Computed {
	const { dayZero, currency, team, deals, policy } = input;
	const { won, withoutRate } = wonDeals(deals, team, { currency, rates: policy.rates });
	const firstDay = firstClosed(deals);
	const windows = windowsOf(dayZero, policy.windowWeeks);
	const period = (span: Span): Period => ({
		...span,
		weeks: weeksOf(span),
		exposure: exposureWeeks(team, span, policy),
		absenceDays: absenceDays(team, span, policy),
		amounts: amountsIn(won, span)
	});
	const where = (span: Span): Period | null => {
		if (!covers(firstDay, span)) return null;
		const found = period(span);
		return found.exposure > 0 && found.amounts.length > 0 ? found : null;
	};
	const baseline = period(windows.baseline);
	return {
		currency,
		historyWeeks:
			[52, 26, 13].find((weeks) => covers(firstDay, windowsOf(dayZero, weeks).baseline)) ?? 0,
		firstDay,
		baseline,
		trailing13: policy.windowWeeks === 13 ? null : where(windows.trailing13),
		last4: period(windows.last4),
		year: where(windows.year),
		lastYearProgram: where(windows.lastYearProgram),
		lastYearBaseline: where(windows.lastYearBaseline),
		plannedExposure: exposureWeeks(team, windows.program, policy),
		cycleDays: medianCycle(won.filter(({ closedOn }) => isIn(closedOn, windows.baseline))),
		withoutRate
	};
}

function firstClosed(deals: readonly DealFact[]): Day | null {
	const days = deals.flatMap(({ status, closedOn }) =>
		status !== 'open' && closedOn !== null ? [closedOn] : []
	);
	return days.reduce<Day | null>(
		(first, day) => (first === null || day < first ? day : first),
		null
	);
}

export type DealsPillar = 'sales' | 'revenue';

/** A period as a window of the pillar: ramped seller weeks, or calendar weeks for the total. */
export function windowFor(
	pillar: DealsPillar,
	{ amounts, exposure, weeks }: Pick<Period, 'amounts' | 'exposure' | 'weeks'>,
	total = false
): Window {
	return (pillar === 'sales' ? salesWindowOf : windowOf)(amounts, total ? weeks : exposure);
}

export type Basis = {
	id: BaselineId;
	period: Period;
	/** Set for BSEA: the season of a year ago. */
	lastYear: { baseline: Period; program: Period } | null;
	/** Per calendar week instead of per seller week. */
	total: boolean;
};

/** The baselines that the data allow, in the order of method 4.2. */
export function basesOf(computed: Computed): Basis[] {
	const { baseline, trailing13, lastYearProgram, lastYearBaseline } = computed;
	const plain = (id: BaselineId, period: Period | null, total = false): Basis[] =>
		period === null || period.exposure <= 0 ? [] : [{ id, period, lastYear: null, total }];
	const season =
		lastYearProgram && lastYearBaseline
			? { baseline: lastYearBaseline, program: lastYearProgram }
			: null;
	return [
		...plain('B26', baseline),
		...plain('B13', trailing13),
		...plain('BLY', lastYearProgram),
		...(season ? [{ id: 'BSEA' as const, period: baseline, lastYear: season, total: false }] : []),
		...plain('BTOT', baseline, true)
	];
}

/** What is compared with a basis: the program's deals so far. */
export type Progress = Pick<Period, 'amounts' | 'exposure' | 'weeks'>;

/** The program against one basis, unrounded (method 4.3). */
export function comparedOn(
	{ period, lastYear, total }: Basis,
	pillar: DealsPillar,
	program: Progress,
	goalPct: number
): Ratio {
	const as = (some: Progress) => windowFor(pillar, some, total);
	return ratioOf({
		baseline: as(period),
		program: as(program),
		...(lastYear && {
			lastYear: { baseline: as(lastYear.baseline), program: as(lastYear.program) }
		}),
		goal: goalPct / 100
	});
}

/** What the basis would bring in the thirteen weeks: minor units, or deals (method 4.2). */
export function counterfactualOf(
	{ period, lastYear, total }: Basis,
	pillar: DealsPillar,
	programExposure: number
): number {
	const as = (some: Progress) => windowFor(pillar, some, total);
	const before = as(period);
	const season = lastYear
		? seasonalIndex({ baseline: as(lastYear.baseline), program: as(lastYear.program) })
		: 1;
	return (before.revenue / before.exposure) * (total ? 13 : programExposure) * season;
}

/** Whether the season should be taken out (method 4.2): BSEA is suggested, never chosen for them. */
export function suggestedPrimary(computed: Computed): BaselineId {
	const { lastYearBaseline, lastYearProgram } = computed;
	if (!lastYearBaseline || !lastYearProgram) return 'B26';
	const season = {
		baseline: windowFor('revenue', lastYearBaseline),
		program: windowFor('revenue', lastYearProgram)
	};
	return seasonMatters(season) ? 'BSEA' : 'B26';
}

/** Whether the start was unusually low for the pillar (method 7); needs 52 weeks of history. */
export function lowStart({ baseline, year }: Computed, pillar: DealsPillar): boolean {
	if (!year || baseline.exposure <= 0 || baseline.weeks >= 52) return false;
	const rate = (period: Period) => {
		const { revenue, exposure } = windowFor(pillar, period);
		return revenue / exposure;
	};
	return startedLow(rate(baseline), rate(year));
}

/** What one baseline says, for the page that explains it. */
export type BaselineFigures = {
	id: BaselineId;
	primary: boolean;
	weeks: number;
	from: Day;
	to: Day;
	deals: number;
	revenueMinor: number;
	exposure: number;
	/** Effective deals of the revenue (method 4.3). */
	neff: number;
	/** Expected in the thirteen weeks with the team as it is. */
	expectedDeals: number;
	expectedRevenueMinor: number;
};

export const baselineFigures = (computed: Computed, primary: BaselineId): BaselineFigures[] =>
	basesOf(computed).map((basis) => {
		const { id, period } = basis;
		const { revenue, neff } = windowFor('revenue', period);
		const expected = (pillar: DealsPillar) =>
			counterfactualOf(basis, pillar, computed.plannedExposure);
		return {
			id,
			primary: id === primary,
			weeks: period.weeks,
			from: period.from,
			to: addDays(period.to, -1),
			deals: period.amounts.length,
			revenueMinor: revenue,
			exposure: period.exposure,
			neff,
			expectedDeals: expected('sales'),
			expectedRevenueMinor: Math.round(expected('revenue'))
		};
	});

/** Why a baseline cannot be locked yet. */
export const lockRefusals = {
	'no-deals': 'uplift_refusal_no_deals',
	'primary-missing': 'uplift_refusal_primary_missing',
	'rate-missing': 'uplift_refusal_rate_missing',
	'nobody-on-roster': 'uplift_refusal_nobody_on_roster',
	'already-locked': 'uplift_refusal_already_locked',
	'already-final': 'uplift_refusal_already_final',
	'changed-since': 'uplift_refusal_changed_since',
	'too-late': 'uplift_refusal_too_late',
	'reason-missing': 'uplift_refusal_reason_missing',
	'not-signed-by-coach': 'uplift_refusal_not_signed_by_coach',
	'not-found': 'uplift_refusal_not_found'
} as const;
export type LockRefusal = keyof typeof lockRefusals;

/** Whether these figures can be locked at all. */
export function obstacleToLock(computed: Computed, { primary }: Policy): LockRefusal | null {
	if (computed.withoutRate.length > 0) return 'rate-missing';
	if (computed.baseline.exposure <= 0) return 'nobody-on-roster';
	if (computed.baseline.amounts.length === 0) return 'no-deals';
	return basesOf(computed).some(({ id }) => id === primary) ? null : 'primary-missing';
}

/** What may be locked and still be worth a warning. */
export const warnings = {
	'history-short': 'uplift_warning_history_short',
	'too-few-deals': 'uplift_warning_too_few_deals',
	'few-deals': 'uplift_warning_few_deals',
	'low-start': 'uplift_warning_low_start',
	season: 'uplift_warning_season',
	'no-holidays': 'uplift_warning_no_holidays',
	'long-cycle': 'uplift_warning_long_cycle',
	'engagement-out-of-scale': 'uplift_warning_engagement_out_of_scale'
} as const;
export type Warning = keyof typeof warnings;

/** From so many effective deals a quarter says something (method 4.3, table). */
const comfortable = 20;
/** A longer cycle means that most of the quarter was in motion before (method 4.4). */
export const longCycle = 60;

export function warningsFor(
	computed: Computed,
	{
		policy: { primary, country },
		goalOutOfScale
	}: { policy: Pick<Policy, 'primary' | 'country'>; goalOutOfScale: boolean }
): Warning[] {
	const { baseline, historyWeeks, cycleDays } = computed;
	const neff = windowFor('revenue', baseline).neff;
	const found: [Warning, boolean][] = [
		['history-short', historyWeeks < baseline.weeks],
		['too-few-deals', neff < fewestEffectiveDeals],
		['few-deals', neff >= fewestEffectiveDeals && neff < comfortable],
		['low-start', lowStart(computed, 'revenue') || lowStart(computed, 'sales')],
		['season', primary !== 'BSEA' && suggestedPrimary(computed) === 'BSEA'],
		['no-holidays', country === null],
		['long-cycle', cycleDays !== null && cycleDays > longCycle],
		['engagement-out-of-scale', goalOutOfScale]
	];
	return found.filter(([, applies]) => applies).map(([warning]) => warning);
}

/** By how many per cent the primary baseline's rate of today differs from the locked one. */
export function restatedPct(
	locked: Computed,
	today: Computed,
	{ primary }: Policy,
	pillar: DealsPillar
): number | null {
	const rate = (computed: Computed) => {
		const basis = basesOf(computed).find(({ id }) => id === primary);
		return basis ? counterfactualOf(basis, pillar, 1) : null;
	};
	const [before, after] = [rate(locked), rate(today)];
	return before === null || after === null || before === 0 ? null : 100 * (after / before - 1);
}

/**
 * The inputs of a baseline as one text, the same for the same inputs: a signature is for its hash.
 * Deals and leave from day 0 on are no part of it, nor is anything that does not count. Without a
 * country and without leave it is the text of the locks from before either was known.
 */
export function inputsText({ dayZero, currency, team, deals, policy }: BaselineInput): string {
	const before = deals
		.filter(({ closedOn, status }) => status !== 'open' && closedOn !== null && closedOn < dayZero)
		.map((deal) => [
			deal.externalId,
			deal.sellerId,
			deal.status,
			deal.closedOn,
			deal.createdOn,
			deal.amountMinor,
			deal.currency,
			deal.kind
		])
		.sort((one, other) => (String(one[0]) < String(other[0]) ? -1 : 1));
	const lastDay = addDays(dayZero, -1);
	const members = team
		.map(({ id, fte, startsOn, endsOn, absences }) => {
			const away = absences
				.filter(({ from }) => from < dayZero)
				.map(({ from, to }) => [from, to < dayZero ? to : lastDay])
				.sort();
			return [id, fte, startsOn, endsOn, ...(away.length > 0 ? [away] : [])];
		})
		.sort((one, other) => (String(one[0]) < String(other[0]) ? -1 : 1));
	const { metric, windowWeeks, primary, country, holidays, ramp, goal, minGroup, rates } = policy;
	const agreed = [
		metric,
		windowWeeks,
		primary,
		ramp.map(({ fromMonth, share }) => [fromMonth, share]),
		goal,
		minGroup,
		Object.entries(rates).sort(([one], [other]) => (one < other ? -1 : 1)),
		...(country === null ? [] : [country, holidays])
	];
	return JSON.stringify({ dayZero, currency, agreed, members, before });
}

/** Until the end of week 1 (method 4.7 says day 0; the first week's deals are few). */
export const mayStillLock = (today: Day, dayZero: Day): boolean => today < addDays(dayZero, 7);
