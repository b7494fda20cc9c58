/** One run of a program: a start day, a price, a few seats. */
import { addDays, dayIn, isDay, type Day } from '#lib/values/day.ts';
import { programDays } from './enrollment.ts';
import type { Tally } from './seat.ts';

export const stages = ['announced', 'open', 'full', 'running', 'finished'] as const;
export type Stage = (typeof stages)[number];

type Run = { startsOn: Day; timeZone: string; salesOpen: boolean };

/** What a visitor is told about a cohort, from its days, its sale and its seats. */
export function stageOf({ startsOn, timeZone, salesOpen }: Run, tally: Tally, now: Date): Stage {
	const today = dayIn(now, timeZone);
	if (today >= addDays(startsOn, programDays)) return 'finished';
	if (today >= startsOn) return 'running';
	if (tally.free > 0) return salesOpen ? 'open' : 'announced';
	return tally.held + tally.sold > 0 ? 'full' : 'announced';
}

/** Applications are welcome until the first day, also when all seats are gone: somebody may step back. */
export const mayApply = (stage: Stage): boolean => !['running', 'finished'].includes(stage);

/** The last day of the thirteen weeks. */
export const lastDay = (startsOn: Day): Day => addDays(startsOn, programDays - 1);

export type NewCohort = {
	name: string;
	programId: string;
	coachId: string;
	startsOn: Day;
	priceMinor: number;
	currency: string;
	timeZone: string;
	seats: number;
	salesOpen: boolean;
};

export type NewCohortRefusal =
	| 'name-missing'
	| 'day-invalid'
	| 'price-invalid'
	| 'currency-invalid'
	| 'seats-invalid'
	| 'time-zone-unknown';

/** Eight is what one coach can serve one to one in a week. */
export const mostSeats = 8;

/** Why a cohort cannot be made like this, or null. */
export function faultOf(
	cohort: Omit<NewCohort, 'programId' | 'coachId' | 'salesOpen'>
): NewCohortRefusal | null {
	if (!slugOf(cohort.name)) return 'name-missing';
	if (!isDay(cohort.startsOn)) return 'day-invalid';
	if (
		!Number.isSafeInteger(cohort.priceMinor) ||
		cohort.priceMinor <= 0 ||
		cohort.priceMinor > 1e11
	)
		return 'price-invalid';
	if (!Intl.supportedValuesOf('currency').includes(cohort.currency)) return 'currency-invalid';
	if (!Number.isInteger(cohort.seats) || cohort.seats < 1 || cohort.seats > mostSeats)
		return 'seats-invalid';
	if (!Intl.supportedValuesOf('timeZone').includes(cohort.timeZone)) return 'time-zone-unknown';
	return null;
}

/** The part of the address that names the cohort: "Cohort 4, spring" → "cohort-4-spring". */
export const slugOf = (name: string): string =>
	name
		.toLowerCase()
		.replace(/ø/g, 'o')
		.replace(/æ/g, 'ae')
		.normalize('NFKD')
		.replace(/\p{M}/gu, '')
		.replace(/[^a-z0-9]+/g, '-')
		.replace(/^-|-$/g, '')
		.slice(0, 60);
