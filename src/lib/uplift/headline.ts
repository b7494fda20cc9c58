// The true sentence on top of a page, made from the results by rules: first what holds, then what
// the person should know next, also when it is not good. It never says why, and never gives a
// figure for engagement before the endline (method 2.6 and 6).
import { courseOf, inOrder, isStale, weakestOf, which, type Course } from './course.ts';
import type { PillarResult } from './pillar.ts';
import type { Pillar } from './verdict.ts';

/** A message's key with its parameters; whole numbers only. */
export type Said = { key: string; params: Record<string, string | number> };
export type Headline = { first: Said; second: Said | null };

const say = (key: string, params: Said['params'] = {}): Said => ({
	key: `results_say_${key}`,
	params
});

/** What is said of a leader whose three pillars stand like this. */
export function leaderHeadline(results: readonly PillarResult[]): Headline {
	const all = inOrder(results).map((result) => ({ result, course: courseOf(result) }));
	const having = (...courses: Course[]): Pillar[] =>
		all.filter(({ course }) => courses.includes(course)).map(({ result }) => result.pillar);
	const week = Math.max(0, ...results.map((result) => result.week));

	if (having('not-locked').length === all.length) return notLocked(week);
	if (having('reached', 'missed').length > 0 || having('unmeasured').length === all.length)
		return final(results, having);
	return running(results, having, week);
}

type Having = (...courses: Course[]) => Pillar[];

const notLocked = (week: number): Headline => ({
	first: say('nothing_measured'),
	second: week < 1 ? say('lock_before') : say('still_not_locked')
});

function final(results: readonly PillarResult[], having: Having): Headline {
	const reached = having('reached');
	const missed = having('missed');
	const open = having('ahead', 'on-course', 'close', 'behind', 'fallen', 'stale', 'too-early');
	const unmeasured = having('unmeasured', 'hidden', 'not-locked');
	if (reached.length === 3) return { first: say('all_reached'), second: say('kept') };
	if (reached.length + missed.length === 0) return { first: say('not_measurable'), second: null };
	const rest =
		open.length > 0
			? say('still_open', { which: which(open) })
			: unmeasured.length > 0
				? say('unmeasured', { which: which(unmeasured) })
				: null;
	if (reached.length > 0)
		return {
			first: say('reached', { which: which(reached) }),
			second: missed.length > 0 ? say('missed', { which: which(missed) }) : rest
		};
	return { first: say('goal_not_reached'), second: closest(results, missed) ?? rest };
}

/** The one that came closest; with a single figure there is nothing to compare it with. */
function closest(results: readonly PillarResult[], missed: readonly Pillar[]): Said | null {
	const best = results
		.filter(({ pillar, upliftPct }) => missed.includes(pillar) && upliftPct !== null)
		.toSorted((one, other) => other.upliftPct! - one.upliftPct!)[0];
	if (!best) return null;
	const params = { which: best.pillar, u: best.upliftPct! };
	return say(missed.length > 1 ? 'closest' : 'changed', params);
}

function running(results: readonly PillarResult[], having: Having, week: number): Headline {
	const good = having('ahead', 'on-course');
	const close = having('close');
	const bad = having('behind', 'fallen');
	const stale = having('stale');
	const weakest = weakestOf(results.filter((result) => !isStale(result)));
	if (good.length + close.length + bad.length === 0) {
		if (stale.length > 0) return { first: numbersAre(results), second: say('new_file') };
		if (having('not-locked').some((pillar) => pillar !== 'engagement'))
			return { first: say('too_early'), second: notLocked(week).second };
		return { first: say('too_early'), second: week < 3 ? say('after_week_3') : say('more_deals') };
	}
	const first =
		good.length > 0
			? say(having('ahead').length === good.length ? 'ahead' : 'on_course', { which: which(good) })
			: close.length > 0
				? say('close', { which: which(close) })
				: say('nothing_on_course');
	const rest = unseen(results, having);
	// Everything in `first` already: the weakest of it has the least to spare.
	const named = good.length > 0 ? good : close.length > 0 ? close : [];
	if (weakest && named.includes(weakest.pillar)) {
		if (rest || named.length === 1) return { first, second: rest };
		return {
			first,
			second: say(good.length > 0 ? 'least' : 'furthest', { which: weakest.pillar })
		};
	}
	return { first, second: weakest && saidOf(weakest, good.length + close.length > 0) };
}

function saidOf(weakest: PillarResult, somethingHolds: boolean): Said {
	const params = { which: weakest.pillar };
	switch (courseOf(weakest)) {
		case 'fallen':
			return say('fallen', params);
		case 'close':
			return say('little_behind', params);
		default:
			return say(somethingHolds ? 'not_yet' : 'furthest', params);
	}
}

/** What cannot be seen just now, when the rest is well. */
function unseen(results: readonly PillarResult[], having: Having): Said | null {
	if (having('stale').length > 0) return numbersAre(results);
	if (having('hidden').length > 0) return say('hidden');
	const early = having('too-early');
	if (early.length > 0) return say('too_early_for', { which: which(early) });
	const open = having('not-locked');
	if (open.length > 0) return say(open[0] === 'engagement' ? 'not_asked' : 'still_not_locked');
	const unmeasured = having('unmeasured');
	return unmeasured.length > 0 ? say('unmeasured', { which: which(unmeasured) }) : null;
}

const numbersAre = (results: readonly PillarResult[]): Said =>
	say('numbers_are_old', {
		days: Math.max(0, ...results.map(({ source }) => source?.daysOld ?? 0))
	});
