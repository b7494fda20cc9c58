/**
 * The leadership pulse: how often the leader is there for each seller. A resting pulse of one to two
 * touches a day keeps a team well; it is a rhythm, never a streak and never a ranking.
 */
import { addDays, daysBetween, isWorkday, weekOf, type Day } from '#lib/values/day.ts';
import type { Kind } from './touchpoint.ts';

/** Touches a working day over the whole team that count as being at rest. */
export const restingBand = { low: 1, high: 2 } as const;

/** From so many working days of silence on, a seller is named: a whole working week. */
export const longSilence = 5;

/** The kinds that method 9.1 sets targets for. */
export type CadenceKind = 'feedback' | 'coaching' | 'team-meeting' | 'training' | 'follow-up';

/** Which target a logged kind counts for; stepping back counts for none (decision 0010). */
export const cadenceOf: Record<Kind, CadenceKind | null> = {
	coaching: 'coaching',
	feedback: 'feedback',
	recognition: 'feedback',
	listening: 'follow-up',
	'stepped-back': null,
	'team-meeting': 'team-meeting',
	training: 'training'
};

export type Target = {
	kind: CadenceKind;
	per: 'seller' | 'team';
	weight: number;
	/** How many a week; below 1 it is one in every round(1 / perWeek) weeks. */
	perWeek: number;
	/** Null where length does not matter. */
	minutes: number | null;
};

/** Above this many sellers an individual talk every week is more than a leader has. */
export const widestSpan = 8;

export const phaseOf = (week: number): 1 | 2 | 3 => (week <= 4 ? 1 : week <= 8 ? 2 : 3);

/**
 * The rhythm that is aimed at in a week of the program (method 9.1).
 *
 * @param week of the program, from 1
 * @param sellers how many there are; with more than eight, individual coaching is every second week
 */
export function targets(week: number, sellers: number): Target[] {
	const phase = phaseOf(week);
	const by = <T>(resting: T, build: T, raised: T) => [resting, build, raised][phase - 1]!;
	return [
		{ kind: 'feedback', per: 'seller', weight: 0.25, perWeek: by(2, 3, 5), minutes: null },
		{
			kind: 'coaching',
			per: 'seller',
			weight: 0.35,
			perWeek: sellers > widestSpan ? 0.5 : 1,
			minutes: by(30, 40, 45)
		},
		{ kind: 'team-meeting', per: 'team', weight: 0.1, perWeek: 1, minutes: 30 },
		{
			kind: 'training',
			per: 'team',
			weight: 0.15,
			perWeek: by(0.5, 1, 1),
			minutes: by(30, 45, 60)
		},
		{ kind: 'follow-up', per: 'seller', weight: 0.15, perWeek: by(0.25, 0.5, 0.5), minutes: 20 }
	];
}

/** One touchpoint as it is counted. */
export type Touch = {
	kind: Kind;
	day: Day;
	minutes: number | null;
	/** Null: the whole team. */ sellerId: string | null;
};

export type Credit = Target & {
	/** False until the kind's first period is over, and for sellers where there are none. */
	due: boolean;
	/** 0 to 1; a favorite cannot make up for a forgotten one. */
	credit: number;
	/** How many were logged this week (or in the kind's period), over all sellers. */
	logged: number;
};

/**
 * How much of a week's rhythm was kept (method 9.2).
 *
 * @param week of the program, from 1
 * @param sellers ids of those present on at least one day of the week
 * @param touches at least of this week and the three before
 * @returns `percent` 0 to 100 unrounded, null when nothing is due; and its parts
 */
export function adherence({
	week,
	dayZero,
	sellers,
	touches
}: {
	week: number;
	dayZero: Day;
	sellers: string[];
	touches: Touch[];
}): {
	percent: number | null;
	parts: Credit[];
} {
	const parts = targets(week, sellers.length).map((target): Credit => {
		const period = target.perWeek >= 1 ? 1 : Math.round(1 / target.perWeek);
		const counted = touches.filter((touch) => {
			const age = week - weekOf(touch.day, dayZero);
			return cadenceOf[touch.kind] === target.kind && age >= 0 && age < period;
		});
		const worth = (touch: Touch) => (isTooShort(touch, target) ? 0.5 : 1);
		const creditOf = (own: Touch[]) => {
			const count = own.reduce((sum, touch) => sum + worth(touch), 0);
			return target.perWeek >= 1 ? Math.min(1, count / target.perWeek) : count >= 1 ? 1 : 0;
		};
		const credits =
			target.per === 'team'
				? [creditOf(counted)]
				: sellers.map((id) => creditOf(counted.filter(({ sellerId }) => sellerId === id)));
		return {
			...target,
			due: week >= period && credits.length > 0,
			credit: credits.length > 0 ? credits.reduce((sum, one) => sum + one, 0) / credits.length : 0,
			logged: counted.length
		};
	});
	const due = parts.filter((part) => part.due);
	const weights = due.reduce((sum, { weight }) => sum + weight, 0);
	const percent =
		week >= 1 && weights > 0
			? (100 * due.reduce((sum, { weight, credit }) => sum + weight * credit, 0)) / weights
			: null;
	return { percent, parts };
}

