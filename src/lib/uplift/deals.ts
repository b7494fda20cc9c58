// Which won deals count, in which window, in one currency (method 4.1, 4.2). A deal counts when a
// seller who was on the roster on its closing day owns it; renewals never count.
import { median } from 'simple-statistics';
import { addDays, daysBetween, type Day } from '#lib/values/day.ts';
import { decimalsOf } from '#lib/values/money.ts';
import type { SellerTime } from './exposure.ts';

export type TeamMember = SellerTime & { id: string };

/** A deal as the CRM last told it. */
export type DealFact = {
	externalId: string;
	sellerId: string;
	status: 'open' | 'won' | 'lost';
	closedOn: Day | null;
	createdOn: Day | null;
	amountMinor: number | null;
	currency: string;
	kind: string;
};

/** Units of the program's currency for one of another; fixed at the lock (method 4.7). */
export type Rates = Readonly<Record<string, number>>;

export type Won = { sellerId: string; closedOn: Day; createdOn: Day | null; amountMinor: number };

/** Days from `from` on, before `to`. */
export type Span = { from: Day; to: Day };

export const isIn = (day: Day, { from, to }: Span): boolean => from <= day && day < to;

/** Won deals of the team in the program's smallest unit, by closing day. */
export function wonDeals(
	deals: readonly DealFact[],
	team: readonly TeamMember[],
	{ currency, rates }: { currency: string; rates: Rates }
): {
	won: Won[];
	/** Currencies that have no rate, and how many won deals wait for one. */
	withoutRate: string[];
	waiting: number;
} {
	const members = new Map(team.map((member) => [member.id, member]));
	const won: Won[] = [];
	const withoutRate = new Set<string>();
	let waiting = 0;
	for (const deal of deals) {
		const { sellerId, closedOn, createdOn, amountMinor } = deal;
		if (deal.status !== 'won' || deal.kind === 'renewal') continue;
		if (closedOn === null || amountMinor === null) continue;
		const owner = members.get(sellerId);
		if (!owner || !isOnRoster(owner, closedOn)) continue;
		const converted = inCurrency({ amountMinor, currency: deal.currency }, currency, rates);
		if (converted === null) {
			withoutRate.add(deal.currency);
			waiting += 1;
		} else won.push({ sellerId, closedOn, createdOn, amountMinor: converted });
	}
	won.sort((one, other) => (one.closedOn < other.closedOn ? -1 : 1));
	return { won, withoutRate: [...withoutRate].sort(), waiting };
}

const isOnRoster = ({ startsOn, endsOn }: TeamMember, day: Day) =>
	startsOn <= day && (endsOn === null || day <= endsOn);

function inCurrency(
	money: { amountMinor: number; currency: string },
	currency: string,
	rates: Rates
): number | null {
	if (money.currency === currency) return money.amountMinor;
	const rate = rates[money.currency];
	if (rate === undefined) return null;
	const shift = decimalsOf(currency) - decimalsOf(money.currency);
	return Math.round(money.amountMinor * rate * 10 ** shift);
}

export const amountsIn = (won: readonly Won[], span: Span): number[] =>
	won.filter(({ closedOn }) => isIn(closedOn, span)).map(({ amountMinor }) => amountMinor);

/** Whole weeks of a span. */
export const weeksOf = ({ from, to }: Span): number => daysBetween(from, to) / 7;

/** Days from creation to the win, of deals that say both; `null` for none. */
export function medianCycle(won: readonly Won[]): number | null {
	const cycles = won.flatMap(({ createdOn, closedOn }) =>
		createdOn === null ? [] : [daysBetween(createdOn, closedOn)]
	);
	return cycles.length === 0 ? null : median(cycles);
}

/** The windows that measurement looks at (method 1, 4.2); last year is 52 whole weeks before. */
export function windowsOf(dayZero: Day, windowWeeks: number) {
	const before = (weeks: number, end = dayZero): Span => ({
		from: addDays(end, -7 * weeks),
		to: end
	});
	const lastYear = addDays(dayZero, -364);
	return {
		baseline: before(windowWeeks),
		trailing13: before(13),
		last4: before(4),
		year: before(52),
		program: programSpan(dayZero, 13),
		lastYearProgram: programSpan(lastYear, 13),
		lastYearBaseline: before(windowWeeks, lastYear)
	};
}

export const programSpan = (dayZero: Day, weeks: number): Span => ({
	from: dayZero,
	to: addDays(dayZero, 7 * weeks)
});

/** Weeks without a closed deal that are still no sign that a file begins later. */
const quietStart = 4;

/** Whether a history that begins on `first` can speak of the whole window. */
export const covers = (first: Day | null, { from }: Span): boolean =>
	first !== null && first < addDays(from, 7 * quietStart);

/** A file older than this says nothing of the weeks after its last row (days). */
const longestQuiet = 14;

/**
 * Until which day (not included) the confirmed files speak: a file speaks until the day that it
 * was brought, unless its last row is so much older that the file itself must be.
 */
export const speaksUntil = ({ broughtOn, lastRow }: { broughtOn: Day; lastRow: Day }): Day =>
	daysBetween(lastRow, broughtOn) > longestQuiet ? addDays(lastRow, 1) : broughtOn;
