// How much selling a team could do in a window: ramped full-time seller weeks (method 4.1), so that
// hiring does not look like selling better.
import { addDays, daysBetween, isWorkday, type Day } from '#lib/values/day.ts';

/** Share of full speed by whole months of tenure: the last step whose `fromMonth` is reached. */
export type Ramp = readonly { fromMonth: number; share: number }[];
export const defaultRamp: Ramp = [
	{ fromMonth: 0, share: 0.25 },
	{ fromMonth: 2, share: 0.5 },
	{ fromMonth: 4, share: 0.75 },
	{ fromMonth: 6, share: 1 }
];

export type SellerTime = {
	/** Share of a full position, 0..1. */
	fte: number;
	startsOn: Day;
	/** The last day on the roster; `null` while there. */
	endsOn: Day | null;
	/** Booked leave, both days included. */
	absences: readonly { from: Day; to: Day }[];
};

/** Whole calendar months from `from` to `to`; negative when `to` comes first. */
export function monthsBetween(from: Day, to: Day): number {
	const [fromYear = 0, fromMonth = 0, fromDay = 0] = from.split('-').map(Number);
	const [toYear = 0, toMonth = 0, toDay = 0] = to.split('-').map(Number);
	return (toYear - fromYear) * 12 + toMonth - fromMonth - (toDay < fromDay ? 1 : 0);
}

/** A seller's share of full speed after so many months; a week of starting counts from month 0. */
export const rampShare = (months: number, ramp: Ramp = defaultRamp): number =>
	ramp.findLast(({ fromMonth }) => fromMonth <= Math.max(0, months))?.share ?? 0;

/**
 * Ramped full-time seller weeks in `[from, to)`: over sellers and working days
 * `fte * ramp * present`, divided by 5. Tenure is read once a week, on the week's first day, counted
 * from `from` (the weekly approximation of method 4.1). Holidays and leave are not present.
 */
export function exposureWeeks(
	sellers: readonly SellerTime[],
	window: { from: Day; to: Day },
	{ holidays = [], ramp = defaultRamp }: { holidays?: readonly Day[]; ramp?: Ramp } = {}
): number {
	const days = workdaysIn(window, holidays);
	let sellerDays = 0;
	for (const seller of sellers)
		for (const { day, weekStart } of days)
			if (isOnRoster(seller, day) && !isAway(seller, day))
				sellerDays += seller.fte * rampShare(monthsBetween(seller.startsOn, weekStart), ramp);
	return sellerDays / 5;
}

/**
 * Working days on which somebody of the roster was on leave in `[from, to)`, summed over sellers:
 * what is told of leave, because whoever books it makes the rest count for more.
 */
export function absenceDays(
	sellers: readonly SellerTime[],
	window: { from: Day; to: Day },
	{ holidays = [] }: { holidays?: readonly Day[] } = {}
): number {
	const days = workdaysIn(window, holidays);
	let away = 0;
	for (const seller of sellers)
		if (seller.absences.length > 0)
			for (const { day } of days) if (isOnRoster(seller, day) && isAway(seller, day)) away += 1;
	return away;
}

/** The working days of `[from, to)` but for holidays, each with the first day of its week, counted from `from`. */
function workdaysIn({ from, to }: { from: Day; to: Day }, holidays: readonly Day[]) {
	const closed = new Set(holidays);
	return Array.from({ length: Math.max(0, daysBetween(from, to)) }, (_, i) => ({
		day: addDays(from, i),
		weekStart: addDays(from, i - (i % 7))
	})).filter(({ day }) => isWorkday(day) && !closed.has(day));
}

const isOnRoster = ({ startsOn, endsOn }: SellerTime, day: Day) =>
	startsOn <= day && (endsOn === null || day <= endsOn);

const isAway = ({ absences }: SellerTime, day: Day) =>
	absences.some(({ from, to }) => from <= day && day <= to);
