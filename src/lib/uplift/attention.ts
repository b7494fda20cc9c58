// Who in a cohort needs somebody now, and why: seats are sorted by this and never by score.
import { courseOf, isStale, weakestOf, type Course } from './course.ts';
import type { Headline, Said } from './headline.ts';
import type { PillarResult } from './pillar.ts';
import { pillars, type Pillar } from './verdict.ts';

export type Seat = {
	/** The name that a sentence uses. */
	firstName: string;
	left: boolean;
	/** 0 before day 0. */
	week: number;
	/** Sessions that were missed and not made up for, as far as the reader may know. */
	missedSessions?: number;
	results: readonly PillarResult[];
};

/** `stop` needs a call, `warn` an eye, `ok` nothing; `calm` cannot be judged. */
export type Level = 'stop' | 'warn' | 'ok' | 'calm';
export type Attention = { level: Level; tag: Said; why: Said | null };

const levels: readonly Level[] = ['stop', 'warn', 'calm', 'ok'];

const tag = (key: string): Said => ({ key: `results_tag_${key}`, params: {} });
const why = (key: string, params: Said['params'] = {}): Said => ({
	key: `results_why_${key}`,
	params
});

/** What a seat asks for, with the reason in words. */
export function attentionOf(seat: Seat): Attention {
	const { results, week } = seat;
	const courses = results.map(courseOf);
	const weakest = weakestOf(results);
	const course: Course | null = weakest && courseOf(weakest);
	const of = { which: weakest?.pillar ?? 'all' };
	if (seat.left) return { level: 'calm', tag: tag('left'), why: why('left', { week }) };
	if (courses.length === 0 || courses.every((one) => one === 'not-locked')) {
		const late = week >= 1;
		return {
			level: late ? 'stop' : 'calm',
			tag: tag(late ? 'call' : 'not_started'),
			why: why('not_locked')
		};
	}
	if (course === 'fallen' || course === 'behind')
		return { level: 'stop', tag: tag('call'), why: why(course, of) };
	if ((seat.missedSessions ?? 0) >= 2)
		return {
			level: 'stop',
			tag: tag('call'),
			why: why('sessions_missed', { count: seat.missedSessions! })
		};
	const old = results.find(isStale);
	if (old)
		return {
			level: 'warn',
			tag: tag('ask_file'),
			why: why('stale', { days: old.source?.daysOld ?? 0 })
		};
	if (course === 'close') return { level: 'warn', tag: tag('late'), why: why('close', of) };
	if (course === 'missed') return { level: 'calm', tag: tag('missed'), why: why('missed', of) };
	if (course === 'reached')
		return courses.every((one) => one === 'reached')
			? { level: 'ok', tag: tag('kept'), why: null }
			: { level: 'calm', tag: tag('done'), why: why('unmeasured') };
	if (courses.includes('hidden')) return { level: 'warn', tag: tag('answers'), why: why('hidden') };
	if (course === 'ahead' || course === 'on-course')
		return { level: 'ok', tag: tag('on_course'), why: null };
	return { level: 'calm', tag: tag('too_early'), why: null };
}

/** Most in need of somebody first; equal ones stay in the order of their seats. */
export function byAttention<T extends { attention: Attention }>(seats: readonly T[]): T[] {
	return seats.toSorted(
		(one, other) => levels.indexOf(one.attention.level) - levels.indexOf(other.attention.level)
	);
}

/** Whether every measured pillar of a seat is on its way. */
const isOnCourse = ({ results, left }: Seat): boolean => {
	const weakest = weakestOf(results);
	return !left && weakest !== null && ['ahead', 'on-course'].includes(courseOf(weakest));
};

const say = (key: string, params: Said['params'] = {}): Said => ({
	key: `results_cohort_${key}`,
	params
});

/** What is said of a cohort that is running or finished. */
export function cohortHeadline(seats: readonly Seat[]): Headline {
	const all = seats.map((seat) => ({
		seat,
		courses: seat.results.map(courseOf),
		attention: attentionOf(seat)
	}));
	const of = seats.length;
	const judged = all.filter(({ courses }) =>
		courses.some((course) => course === 'reached' || course === 'missed')
	);
	if (of > 0 && judged.length > 0 && judged.length >= all.filter(({ seat }) => !seat.left).length)
		return finished(seats);
	if (of === 0 || all.every(({ courses }) => courses.every((course) => course === 'not-locked')))
		return { first: say('nothing_measured'), second: of > 0 ? say('lock', { count: of }) : null };
	const calls = all.filter(({ attention }) => attention.level === 'stop');
	const watched = all.filter(({ attention }) => attention.level === 'warn');
	const early = all.every(({ courses }) =>
		courses.every((course) => ['too-early', 'hidden', 'not-locked', 'unmeasured'].includes(course))
	);
	const count = seats.filter(isOnCourse).length;
	return {
		first: early
			? { key: 'results_say_too_early', params: {} }
			: count === of
				? say('all_on_course')
				: say('on_course', { count }),
		second: calls.length > 0 ? callFor(calls) : watched.length > 0 ? eyeOn(watched) : null
	};
}

type Named = { seat: Seat };

function callFor(calls: readonly Named[]): Said {
	const [one, other] = calls.map(({ seat }) => seat.firstName);
	if (calls.length === 1) return say('call', { name: one! });
	if (calls.length === 2) return say('call_two', { name: one!, other: other! });
	return say('call_many', { count: calls.length });
}

const eyeOn = (watched: readonly Named[]): Said =>
	watched.length === 1
		? say('watch', { name: watched[0]!.seat.firstName })
		: say('watch_many', { count: watched.length });

/** Method 7: all who started are counted, also who did badly or left. */
function finished(seats: readonly Seat[]): Headline {
	const kept = seats.filter(
		({ results }) =>
			results.length === 3 && results.every((result) => courseOf(result) === 'reached')
	).length;
	const hasMissed = ({ results }: Seat, pillar?: Pillar) =>
		results.some(
			(result) => (!pillar || result.pillar === pillar) && courseOf(result) === 'missed'
		);
	const [most, next] = pillars
		.map((pillar) => ({ pillar, count: seats.filter((seat) => hasMissed(seat, pillar)).length }))
		.toSorted((one, other) => other.count - one.count);
	const missers = seats.filter((seat) => hasMissed(seat)).length;
	return {
		first:
			kept === seats.length
				? say('all_kept', { of: seats.length })
				: say('kept', { count: kept, of: seats.length }),
		second:
			most && most.count > 1 && most.count > (next?.count ?? 0)
				? say('missed_most', { which: most.pillar })
				: missers > 0
					? say('missed', { count: missers })
					: null
	};
}
