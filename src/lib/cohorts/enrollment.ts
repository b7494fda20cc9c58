/** A leader's part in a cohort: thirteen weeks from day 0, and the place that all measurement hangs on. */
import { addDays, dayIn, daysBetween, weekOf, type Day } from '#lib/values/day.ts';

export const programWeeks = 13;
export const programDays = 91;

export type Enrollment = {
	id: string;
	cohortId: string;
	seatNumber: number;
	leaderId: string;
	coachId: string;
	company: string;
	dayZero: Day;
	timeZone: string;
	currency: string;
	towards: string | null;
	state: 'active' | 'left';
};

/** The first day after the thirteen weeks. */
export const endsBefore = ({ dayZero }: Pick<Enrollment, 'dayZero'>): Day =>
	addDays(dayZero, programDays);

/** Where an enrollment stands on a day: `week` is 0 before day 0 and 14 after the end. */
export function standing(enrollment: Pick<Enrollment, 'dayZero' | 'timeZone'>, now: Date) {
	const today = dayIn(now, enrollment.timeZone);
	const days = daysBetween(enrollment.dayZero, today);
	const phase =
		days < 0 ? ('before' as const) : days < programDays ? ('running' as const) : ('after' as const);
	const week = Math.min(Math.max(weekOf(today, enrollment.dayZero), 0), programWeeks + 1);
	/** Whole weeks that lie behind: "six weeks done". */
	const weeksDone = Math.min(Math.max(Math.floor(days / 7), 0), programWeeks);
	return { today, phase, week, weeksDone };
}
