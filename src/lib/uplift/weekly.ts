// The weeks behind a figure: what was won before the program and in it, week by week, for the team
// and for each seller. For looking, not for judging: nothing here is compared with a goal, and no
// seller has a percentage or a place (few deals a week are mostly chance).
import { addDays, daysBetween, type Day } from '#lib/values/day.ts';
import { decimalsOf } from '#lib/values/money.ts';
import type { Computed, DealsPillar, Policy } from './baseline.ts';
import {
	isIn,
	programSpan,
	windowsOf,
	wonDeals,
	type DealFact,
	type Span,
	type TeamMember,
	type Won
} from './deals.ts';
import { absenceDays, exposureWeeks } from './exposure.ts';
import { programWeeks } from './forecast.ts';
import type { PillarResult } from './pillar.ts';

/** Somebody who was there for less of the baseline has no weekly average of their own. */
const fewestUsualWeeks = 4;

export type LeaderDeals = {
	dayZero: Day;
	currency: string;
	policy: Pick<Policy, 'windowWeeks' | 'rates'>;
	/** As they were locked. */
	locked: Pick<Computed, 'baseline' | 'lastYearProgram'>;
	/** Everybody who is or was on the team. */
	team: (TeamMember & { name: string })[];
	/** Won deals from the baseline's first day to the program's last. */
	deals: DealFact[];
};

export type SellerWeeks = {
	id: string;
	name: string;
	/** Set when they came, or went, within the thirteen weeks. */
	cameOn: Day | null;
	leftOn: Day | null;
	/** A value a week that the files speak of; null where they were not there and won nothing. */
	weeks: (number | null)[];
	/** What they won in a week of the baseline; null when they were there for too little of it. */
	usual: number | null;
};

/** Values are won deals, or money won in whole units of `currency`; averages are unrounded. */
export type Weekly = {
	pillar: DealsPillar;
	currency: string;
	/** Monday of the baseline's first week, and of the program's. */
	from: Day;
	dayZero: Day;
	before: number[];
	/** As many weeks as the files speak of, at most thirteen. */
	program: number[];
	/** What a week of the baseline brought, as locked. */
	usual: number;
	/** What the agreed baseline would bring in a week of the program with the team as it is. */
	expected: number | null;
	/** What a week of the same thirteen brought a year ago, as locked. */
	lastYear: number | null;
	/** By name. */
	sellers: SellerWeeks[];
	/** Won in these weeks by somebody who was not on the team that day: in no panel, and no figure. */
	unassigned: number;
	/** Won in these weeks in a currency without a rate. */
	withoutRate: number;
};

/**
 * The same deals that the figures are made of, by week.
 *
 * @param result the published result: it says until when the files speak, and what was expected
 * @param compare orders two names as the reader's language does
 */
export function weeklyOf(
	result: PillarResult & { pillar: DealsPillar },
	{ dayZero, currency, policy, locked, team, deals }: LeaderDeals,
	compare: (one: string, other: string) => number
): Weekly {
	const { pillar } = result;
	const unit = 10 ** decimalsOf(currency);
	const windows = windowsOf(dayZero, policy.windowWeeks);
	const told = programSpan(dayZero, weeksTold(result, dayZero));
	const { won, waiting } = wonDeals(
		deals.filter(({ closedOn }) => closedOn !== null && isIn(closedOn, told)),
		team,
		{ currency, rates: policy.rates }
	);
	const earlier = wonDeals(
		deals.filter(({ closedOn }) => closedOn !== null && isIn(closedOn, windows.baseline)),
		team,
		{ currency, rates: policy.rates }
	).won;
	const total = (some: readonly { amountMinor: number }[]) =>
		pillar === 'sales'
			? some.length
			: Math.round(some.reduce((sum, { amountMinor }) => sum + amountMinor, 0) / unit);
	const byWeek = (some: readonly Won[], span: Span) =>
		weeksIn(span).map((week) => total(some.filter(({ closedOn }) => isIn(closedOn, week))));
	const average = (amounts: readonly number[], weeks: number) =>
		total(amounts.map((amountMinor) => ({ amountMinor }))) / weeks;
	const expected = result.figures.find(({ key }) => key === 'results_figure_expected')?.value;
	const { baseline, lastYearProgram } = locked;
	return {
		pillar,
		currency,
		from: windows.baseline.from,
		dayZero,
		before: byWeek(earlier, windows.baseline),
		program: byWeek(won, told),
		usual: average(baseline.amounts, baseline.weeks),
		expected: typeof expected === 'number' ? expected / programWeeks : null,
		lastYear: lastYearProgram && average(lastYearProgram.amounts, lastYearProgram.weeks),
		sellers: team
			.filter((member) => daysOn(member, windows.program) > 0)
			.sort((one, other) => compare(one.name, other.name) || (one.id < other.id ? -1 : 1))
			.map((member) => {
				const own = (some: readonly Won[]) => some.filter(({ sellerId }) => sellerId === member.id);
				const there =
					daysOn(member, windows.baseline) / 7 - absenceDays([member], windows.baseline) / 5;
				const { startsOn, endsOn } = member;
				return {
					id: member.id,
					name: member.name,
					cameOn: isIn(startsOn, windows.program) && startsOn > dayZero ? startsOn : null,
					leftOn: endsOn !== null && isIn(endsOn, windows.program) ? endsOn : null,
					weeks: weeksIn(told).map((week) => {
						const deals = own(won).filter(({ closedOn }) => isIn(closedOn, week));
						return deals.length === 0 && isAway(member, week) ? null : total(deals);
					}),
					usual: there < fewestUsualWeeks ? null : total(own(earlier)) / there
				};
			}),
		unassigned:
			deals.filter(
				({ status, kind, closedOn }) =>
					status === 'won' && kind !== 'renewal' && closedOn !== null && isIn(closedOn, told)
			).length -
			won.length -
			waiting,
		withoutRate: waiting
	};
}

/** Whole weeks of the program that the files speak of. */
function weeksTold({ source, state }: PillarResult, dayZero: Day): number {
	if (state === 'final') return programWeeks;
	const days = source ? daysBetween(dayZero, source.lastDay) : 0;
	return Math.min(programWeeks, Math.max(0, Math.floor(days / 7)));
}

const weeksIn = ({ from, to }: Span): Span[] =>
	Array.from({ length: Math.round(daysBetween(from, to) / 7) }, (_, week) => ({
		from: addDays(from, 7 * week),
		to: addDays(from, 7 * week + 7)
	}));

/** Whether a week had no working day on which somebody was there. */
const isAway = (member: TeamMember, week: Span) =>
	daysOn(member, week) === 0 ||
	(member.absences.length > 0 && exposureWeeks([{ ...member, fte: 1 }], week) === 0);

/** Days of a span on which somebody was on the team. */
function daysOn({ startsOn, endsOn }: TeamMember, { from, to }: Span): number {
	const first = startsOn > from ? startsOn : from;
	const end = endsOn !== null && endsOn < addDays(to, -1) ? addDays(endsOn, 1) : to;
	return Math.max(0, daysBetween(first, end));
}