/** Under half of the minutes it is meant to have, a touchpoint counts half; of unknown length, whole. */
const isTooShort = ({ minutes }: Touch, target: Target) =>
	target.minutes !== null && minutes !== null && minutes < target.minutes / 2;

/** The last `count` working days up to `today`, the oldest first; on a weekend they end on Friday. */
export function workdaysUntil(today: Day, count: number): Day[] {
	const days: Day[] = [];
	for (let day = today; days.length < count; day = addDays(day, -1))
		if (isWorkday(day)) days.unshift(day);
	return days;
}

/** Working days after `last`, today included: 0 when it was today, 1 on the next working day. */
export function workdaysSince(last: Day, today: Day): number {
	const days = daysBetween(last, today);
	if (days <= 0) return 0;
	const rest = Array.from({ length: days % 7 }, (_, index) => addDays(today, -index));
	return Math.floor(days / 7) * 5 + rest.filter(isWorkday).length;
}

export type Reached = {
	id: string;
	name: string;
	startedOn: Day;
	/** The day of the last touch ever; null: none yet. */
	lastTouch: Day | null;
	/** Leave, both days included. */
	absences: readonly Absence[];
};
export type Absence = readonly [from: Day, to: Day];

/** Whether somebody was on leave on a day. */
export const isAway = (absences: readonly Absence[], day: Day): boolean =>
	absences.some(([from, to]) => from <= day && day <= to);

/** Working days after `last`, today included, on which somebody was on leave. */
function workdaysAway(absences: readonly Absence[], last: Day, today: Day): number {
	const away = new Set<Day>();
	for (const [from, to] of absences) {
		const end = to < today ? to : today;
		for (let day = from > last ? from : addDays(last, 1); day <= end; day = addDays(day, 1))
			if (isWorkday(day)) away.add(day);
	}
	return away.size;
}

export type Silence = Reached & {
	/** Working days without a touch, but for those of leave. */
	days: number;
};

/**
 * Who has heard nothing for how long, the longest silence first. Somebody who was never reached is
 * counted from the day on which there was a pulse to take: the first day of the log, or their own.
 *
 * @param since the first day that counts: day 0 or the first touch, whichever came first
 */
export function silences(sellers: Reached[], since: Day, today: Day): Silence[] {
	return sellers
		.map((seller) => {
			const from =
				seller.lastTouch ?? addDays(seller.startedOn > since ? seller.startedOn : since, -1);
			const days = workdaysSince(from, today) - workdaysAway(seller.absences, from, today);
			return { ...seller, days };
		})
		.sort(
			(a, b) =>
				b.days - a.days ||
				(a.lastTouch ?? '').localeCompare(b.lastTouch ?? '') ||
				a.name.localeCompare(b.name)
		);
}

export type PulseSentence =
	| { say: 'no-team' }
	| { say: 'nothing-yet' }
	| { say: 'silence'; names: string[]; days: number }
	| { say: 'all-reached'; days: number };

/**
 * What is true about the pulse now.
 *
 * @param ordered as `silences` gives it
 * @param any whether a touch was ever logged
 */
export function pulseSentence(ordered: Silence[], any: boolean): PulseSentence {
	const longest = ordered[0];
	if (!longest) return { say: 'no-team' };
	if (!any) return { say: 'nothing-yet' };
	if (longest.days < longSilence) return { say: 'all-reached', days: longest.days };
	const names = ordered.filter(({ days }) => days === longest.days).map(({ name }) => name);
	return { say: 'silence', names, days: longest.days };
}

/**
 * First names where they are enough to tell people apart, else with an initial.
 *
 * @returns one short name for each name given, in the same order
 */
export function shortNames(names: string[]): string[] {
	const parts = names.map((name) => name.trim().split(/\s+/));
	return parts.map(([first = '', ...rest]) => {
		const alone = parts.filter(([other]) => other === first).length === 1;
		const last = rest.at(-1);
		return alone || !last ? first : `${first} ${[...last][0]}`;
	});
}
