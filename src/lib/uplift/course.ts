// How a pillar stands today, in one word, and which of three is the weakest. A leader is judged by
// the weakest measure, because the promise is made on all three.
import type { PillarOutcome } from '#lib/cohorts/outcome.ts';
import type { PillarResult } from './pillar.ts';
import { pillars, type Pillar } from './verdict.ts';

export type Course =
	| 'not-locked'
	| 'too-early'
	/** Forecast to reach the goal, and above the line to it today. */
	| 'ahead'
	/** Forecast to reach the goal, though below the line today. */
	| 'on-course'
	| 'close'
	| 'behind'
	| 'fallen'
	/** Too few answers to show anything; the same for none and for four. */
	| 'hidden'
	/** The numbers are too old for a forecast. */
	| 'stale'
	| 'reached'
	| 'missed'
	| 'unmeasured';

/** Where the line to +25 % stands after so many whole weeks, in per cent. */
export const lineAt = (week: number): number => (25 * week) / 13;

export const isStale = ({ flags, source }: Pick<PillarResult, 'flags' | 'source'>): boolean =>
	flags.includes('stale') || source?.stale === true;

/** What tells how a pillar stands; the weeks on the way do not. */
export type Ended = Omit<PillarResult, 'series' | 'basis'>;

/** How one pillar stands. */
export function courseOf(result: Ended): Course {
	switch (result.state) {
		case 'not-locked':
			return 'not-locked';
		case 'suppressed':
			return 'hidden';
		case 'not-measurable':
			return 'unmeasured';
		case 'too-early':
			return 'too-early';
		case 'final':
			return finalCourse(result);
		case 'in-progress':
			return runningCourse(result);
	}
}

function finalCourse({ verdict }: Ended): Course {
	if (verdict === 'met_robust' || verdict === 'met_primary_only') return 'reached';
	return verdict === 'not_met' || verdict === 'fell' ? 'missed' : 'unmeasured';
}

function runningCourse(result: Ended): Course {
	const { forecast, gradePct, week } = result;
	if (isStale(result)) return 'stale';
	if (!forecast || forecast.status === 'too-early') return 'too-early';
	if (forecast.status === 'on-track')
		return (gradePct ?? 0) >= lineAt(week) ? 'ahead' : 'on-course';
	if (forecast.status === 'at-risk') return 'close';
	return (gradePct ?? 0) < 0 ? 'fallen' : 'behind';
}

/** From the one that is worst off to the one that is best off; what is not here cannot be compared. */
const order: readonly Course[] = [
	'fallen',
	'behind',
	'missed',
	'close',
	'stale',
	'on-course',
	'ahead',
	'reached'
];

/** The weakest of the measured pillars, or null when none can be compared. */
export function weakestOf(results: readonly PillarResult[]): PillarResult | null {
	const rank = (result: PillarResult) => order.indexOf(courseOf(result));
	const where = ({ forecast, upliftPct, gradePct }: PillarResult) =>
		forecast?.pct ?? upliftPct ?? gradePct ?? 0;
	return (
		inOrder(results)
			.filter((result) => rank(result) >= 0)
			.toSorted((one, other) => rank(one) - rank(other) || where(one) - where(other))[0] ?? null
	);
}

/** Engagement, sales, revenue: always in this order. */
export const inOrder = (results: readonly PillarResult[]): PillarResult[] =>
	pillars.flatMap((pillar) => results.find((result) => result.pillar === pillar) ?? []);

/** The names of some pillars as a message's selector asks for them: "sales", "sales_revenue", "all". */
export function which(some: readonly Pillar[]): string {
	if (some.length === pillars.length) return 'all';
	return pillars.filter((pillar) => some.includes(pillar)).join('_');
}

/** How a pillar ended, for the public page; what has no verdict is not shown. */
export function outcomeOf(result: Ended | undefined): PillarOutcome {
	const course = result && courseOf(result);
	if (!result || result.upliftPct === null || (course !== 'reached' && course !== 'missed'))
		return { kind: 'not-shown' };
	return { kind: 'shown', pct: result.upliftPct, ci: result.ciPct, met: course === 'reached' };
}
